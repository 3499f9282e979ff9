"""Opens models and runs of the program as xarray objects, lazily, with their coordinates."""
from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from .needed import needed

if TYPE_CHECKING:
    import xarray

Name = str | os.PathLike[str]

# A group of bare dimensions: the sizes of others' arrays, without a meaning of their own.
DIMENSIONS = "dimensions"


class NotAModel(ValueError):
    """The file holds no fitted network."""


def open_result(path: Name) -> xarray.DataTree:
    """Opens whatever the program wrote: a model, scores, a run of train, a recording.

    Each group of the file is a node of the tree, so that `tree["score/skill"]` is a variable
    with units, a long name and the neurons as coordinate. Numbers are read when they are used,
    and only those that are asked for; the file is open only meanwhile. W that is stored as its
    factors, of a model or of a generated recording, stands there as if it were written out,
    and only the rows and columns that are used are computed.

    Raises `FileNotFoundError`, and `OSError` for what is no HDF5 file.
    """
    arrays = needed("xarray", "xarray")
    if not os.path.exists(path):
        raise FileNotFoundError(f"{os.fspath(path)}: no such file")
    with h5py.File(path) as file:
        names = ["/"]
        file.visit(names.append)
        nodes = {
            name: _dataset(path, file[name]) for name in names
            if name != DIMENSIONS and isinstance(file[name], h5py.Group)}
    tree: xarray.DataTree = arrays.DataTree.from_dict(nodes)
    return tree


def open_model(path: Name) -> xarray.Dataset:
    """Opens a fitted network: W[neuron, presyn], b, and W_in where it has inputs.

    The scores of each neuron are in `open_result(path)["score"]`. Raises `NotAModel` for other
    files.
    """
    tree = open_result(path)
    if "W" not in tree or "b" not in tree:
        raise NotAModel(
            f"{os.fspath(path)}: holds no model (W and b); give a file that `ganglion fit` wrote,"
            " or use open_result")
    return tree.to_dataset()


def settings(result: xarray.Dataset | xarray.DataTree) -> dict[str, Any]:
    """Every setting of the run that made a result, as its flags are called."""
    return dict(json.loads(result.attrs.get("configuration", "{}")))


def _dataset(path: Name, group: h5py.Group) -> xarray.Dataset:
    """The variables of a group, with those that W is the product of as W."""
    import xarray
    from xarray.core import indexing

    from .lazy import FactoredWeights, Stored

    variables = {}
    for name, item in group.items():
        if not isinstance(item, h5py.Dataset):
            continue
        if item.dtype.kind == "S":
            values: Any = np.char.decode(item[()], "utf-8")
        elif item.ndim == 0:
            values = item[()]
        else:
            values = indexing.LazilyIndexedArray(Stored(path, item.name))
        variables[name] = xarray.Variable(_dimensions(item), values, _attributes(item))
    factors = _factors(group)
    if factors is not None:
        variables["W"] = xarray.Variable(
            ("neuron", "presyn"), indexing.LazilyIndexedArray(FactoredWeights(path, *factors)),
            {"long_name": "weight onto neuron from presyn", "units": "1"})
    return xarray.Dataset(variables, attrs=_attributes(group))


def _dimensions(item: h5py.Dataset) -> list[str]:
    """The names of its dimension scales; its own, if it is one."""
    if item.is_scale and item.ndim == 1:
        return [str(item.name).rpartition("/")[2]]
    return [
        str(dimension[0].name).rpartition("/")[2] if len(dimension) else f"{item.name[1:]}_{axis}"
        for axis, dimension in enumerate(item.dims)]


def _factors(group: h5py.Group) -> tuple[str, str, bool] | None:
    """The factors of a W that is not written out, and whether it has a diagonal."""
    if group.name == "/" and "factored/b" in group:
        has_self = json.loads(group.attrs["configuration"])["self-connections"]
        return "/factored/b", "/factored/x", bool(has_self)
    if group.name == "/truth" and "M" in group and "N" in group and "W" not in group:
        return "/truth/M", "/truth/N", True
    return None


def _attributes(item: h5py.Group | h5py.Dataset) -> dict[str, Any]:
    """Units, names and provenance, with text as str; not how HDF5 ties dimensions."""
    ties = ("CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST")
    return {
        name: value.decode() if isinstance(value, bytes) else value
        for name, value in item.attrs.items() if name not in ties}
