"""What a Zarr store holds, by its metadata alone; versions 2 and 3 look alike from here."""
from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..needed import needed
from .errors import BAD_DATA, MISSING, ConversionError

METADATA = (".zgroup", ".zarray", ".zattrs", "zarr.json")


@dataclass
class Node:
    """A group or an array of a store."""

    path: str
    is_array: bool = False
    attributes: dict[str, Any] = field(default_factory=dict)
    shape: tuple[int, ...] = ()
    dimensions: tuple[str, ...] | None = None
    fill: Any = None

    @property
    def kind(self) -> str | None:
        """Its type in NWB."""
        found = self.attributes.get("neurodata_type")
        return found if isinstance(found, str) else None


class Store:
    """A store that is read: its nodes by their paths, "" being the root."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.nodes = _nodes(source, _documents(source))

    @property
    def is_local(self) -> bool:
        return "://" not in self.source

    @property
    def arrays(self) -> list[Node]:
        return [node for node in self.nodes.values() if node.is_array]

    def open(self, node: Node) -> Any:
        """The array, to be read in parts; what Zarr cannot open is said."""
        zarr = needed("zarr", "zarr")
        try:
            return zarr.open_array(self.source, path=node.path or None, mode="r")
        except Exception as error:  # whatever codecs and data types raise
            raise ConversionError(BAD_DATA, f"{self.name(node)} cannot be opened: {error}") from error

    def name(self, node: Node) -> str:
        """The array for a message."""
        return f"{self.source}: /{node.path}"


def _documents(source: str) -> dict[str, Any]:
    """The store's metadata, by the path of the file that each stands in."""
    if "://" in source:
        return _remote(source)
    folder = Path(source)
    if not folder.exists():
        raise ConversionError(MISSING, f"{source}: no such store")
    if zipfile.is_zipfile(folder):
        raise ConversionError(BAD_DATA, f"{source}: a zip file: unpack it first (unzip {source} -d FOLDER)")
    files = [path for name in METADATA for path in folder.rglob(name)] if folder.is_dir() else []
    if not files:
        raise ConversionError(
            BAD_DATA, f"{source}: no Zarr store: there is neither .zgroup, .zarray nor zarr.json in it")
    return {path.relative_to(folder).as_posix(): _json(path.read_bytes(), str(path)) for path in files}


def _remote(source: str) -> dict[str, Any]:
    """Of a store behind an address: its consolidated metadata, or those of one array."""
    files = needed("fsspec", "remote").get_mapper(source)
    try:
        for name in (".zmetadata", "zarr.json", ".zarray"):
            if name not in files:
                continue
            found = _json(files[name], f"{source}/{name}")
            if name == ".zmetadata":
                return dict(found["metadata"])
            if name == ".zarray":
                return {name: found, ".zattrs": _json(files.get(".zattrs", b"{}"), f"{source}/.zattrs")}
            inner = (found.get("consolidated_metadata") or {}).get("metadata", {})
            return {name: found} | {f"{path}/{name}": part for path, part in inner.items()}
    except OSError as error:
        raise ConversionError(MISSING, f"{source} cannot be read: {error}") from error
    raise ConversionError(
        MISSING, f"{source}: no Zarr array, and no group with consolidated metadata: copy it here first")


def _json(content: bytes, name: str) -> Any:
    try:
        return json.loads(content)
    except ValueError as error:
        raise ConversionError(BAD_DATA, f"{name} is no JSON: {error}") from error


def _nodes(source: str, documents: Mapping[str, Any]) -> dict[str, Node]:
    nodes: dict[str, Node] = {}
    for place, found in sorted(documents.items()):
        path, _, name = place.rpartition("/")
        node = nodes.setdefault(path, Node(path))
        if not isinstance(found, dict):
            raise ConversionError(BAD_DATA, f"{source}/{place} is no Zarr metadata")
        if name == ".zattrs":
            node.attributes = found
        elif name == ".zarray" or found.get("node_type") == "array":
            node.is_array = True
            node.shape = tuple(found.get("shape", ()))
            node.fill = found.get("fill_value")
        if name == "zarr.json":
            node.attributes = found.get("attributes", {})
            names = found.get("dimension_names")
            node.dimensions = None if names is None else tuple(one or "" for one in names)
    for node in nodes.values():
        names = node.attributes.pop("_ARRAY_DIMENSIONS", None)
        if node.dimensions is None and names is not None:
            node.dimensions = tuple(names)
            # In version 2 xarray keeps what stands for a missing value here, and not as an attribute.
            if isinstance(node.fill, int | float) and not isinstance(node.fill, bool):
                node.attributes.setdefault("_FillValue", node.fill)
    return nodes
