"""Copies arrays of a store into an HDF5 file, a block of memory at a time."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import h5py
import numpy as np

from .errors import BAD_DATA, ConversionError
from .store import Node, Store

# Bytes of a block, unless one chunk is larger.
BLOCK = 128_000_000


def stored_type(dtype: np.dtype[Any]) -> np.dtype[Any] | None:
    """As what numbers of a type are written; None for what are no real numbers.

    Half floats become floats, as not all readers of HDF5 know them; booleans become bytes.
    """
    if dtype.kind == "b":
        return np.dtype("u1")
    if dtype == np.dtype("f2"):
        return np.dtype("f4")
    return dtype.newbyteorder("=") if dtype.kind in "fiu" else None


def copy(
    store: Store, node: Node, array: Any, target: h5py.Group, name: str, *,
    transposed: bool = False, block: int = BLOCK, dtype: np.dtype[Any] | None = None,
) -> h5py.Dataset:
    """Writes an array of one or two dimensions as a contiguous dataset, of its own type or another.

    Raises `ConversionError` for what are no numbers, and for a chunk that cannot be read.
    """
    own = stored_type(array.dtype)
    if own is None:
        raise ConversionError(BAD_DATA, f"{store.name(node)} holds {array.dtype}, not numbers")
    shape = array.shape[::-1] if transposed else array.shape
    written = target.create_dataset(name, shape, dtype or own)
    for part in blocks(array, block):
        try:
            values = np.asarray(array[part])
        except Exception as error:  # whatever codecs and stores raise
            where = ", ".join(f"{one.start} to {one.stop - 1}" for one in part)
            raise ConversionError(
                BAD_DATA, f"{store.name(node)} cannot be read at {where}: {error}") from error
        written[part[::-1] if transposed else part] = values.T if transposed else values
    return written


def blocks(array: Any, most: int = BLOCK) -> Iterator[tuple[slice, ...]]:
    """Parts of an array in its order, of whole chunks and at most `most` bytes where that goes."""
    shape = array.shape
    if not shape:
        yield ()
        return
    chunk = array.chunks  # of shards their inner ones, which are read by themselves
    room = max(1, most // array.dtype.itemsize)
    extents = [0] * len(shape)
    for axis in reversed(range(len(shape))):
        # As much of the last dimension as there is room for, then of the one before.
        least = int(np.prod(chunk[:axis], dtype=np.int64))
        count = max(1, room // least // chunk[axis]) * chunk[axis]
        extents[axis] = max(1, min(shape[axis], count))
        room = max(1, room // extents[axis])
    starts = np.indices([-(-size // extent) for size, extent in zip(shape, extents, strict=True)])
    for place in starts.reshape(len(shape), -1).T:
        yield tuple(
            slice(int(i) * extent, min((int(i) + 1) * extent, size))
            for i, extent, size in zip(place, extents, shape, strict=True))


def gaps(store: Store, node: Node, array: Any) -> str | None:
    """What of an array was never written, in words; chunks of stores at hand are counted.

    Raises `ConversionError` where nothing was.
    """
    if not store.is_local or getattr(array, "shards", None) is not None or not array.nchunks:
        return None
    there, total = array.nchunks_initialized, array.nchunks
    if there == 0:
        raise ConversionError(
            BAD_DATA, f"{store.name(node)} holds nothing: none of its chunks was ever written")
    if there == total:
        return None
    return (f"{total - there} of the {total} chunks of /{node.path} were never written and are read as"
            f" {array.fill_value}: is the recording complete?")
