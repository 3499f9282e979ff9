"""The file that is written: complete under its name, or not there."""
from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py

from .errors import CANNOT_CREATE, CANNOT_WRITE, ConversionError


@contextmanager
def new_file(path: Path, overwrite: bool) -> Iterator[h5py.File]:
    """A new HDF5 file, which gets its name when the block has ended well.

    Raises `ConversionError` where the name is taken, or the folder cannot be written.
    """
    if path.exists() and not overwrite:
        raise ConversionError(
            CANNOT_CREATE, f"{path} is there already: choose another name, or say that it may be replaced")
    if path.exists() and not path.is_file():
        kind = "folder" if path.is_dir() else "device or a pipe, which a file would replace"
        raise ConversionError(CANNOT_CREATE, f"{path} is a {kind}: give the name of a file")
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        try:
            file = h5py.File(partial, "w")
        except OSError as error:
            raise ConversionError(CANNOT_CREATE, f"{path} cannot be written: {error}") from error
        try:
            with file:
                yield file
            os.replace(partial, path)
        except ConversionError:
            raise
        except (OSError, RuntimeError) as error:  # HDF5 has either, by where it notices
            raise ConversionError(CANNOT_WRITE, f"{path} cannot be written: {error}") from error
    finally:
        partial.unlink(missing_ok=True)
