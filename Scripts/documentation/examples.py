"""Writes small recordings of one network in every format: examples.py FOLDER

Fluorescence of 24 neurons in 800 frames, 10 a second; a third of them inhibit, and a running
speed drives some. Existing files of these names are kept, and the script ends there.
"""
import datetime
import sys
from pathlib import Path

import h5py
import numpy as np

NEURONS, FRAMES, RATE = 24, 800, 10.0
EXCITATORY = 16
ALPHA = 0.2
TIMES = np.arange(FRAMES) / RATE


def network(generator):
    """Weights [post, pre]: sparse, of one sign for each presynaptic neuron, none onto oneself."""
    weights = np.abs(generator.normal(size=(NEURONS, NEURONS))) * 4 / np.sqrt(NEURONS)
    weights[:, EXCITATORY:] *= -2
    allowed = generator.random((NEURONS, NEURONS)) < 0.5
    np.fill_diagonal(allowed, False)
    return weights * allowed, allowed


def speed(generator):
    """A running speed in cm/s: smooth, and never negative."""
    steps = generator.normal(size=FRAMES + 60)
    return np.maximum(40 * np.convolve(steps, np.ones(60) / 60, mode="valid")[:FRAMES], 0)


def recorded(weights, running, generator):
    """Fluorescence (time, neuron) and the trials' first frames."""
    into = generator.normal(size=NEURONS) * (generator.random(NEURONS) < 0.5)
    rates = np.zeros((FRAMES, NEURONS))
    rates[0] = generator.uniform(-0.5, 0.5, NEURONS)
    for t in range(FRAMES - 1):
        currents = weights @ rates[t] + into * running[t] / 10 + 0.3 * generator.normal(size=NEURONS)
        rates[t + 1] = (1 - ALPHA) * rates[t] + ALPHA * np.tanh(currents)
    bright = generator.uniform(50, 150, NEURONS)
    return bright * (1 + 0.5 * rates) + generator.normal(size=rates.shape)


def write_nwb(path, traces, running):
    """dF/F of regions of interest, one of which was rejected; speed on a clock of its own; trials."""
    from pynwb import NWBHDF5IO, NWBFile, TimeSeries
    from pynwb.ophys import DfOverF, ImageSegmentation, OpticalChannel

    start = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
    nwb = NWBFile(session_description="an example", identifier="example", session_start_time=start)
    channel = OpticalChannel(name="green", description="green", emission_lambda=520.0)
    plane = nwb.create_imaging_plane(
        name="plane", optical_channel=channel, description="an example", excitation_lambda=920.0,
        device=nwb.create_device(name="microscope"), indicator="GCaMP6f", location="V1")
    module = nwb.create_processing_module("ophys", "calcium imaging")
    table = ImageSegmentation()
    module.add(table)
    cells = table.create_plane_segmentation("cells", plane, name="PlaneSegmentation")
    for i in range(NEURONS):
        cells.add_roi(pixel_mask=[(i, i, 1.0)], id=i + 1)
    cells.add_column("accepted", "by hand", data=[int(i != 5) for i in range(NEURONS)])
    responses = DfOverF()
    module.add(responses)
    responses.create_roi_response_series(
        name="RoiResponseSeries", data=traces / traces.mean(axis=0) - 1, unit="n.a.", rate=RATE,
        rois=cells.create_roi_table_region(description="all", region=list(range(NEURONS))))
    nwb.create_processing_module("behavior", "running").add(
        TimeSeries(name="speed", data=running[::2], unit="cm/s", timestamps=TIMES[::2]))
    for first in range(0, FRAMES, 200):
        nwb.add_trial(start_time=TIMES[first], stop_time=TIMES[first] + 20)
    with NWBHDF5IO(path, "w") as io:
        io.write(nwb)


def write_suite2p(folder, traces, generator):
    folder.mkdir(parents=True)
    around = 20 + 2 * generator.normal(size=traces.shape)
    np.save(folder / "F.npy", (traces + 0.7 * around).T.astype("f4"))
    np.save(folder / "Fneu.npy", around.T.astype("f4"))
    np.save(folder / "spks.npy", np.maximum(np.diff(traces, axis=0, prepend=traces[:1]), 0).T.astype("f4"))
    np.save(folder / "iscell.npy", np.stack([np.arange(NEURONS) % 8 != 3, np.full(NEURONS, 0.9)], axis=1))


def write_hdf5(path, **datasets):
    with h5py.File(path, "w") as file:
        for name, values in datasets.items():
            file[name] = values


def write_matlab(path, traces):
    """As MATLAB saves cells × frames with -v7.3: a block of text first, dimensions reversed."""
    with h5py.File(path, "w", userblock_size=512) as file:
        file["traces"] = traces
        file["traces"].attrs["MATLAB_class"] = np.bytes_("double")
    with open(path, "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(116))


def write_table(path, traces):
    header = ",".join(["time (s)", *(f"cell{i + 1}" for i in range(NEURONS))])
    np.savetxt(path, np.column_stack([TIMES, traces]), fmt="%.4f", delimiter=",", header=header, comments="")


def write_all(folder):
    generator = np.random.default_rng(7)
    weights, allowed = network(generator)
    running = speed(generator)
    traces, again = (recorded(weights, running, generator) for _ in range(2))
    write_nwb(folder / "mouse.nwb", traces, running)
    write_suite2p(folder / "suite2p" / "plane0", traces, generator)
    write_hdf5(folder / "caiman.hdf5", **{
        "estimates/C": traces.T, "estimates/S": np.zeros(traces.T.shape), "estimates/F_dff": np.zeros((0, 0)),
        "estimates/idx_components": np.arange(NEURONS - 2), "params/data/fr": RATE})
    write_matlab(folder / "session.mat", traces)
    write_table(folder / "traces.csv", traces)
    np.save(folder / "traces.npy", traces.T)
    write_hdf5(folder / "recording.h5", traces=traces, time=TIMES, speed=running[:, None],
               trial_start=np.arange(0, FRAMES, 200))
    for name, values in (("day1.h5", traces), ("day2.h5", again)):
        write_hdf5(folder / name, traces=values, time=TIMES)
    write_hdf5(folder / "anatomy.h5", mask=allowed.astype("u1"),
               signs=np.where(np.arange(NEURONS) < EXCITATORY, 1, -1),
               region=np.array([b"V1"] * 14 + [b"LM"] * 10))
    import zarr

    zarr.create_array(folder / "traces.zarr", data=traces.T.astype("f4"), chunks=(8, 200),
                      dimension_names=("neuron", "time"))


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    if any((target / name).exists() for name in ("mouse.nwb", "recording.h5", "suite2p", "traces.zarr")):
        sys.exit(f"examples: {target} holds such recordings already: choose another folder")
    write_all(target)
    print(f"wrote recordings of {NEURONS} neurons × {FRAMES} frames into {target}")
