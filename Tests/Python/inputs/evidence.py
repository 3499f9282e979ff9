"""Writes sound recordings whose meaning takes reading: python evidence.py FOLDER

Which dimension is time, which neurons are cells, what a stored number is in physical units,
which frame a second is. Beside the files it writes evidence.json, a list of cases: file,
flags of `ganglion fit`, and what numpy makes of the numbers that went in: traces (neuron,
time) with null for a missing value, labels, trial starts, inputs (time, input), the first
time, dt, and a word of the notes.
"""

import json
import os
import sys

import h5py
import numpy as np

NEURONS, FRAMES = 6, 80
CASES = []
NUMBERS = np.random.default_rng(0)
TRACES = np.round(NUMBERS.normal(0, 100, (FRAMES, NEURONS)))  # exact in every type


def case(name, flags=None, **expected):
    def plain(value):
        if isinstance(value, np.ndarray):
            value = value.tolist()
        if isinstance(value, list):
            return [plain(v) for v in value]
        return None if isinstance(value, float) and not np.isfinite(value) else value

    CASES.append({"file": name, "flags": flags or {}, **{k: plain(v) for k, v in expected.items()}})


def series(f, group, data, kind="RoiResponseSeries", rate=4.0, stamps=None, **attributes):
    """A time series as NWB has it, without what pynwb insists on."""
    group = f.create_group(group)
    group.attrs["neurodata_type"] = kind
    dataset = group.create_dataset("data", data=data)
    for key, value in attributes.items():
        dataset.attrs[key] = value
    if stamps is not None:
        group["timestamps"] = stamps
    elif rate is not None:
        group.create_dataset("starting_time", data=0.0).attrs["rate"] = rate
    return group


def nwb(name):
    f = h5py.File(name, "w")
    f.attrs["nwb_version"] = "2.6.0"
    return f


def regions(f, count, **columns):
    table = f.create_group("processing/ophys/ImageSegmentation/cells")
    table.attrs["neurodata_type"] = "PlaneSegmentation"
    table["id"] = 100 + np.arange(count)
    for key, value in columns.items():
        table[key] = value
    return table


def refer(group, table, rows):
    group["rois"] = np.asarray(rows)
    group["rois"].attrs["table"] = table.ref


def trial_boundaries():
    """Starts that are frames but for rounding are these frames; others the next ones."""
    frames = np.arange(0, 1980, 37)
    traces = np.zeros((2000, 2)) + np.arange(2000)[:, None]
    for rate in (30.0, 29.97, 7.3, 100.0, float(np.float32(1 / 0.3))):
        exact = frames / rate
        for key, starts in {
            "f8": exact,
            "f4": exact.astype("f4"),
            "ms": np.round(exact, 3),
            "cs": np.round(exact, 2),
            "between": exact + 0.4 / rate,
        }.items():
            if key == "cs" and rate == 100.0:
                starts = exact
            name = f"trials_{rate:.4f}_{key}.nwb"
            with nwb(name) as f:
                series(f, "acquisition/s", traces, rate=rate)
                f["intervals/trials/start_time"] = starts
                f["intervals/epochs/start_time"] = starts[1:3]
            wanted = frames + 1 if key == "between" else frames
            case(name, starts=sorted({0, *wanted.tolist()}))
            case(
                name,
                {"trials": "/intervals/epochs"},
                starts=[0, *wanted[1:3].tolist()],
            )
    # Stamps of a camera, and starts copied from them as 32-bit numbers; ends likewise.
    stamps = np.cumsum(0.033 + 0.002 * NUMBERS.uniform(size=2000)) + 1000
    with nwb("trials_stamps.nwb") as f:
        series(f, "acquisition/s", traces, stamps=stamps)
        f["intervals/trials/start_time"] = stamps[frames].astype("f4")
        f["intervals/trials/stop_time"] = stamps[frames + 9].astype("f4")
    case("trials_stamps.nwb", starts=sorted({0, *frames.tolist(), *(frames + 9).tolist()}))
    # Onsets on a clock of their own: as numpy finds them.
    onsets = np.sort(NUMBERS.uniform(0, 60, 12))
    whole = np.arange(1.0, 60, 4)
    for key, starts in {"random": onsets, "whole": whole}.items():
        with nwb(f"trials_{key}.nwb") as f:
            series(f, "acquisition/s", traces, rate=7.3)
            f["intervals/trials/start_time"] = starts
        wanted = np.searchsorted(np.arange(2000) / 7.3, starts)
        case(f"trials_{key}.nwb", starts=sorted({0, *wanted.tolist()}))


def orientation():
    turned = {"traces": TRACES.T}
    with nwb("roi_first.nwb") as f:
        series(f, "acquisition/s", TRACES.T)["rois"] = np.arange(NEURONS)
    case("roi_first.nwb", **turned, dt=0.25, word="rois has 6 entries")
    with nwb("roi_table.nwb") as f:
        regions(f, NEURONS)
        series(f, "acquisition/s", TRACES.T)
    case("roi_table.nwb", **turned, labels=[str(100 + i) for i in range(NEURONS)])
    with nwb("roi_stamps.nwb") as f:
        series(f, "acquisition/s", TRACES.T, stamps=0.5 * np.arange(FRAMES))
    case("roi_stamps.nwb", **turned, dt=0.5)
    with nwb("electrodes.nwb") as f:
        group = series(f, "acquisition/s", TRACES.T, kind="ElectricalSeries")
        group["electrodes"] = np.arange(NEURONS)
    case("electrodes.nwb", {"traces": "/acquisition/s"}, **turned)
    with h5py.File("chen_turned.h5", "w") as f:
        f["CellResp"] = TRACES.T
        f["absIX"] = np.arange(float(NEURONS))[None]
    case("chen_turned.h5", **turned)


def cells():
    good = np.array([1, 2, 5])
    mask = np.isin(np.arange(NEURONS), good)
    kept = {"traces": TRACES.T[good], "labels": [str(i) for i in good], "word": "3 of 6"}
    whole = {"traces": TRACES.T, "labels": [str(i) for i in range(NEURONS)]}
    with h5py.File("caiman_marked.hdf5", "w") as f:
        f["estimates/C"] = TRACES.T
        f["estimates/idx_components"] = good
        f["estimates/idx_components_bad"] = np.flatnonzero(~mask)
        f["params/data/fr"] = 20
    case("caiman_marked.hdf5", **kept, dt=0.05)
    case("caiman_marked.hdf5", {"cells": "accepted"}, **kept)
    case("caiman_marked.hdf5", {"cells": "all"}, **whole)
    for name, empty in (("old", None), ("none", np.bytes_("NoneType")), ("empty", [])):
        with h5py.File(f"caiman_{name}.hdf5", "w") as f:
            f["estimates/C"] = TRACES.T
            if empty is not None:
                f["estimates/idx_components"] = np.array(empty)
                f["estimates/idx_components_bad"] = np.array(empty)
        case(f"caiman_{name}.hdf5", **whole)
    probability = np.stack([mask, np.full(NEURONS, 0.5)], axis=1)
    for key, columns in {
        "accepted": {"Accepted": mask.astype("u1"), "Rejected": (~mask).astype("u1")},
        "rejected": {"Rejected": (~mask).astype("i4")},
        "iscell": {"iscell": probability},
        "is_cell": {"is_cell": mask},
    }.items():
        with nwb(f"marked_{key}.nwb") as f:
            table = regions(f, NEURONS, **columns)
            rows = np.array([5, 4, 3, 2, 1, 0])
            refer(series(f, "acquisition/s", TRACES[:, rows]), table, rows)
        wanted = [5, 2, 1]
        case(
            f"marked_{key}.nwb",
            traces=TRACES.T[wanted],
            labels=[str(100 + i) for i in wanted],
            word="3 of 6",
        )
        case(f"marked_{key}.nwb", {"cells": "all"}, traces=TRACES.T[rows])
    with nwb("unmarked.nwb") as f:
        zeros = np.zeros(NEURONS, "u1")
        table = regions(f, NEURONS, Accepted=zeros, Rejected=zeros)
        refer(series(f, "acquisition/s", TRACES), table, np.arange(NEURONS))
    case("unmarked.nwb", traces=TRACES.T)
    os.makedirs("plane0")
    np.save("plane0/F.npy", TRACES.T)
    np.save("plane0/Fneu.npy", TRACES.T)
    np.save("plane0/iscell.npy", probability)
    case("plane0", **kept)
    case("plane0", {"cells": "all"}, **whole)
    case("plane0", {"neuropil": "0.5"}, traces=0.5 * TRACES.T[good])
    case("plane0/F.npy", **whole, word="3 of 6")
    case("plane0/F.npy", {"cells": "accepted"}, **kept)


def calibration():
    raw = np.round(NUMBERS.normal(0, 100, (FRAMES, 3)))
    with nwb("physical.nwb") as f:
        group = series(f, "acquisition/s", TRACES, conversion=0.5, offset=-3.0)
        refer(group, regions(f, NEURONS), np.arange(NEURONS))
        one = series(f, "stimulus/presentation/u", raw[:, 0], kind="TimeSeries")
        one["data"].attrs["conversion"] = 0.001
        one["data"].attrs["offset"] = 2.5
        many = series(
            f, "processing/behavior/e", raw, kind="ElectricalSeries", conversion=2.0, offset=1.0
        )
        many["channel_conversion"] = np.array([1.0, 10.0, 0.5])
    case(
        "physical.nwb",
        {"inputs": "/stimulus/presentation/u"},
        traces=0.5 * TRACES.T - 3,
        inputs=raw[:, :1] * 0.001 + 2.5,
    )
    wanted = raw * 2 * np.array([1.0, 10, 0.5]) + 1
    case("physical.nwb", {"inputs": "/processing/behavior/e"}, inputs=wanted)
    case("physical.nwb", {"traces": "/processing/behavior/e"}, traces=wanted.T)
    # Neuropil of the same regions in another order, with a region more and a unit of its own.
    order = np.array([3, 6, 0, 5, 1, 4, 2])
    with nwb("neuropil_order.nwb") as f:
        table = regions(f, 7, iscell=np.array([1, 0, 1, 1, 1, 1, 1]))
        refer(series(f, "processing/ophys/F/s", TRACES), table, np.arange(NEURONS))
        around = np.tile(1000.0 * order, (FRAMES, 1))
        refer(series(f, "processing/ophys/Neuropil/s", around, conversion=2.0), table, order)
    good = np.array([0, 2, 3, 4, 5])
    flags = {"traces": "/processing/ophys/F/s", "neuropil": "0.5"}
    case("neuropil_order.nwb", flags, traces=(TRACES - 1000.0 * np.arange(NEURONS)).T[good])
    case(
        "neuropil_order.nwb",
        {**flags, "cells": "all"},
        traces=(TRACES - 1000.0 * np.arange(NEURONS)).T,
    )
    # One series a neuron, each with a conversion of its own.
    with nwb("each.nwb") as f:
        for i in range(NEURONS):
            series(f, f"acquisition/n_{i}", TRACES[:, i], kind="TimeSeries", conversion=i + 1.0)
    case("each.nwb", traces=TRACES.T * np.arange(1.0, NEURONS + 1)[:, None])
    # netCDF's conventions.
    packed = TRACES.astype("i2")
    packed[5, 2], packed[40, :] = -32767, -32768
    expected = 0.25 * TRACES.T + 10
    expected[2, 5], expected[:, 40] = np.nan, np.nan
    coarse = np.where(np.isnan(expected.T), 1e20, expected.T).astype("f4")
    for name, axis in (("packed.h5", 0), ("packed_turned.h5", 1)):
        with h5py.File(name, "w") as f:
            f["x"] = packed if axis == 0 else packed.T
            for key, value in {
                "scale_factor": 0.25,
                "add_offset": 10.0,
                "_FillValue": np.int16(-32767),
                "missing_value": np.array([-32768], "i2"),
                "units": "mV",
            }.items():
                f["x"].attrs[key] = value
            f["time"] = np.arange(FRAMES, dtype="i4")
            f["time"].attrs["scale_factor"] = 0.5
            f["u"] = packed[:, 0]
            f["u"].attrs["scale_factor"] = 2.0
            f["u"].attrs["_FillValue"] = np.int16(12345)
            f["coarse"] = coarse if axis == 0 else coarse.T
            f["coarse"].attrs["_FillValue"] = 1e20
        flags = {"traces": "/x", "timestamps": "/time"}
        case(name, {**flags, "inputs": "/u"}, traces=expected, dt=0.5, inputs=2.0 * packed[:, :1])
        case(name, {**flags, "traces": "/coarse"}, traces=expected)


def spikes():
    """Bins are [k bin, (k + 1) bin); counted here with whole numbers."""
    edges = np.sort(NUMBERS.integers(-20, 500, 200))  # tenths of a bin of 0.1 s
    wanted = np.zeros((2, 52))
    for unit in range(2):
        np.add.at(wanted[unit], edges[unit::2] // 10 + 2, 10.0)
    low, high = edges.min() // 10, edges.max() // 10
    wanted = wanted[:, low + 2 : high + 3]
    first = (low + 0.5) * 0.1
    times = np.concatenate([edges[0::2], edges[1::2]]) * 0.01
    for key, stored, bin, dt in (
        ("f8", times, 0.1, None),
        ("f4", times.astype("f4"), 0.1, None),
        ("ms", 1000 * times, 100.0, 0.1),
        ("ticks", np.round(times * 30000).astype("i8"), 3000.0, 0.1),
    ):
        with nwb(f"spikes_{key}.nwb") as f:
            f["units/spike_times"] = stored
            f["units/spike_times_index"] = np.array([100, 200], "u1")
        flags = {"bin": str(bin)} if dt is None else {"bin": str(bin), "dt": str(dt)}
        case(f"spikes_{key}.nwb", flags, traces=wanted, first=first, dt=0.1)


def elsewhere():
    """Numbers that lie in other files, in part, or nowhere."""
    os.makedirs("virtual")
    half = FRAMES // 2
    for k in range(2):
        with h5py.File(f"virtual/part{k}.h5", "w") as f:
            f["x"] = TRACES[k * half : (k + 1) * half]
    layout = h5py.VirtualLayout((FRAMES, NEURONS), "f8")
    for k in range(2):
        source = h5py.VirtualSource(f"part{k}.h5", "x", (half, NEURONS))
        layout[k * half : (k + 1) * half] = source
    with h5py.File("virtual/whole.h5", "w") as f:
        f.create_virtual_dataset("x", layout)
    case("virtual/whole.h5", {"time-axis": "0"}, traces=TRACES.T)
    # A source that may grow is held open by the library itself.
    end, grows = h5py.h5s.UNLIMITED, (None, NEURONS)
    with h5py.File("virtual/growing.h5", "w") as f:
        f.create_dataset("x", data=TRACES, maxshape=grows, chunks=(10, NEURONS))
    layout = h5py.VirtualLayout((FRAMES, NEURONS), "f8", maxshape=grows)
    layout[:end] = h5py.VirtualSource("growing.h5", "x", TRACES.shape, maxshape=grows)[:end]
    with h5py.File("virtual/grown.h5", "w") as f:
        f.create_virtual_dataset("x", layout)
    case("virtual/grown.h5", {"time-axis": "0"}, traces=TRACES.T)
    layout = h5py.VirtualLayout((FRAMES, NEURONS), "f8")
    layout[:half] = h5py.VirtualSource("part0.h5", "x", (half, NEURONS))
    with h5py.File("virtual/hole.h5", "w") as f:
        f.create_virtual_dataset("x", layout, fillvalue=7.0)
    filled = np.vstack([TRACES[:half], np.full((half, NEURONS), 7.0)])
    case("virtual/hole.h5", {"time-axis": "0"}, traces=filled.T, word="240 of the 480 values")
    with h5py.File("chunks.h5", "w") as f:
        x = f.create_dataset("x", (FRAMES, NEURONS), "f8", chunks=(8, NEURONS), fillvalue=-1)
        x[:64] = TRACES[:64]
    filled = np.vstack([TRACES[:64], np.full((16, NEURONS), -1.0)])
    case("chunks.h5", {"time-axis": "0"}, traces=filled.T, word="96 of the 480 values")
    TRACES.tofile("raw.bin")
    with h5py.File("external.h5", "w") as f:
        f.create_dataset(
            "x", TRACES.shape, "f8", external=[(os.path.abspath("raw.bin"), 0, TRACES.nbytes)]
        )
    case("external.h5", {"time-axis": "0"}, traces=TRACES.T)
    with h5py.File("one_link.h5", "w") as f:
        f["x"] = TRACES
        f["gone"] = h5py.SoftLink("/nowhere")
    case("one_link.h5", {"time-axis": "0"}, traces=TRACES.T, word="/gone is a link to /nowhere")


def main(folder):
    os.makedirs(folder, exist_ok=True)
    os.chdir(folder)
    for write in (trial_boundaries, orientation, cells, calibration, spikes, elsewhere):
        write()
    with open("evidence.json", "w") as f:
        json.dump(CASES, f)


if __name__ == "__main__":
    main(sys.argv[1])
