"""One store into one file."""
from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from .arrays import Wanted, write_traces
from .blocks import BLOCK
from .errors import USAGE, ConversionError
from .nwb import is_nwb, write_tree
from .store import Store
from .target import new_file

Name = str | os.PathLike[str]


@dataclass(frozen=True)
class Converted:
    """The file that was written, and what its user should know of it."""

    path: Path
    notes: tuple[str, ...]


def convert(
    source: Name,
    target: Name,
    *,
    traces: str | None = None,
    time_axis: int | None = None,
    timestamps: str | None = None,
    rate: float | None = None,
    dt: float | None = None,
    overwrite: bool = False,
    block: int = BLOCK,
) -> Converted:
    """Converts a Zarr store (v2 or v3) to an HDF5 file that `ganglion fit` reads.

    `source` is a folder, or an address such as s3://... or gs://... where fsspec and the
    package for it are installed. An NWB store becomes an NWB file with the same paths, which
    the program reads as any other. An array, or a group of them, becomes /traces (time, neuron)
    with its clock as /time; numbers keep their type, and attributes that say what they mean.

    `traces` names the array, or the NWB series, where there are several. Which dimension is time
    is told by names of dimensions, or by `time_axis`, and never guessed. The clock is `dt`
    seconds a frame, or `rate` frames a second, or the array `timestamps`, or the coordinate of
    the time dimension. At most `block` bytes are in memory at a time, unless one chunk is more.

    Raises `ConversionError`, and leaves no half-written file.
    """
    if rate is not None and dt is not None:
        raise ConversionError(USAGE, "rate and dt say the same: give one")
    if rate is not None:
        if not rate > 0:
            raise ConversionError(USAGE, f"a rate of {rate} frames a second: it takes one above 0")
        dt = 1 / rate
    if dt is not None and timestamps is not None:
        raise ConversionError(USAGE, "time stamps and the length of a frame contradict each other: give one")
    store = Store(os.fspath(source))
    path = Path(target)
    with new_file(path, overwrite) as file:
        if is_nwb(store):
            if time_axis is not None or timestamps is not None or dt is not None:
                raise ConversionError(
                    USAGE, f"{store.source}: an NWB store has its own clock and orientation: give"
                    " --time-axis, --timestamps, --rate and --dt to `ganglion fit`")
            notes = write_tree(store, traces, block, file)
        else:
            notes = write_traces(store, Wanted(traces, time_axis, timestamps, dt, block), file)
        file.attrs["converted_from"] = store.source
    return Converted(path, tuple(notes))
