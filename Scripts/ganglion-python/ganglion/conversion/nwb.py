"""NWB-Zarr: the same tree in HDF5, as far as the program reads it.

Groups and attributes stay, and so do arrays of numbers of one and two dimensions; links and
references lead where they led. Text, images and what Zarr cannot open are left out, and named.
"""
from __future__ import annotations

from typing import Any

import h5py
import numpy as np

from .blocks import copy, gaps, stored_type
from .errors import USAGE, ConversionError
from .store import Node, Store

# Of hdmf-zarr's own, and the format's specification, which is no data.
BOOKKEEPING = ("zarr_dtype", "zarr_link", ".specloc")
SPECIFICATION = "specifications"


def is_nwb(store: Store) -> bool:
    """Whether the store says that it is an NWB file."""
    root = store.nodes.get("")
    return root is not None and "nwb_version" in root.attributes


def write_tree(store: Store, traces: str | None, block: int, file: h5py.File) -> list[str]:
    """Writes the tree; of `traces`, the path of one series, no other series' numbers are copied."""
    chosen = None if traces is None else _series(store, traces)
    notes: list[str] = []
    left_out: list[str] = []
    for node in store.nodes.values():
        if node.path.split("/")[0] == SPECIFICATION:
            continue
        if not node.is_array:
            file.require_group("/" + node.path)
        elif not _is_wanted(store, node, chosen) or not _copied(store, node, block, file, notes):
            left_out.append("/" + node.path)
    for node in store.nodes.values():
        if "/" + node.path in file:
            _write_attributes(node, file)
    notes += _link(store, file)
    if left_out:
        some = ", ".join(left_out[:5]) + (", ..." if len(left_out) > 5 else "")
        notes.append(f"left out, as no numbers of one or two dimensions or not asked for: {some}")
    return notes


def _series(store: Store, traces: str) -> str:
    path = traces.strip("/").removesuffix("/data")
    if f"{path}/data" in store.nodes:
        return path
    known = [node.path for node in store.nodes.values() if node.kind == "RoiResponseSeries"]
    offers = "".join(f"\n  /{one}" for one in known) or " none"
    raise ConversionError(USAGE, f"{store.source}: no series /{path}; response series are:{offers}")


def _is_wanted(store: Store, node: Node, chosen: str | None) -> bool:
    """Tables and intervals are; of series those that were asked for."""
    parent = node.path.rpartition("/")[0]
    return chosen is None or parent == chosen or f"{parent}/data" not in store.nodes


def _copied(store: Store, node: Node, block: int, file: h5py.File, notes: list[str]) -> bool:
    if not 1 <= len(node.shape) <= 2:
        return False
    try:
        array = store.open(node)
    except ConversionError:
        if node.path.endswith("/data"):
            raise
        return False
    if stored_type(array.dtype) is None:
        return False
    if node.path.endswith("/data"):
        notes += [note for note in [gaps(store, node, array)] if note]
    copy(store, node, array, file, node.path, block=block)
    return True


def _write_attributes(node: Node, file: h5py.File) -> None:
    target = file["/" + node.path]
    for name, value in node.attributes.items():
        if name in BOOKKEEPING:
            continue
        if _is_reference(value):
            path = value["value"]["path"]
            if value["value"].get("source", ".") == "." and path in file:
                target.attrs.create(name, file[path].ref, dtype=h5py.ref_dtype)
        elif isinstance(value, bool):
            target.attrs[name] = np.uint8(value)
        elif isinstance(value, int | float | str):
            target.attrs[name] = value
        elif isinstance(value, list) and value and all(isinstance(one, int | float) for one in value):
            target.attrs[name] = np.asarray(value)


def _is_reference(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("value"), dict) and "path" in value["value"]


def _link(store: Store, file: h5py.File) -> list[str]:
    """Makes the links of the groups; returns those that lead nowhere, in words."""
    lost = []
    for node in store.nodes.values():
        for link in node.attributes.get("zarr_link", []):
            place = f"/{node.path}/{link['name']}"
            if link.get("source", ".") == "." and link["path"] in file and place not in file:
                file[place] = file[link["path"]]
            elif place not in file:
                lost.append(f"{place} is a link to {link.get('source', '.')} {link['path']}, and is left out")
    return lost
