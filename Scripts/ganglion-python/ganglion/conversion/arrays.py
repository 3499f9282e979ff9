"""Plain stores: which array holds the traces, which of its dimensions is time, and the clock."""
from __future__ import annotations

import base64
import struct
from dataclasses import dataclass

import h5py
import numpy as np

from .blocks import BLOCK, copy, gaps
from .errors import BAD_DATA, USAGE, ConversionError
from .store import Node, Store

# What dimensions of time are called, in lower case.
TIMES = ("time", "t", "times", "frame", "frames", "timestep", "timesteps", "sample", "samples")
# Attributes that say what stored values mean, which the program applies.
CALIBRATION = ("scale_factor", "add_offset", "_FillValue", "missing_value", "units", "long_name")


@dataclass
class Wanted:
    """What the caller says of the traces; None where the store is to say it."""

    traces: str | None = None
    time_axis: int | None = None
    timestamps: str | None = None
    dt: float | None = None
    block: int = BLOCK


def write_traces(store: Store, wanted: Wanted, file: h5py.File) -> list[str]:
    """Writes /traces (time, neuron), and /time in seconds where it is known; notes for the user."""
    node = chosen(store, wanted.traces)
    array = store.open(node)
    axis = time_axis(store, node, wanted.time_axis)
    notes = [note for note in [gaps(store, node, array)] if note]
    traces = copy(store, node, array, file, "traces", transposed=axis == 1, block=wanted.block)
    for name in CALIBRATION:
        value = node.attributes.get(name)
        if name == "_FillValue" and isinstance(value, str):
            value = decoded(value)
        if isinstance(value, str | int | float):
            traces.attrs[name] = value
    traces.attrs["path"] = "/" + node.path
    frames, neurons = traces.shape
    clock = times(store, node, axis, wanted, file)
    if clock is None:
        notes.append("no clock: give `ganglion fit` --time-axis 0, and --dt or --rate")
    elif frames == neurons:
        notes.append("as many neurons as frames: give `ganglion fit` --time-axis 0")
    if clock is not None and len(clock) != frames:
        raise ConversionError(
            BAD_DATA, f"{store.source}: the clock has {len(clock)} entries, and there are {frames} frames")
    return notes


def decoded(text: str) -> float | None:
    """A number that xarray wrote into metadata of version 3: eight bytes, the lowest first, in base 64."""
    try:
        return float(struct.unpack("<d", base64.b64decode(text, validate=True))[0])
    except (ValueError, struct.error):
        return None


def chosen(store: Store, traces: str | None) -> Node:
    """The array of the traces: the one that is named, or the only one of two dimensions."""
    if traces is not None:
        node = store.nodes.get(traces.strip("/"))
        if node is None or not node.is_array:
            raise ConversionError(USAGE, f"{store.source}: no array /{traces.strip('/')}{_offers(store)}")
        if len(node.shape) != 2:
            raise ConversionError(
                BAD_DATA, f"{store.name(node)} has shape {node.shape}, where (time, neuron) or (neuron, time)"
                f" is needed{_offers(store)}")
        return node
    flat = [node for node in store.arrays if len(node.shape) == 2]
    if len(flat) == 1:
        return flat[0]
    if not flat:
        raise ConversionError(BAD_DATA, f"{store.source}: no array of two dimensions{_offers(store)}")
    raise ConversionError(USAGE, f"{store.source}: name the array of the traces{_offers(store)}")


def time_axis(store: Store, node: Node, asked: int | None) -> int:
    """Which dimension is time: as asked, else by the names of the dimensions; never guessed."""
    if asked is not None:
        if asked not in (0, 1):
            raise ConversionError(USAGE, f"the time axis is {asked}, where 0 or 1 is needed")
        return asked
    named = [axis for axis, name in enumerate(node.dimensions or ()) if name.lower() in TIMES]
    if len(named) == 1:
        return named[0]
    rows, columns = node.shape
    raise ConversionError(
        USAGE, f"{store.name(node)} is {rows} × {columns}, and nothing says which one is time: say time axis"
        f" 0 if it is (time, neuron), with {rows} frames of {columns} neurons, or 1 if it is (neuron, time)")


def times(
    store: Store, node: Node, axis: int, wanted: Wanted, file: h5py.File
) -> h5py.Dataset | None:
    """Writes the clock: as asked, else the coordinate of the time dimension, as xarray names it."""
    if wanted.dt is not None:
        if not (wanted.dt > 0 and np.isfinite(wanted.dt)):
            raise ConversionError(USAGE, f"a frame of {wanted.dt} s: it takes a time above 0")
        clock = file.create_dataset("time", data=np.arange(file["traces"].shape[0]) * wanted.dt)
        clock.attrs["units"] = "s"
        return clock
    place = wanted.timestamps
    if place is None and node.dimensions:
        folder = node.path.rpartition("/")[0]
        place = f"{folder}/{node.dimensions[axis]}"
    source = store.nodes.get((place or "").strip("/"))
    if source is None or not source.is_array or len(source.shape) != 1:
        if wanted.timestamps is not None:
            raise ConversionError(USAGE, f"{store.source}: {wanted.timestamps} is no array of one dimension")
        return None
    clock = copy(store, source, store.open(source), file, "time", dtype=np.dtype("f8"))
    if isinstance(source.attributes.get("units"), str):
        clock.attrs["units"] = source.attributes["units"]
    return clock


def _offers(store: Store) -> str:
    """The arrays one may have meant, as the end of a message."""
    lines = [f"\n  /{node.path} {' × '.join(map(str, node.shape))}" for node in store.arrays]
    return ("; it holds:" + "".join(lines[:20])) if lines else "; it holds no array"
