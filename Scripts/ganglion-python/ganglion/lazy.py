"""Arrays of a result file for xarray, read or computed when they are used, and only in part."""
from __future__ import annotations

import os
from typing import Any

import h5py
import numpy as np
from xarray.backends import BackendArray
from xarray.core import indexing

# Numbers of a left factor that are in memory at a time: 64 MB of float32.
MOST_VALUES = 16_000_000


class Stored(BackendArray):
    """A dataset of the file, which is open only while it is read."""

    def __init__(self, path: str | os.PathLike[str], name: str) -> None:
        self.path, self.name = path, name
        with h5py.File(path) as file:
            self.shape, self.dtype = file[name].shape, file[name].dtype

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.OUTER_1VECTOR, self._read)

    def _read(self, key: tuple[Any, ...]) -> Any:
        with h5py.File(self.path) as file:
            return file[self.name][key]


class FactoredWeights(BackendArray):
    """W = left · rightᵀ, its diagonal 0 where neurons do not excite themselves.

    The factors stay in the file; of W there is never more than what was asked for.
    """

    def __init__(
        self, path: str | os.PathLike[str], left: str, right: str, has_self: bool
    ) -> None:
        self.path, self.left, self.right, self.has_self = path, left, right, has_self
        with h5py.File(path) as file:
            self.shape = (file[left].shape[0], file[right].shape[0])
            self.dtype = file[left].dtype

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.OUTER, self._block)

    def _block(self, key: tuple[Any, ...]) -> Any:
        rows, columns = (
            np.atleast_1d(np.arange(extent)[part])
            for part, extent in zip(key, self.shape, strict=True))
        block = np.empty((len(rows), len(columns)), self.dtype)
        with h5py.File(self.path) as file:
            left, right = file[self.left], _rows(file[self.right], columns)
            step = max(1, MOST_VALUES // left.shape[1])
            for first in range(0, len(rows), step):
                part = slice(first, first + step)
                block[part] = _rows(left, rows[part]) @ right.T
        if not self.has_self:
            block[rows[:, None] == columns[None, :]] = 0
        # A single row or column was asked for as such, without its dimension.
        return block[tuple(0 if np.ndim(part) == 0 and not isinstance(part, slice) else slice(None)
                           for part in key)]


def _rows(dataset: h5py.Dataset, places: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Rows in any order, also repeated: HDF5 reads them rising, each once."""
    if len(places) and np.array_equal(places, np.arange(places[0], places[0] + len(places))):
        return np.asarray(dataset[places[0]:places[0] + len(places)])
    unique, back = np.unique(places, return_inverse=True)
    return np.asarray(dataset[unique])[back]
