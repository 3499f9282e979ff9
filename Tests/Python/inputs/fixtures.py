"""Writes synthetic recordings of every format into a folder: python fixtures.py FOLDER

Each one holds the same numbers, value(neuron, frame) = (7 neuron + frame) % 100 of 12
neurons and 30 frames, which every integer and floating point type represents exactly.
"""

import datetime
import os
import sys

import h5py
import numpy as np

NEURONS, FRAMES = 12, 30
TRACES = (7 * np.arange(NEURONS)[:, None] + np.arange(FRAMES)[None, :]) % 100  # (neuron, time)


def plain(folder):
    """One file, every type in both orientations, contiguous and compressed."""
    types = ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", ">f4", ">i2"]
    with h5py.File(f"{folder}/plain.h5", "w") as f:
        for name in types:
            label = name.replace(">", "big")
            for axis in (0, 1):
                data = (TRACES if axis == 1 else TRACES.T).astype(name)
                f.create_dataset(f"{label}/axis{axis}/plain", data=data)
                f.create_dataset(
                    f"{label}/axis{axis}/gzip",
                    data=data,
                    chunks=(7, 5),
                    compression="gzip",
                    shuffle=True,
                )
        f["clock/timestamps"] = 10 + 0.5 * np.arange(FRAMES)
        f["scalar"] = 1.0


def caiman(folder):
    with h5py.File(f"{folder}/caiman.hdf5", "w") as f:
        f["estimates/C"] = TRACES.astype("f8")
        f["estimates/S"] = np.zeros((NEURONS, FRAMES))
        f["estimates/F_dff"] = np.zeros((0, 0))


def chen(folder):
    with h5py.File(f"{folder}/TimeSeries.h5", "w") as f:
        f["CellResp"] = TRACES.T.astype("f4")
        f["CellRespZ"] = TRACES.T.astype("f4")
        f["absIX"] = np.arange(NEURONS, dtype="f8")[None, :]


def matlab(folder):
    """As MATLAB saves a (cells, time) array with -v7.3: user block, dimensions reversed."""
    with h5py.File(f"{folder}/v73.mat", "w", userblock_size=512) as f:
        f["traces"] = TRACES.T.astype("f8")
        f["traces"].attrs["MATLAB_class"] = np.bytes_("double")
    with open(f"{folder}/v73.mat", "r+b") as f:
        f.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(116))


def suite2p(folder):
    os.makedirs(f"{folder}/suite2p")
    neuropil = np.full((NEURONS, FRAMES), 10.0, "f4")
    np.save(f"{folder}/suite2p/F.npy", TRACES.astype("f4"))
    np.save(f"{folder}/suite2p/Fneu.npy", neuropil)
    np.save(f"{folder}/suite2p/spks.npy", np.zeros_like(neuropil))
    cell = np.stack([np.arange(NEURONS) % 3 != 1, np.full(NEURONS, 0.5)], axis=1)
    np.save(f"{folder}/suite2p/iscell.npy", cell.astype("f8"))


def around(folder):
    """Neuropil of 10 everywhere: beside the traces of an HDF5 file, and beside a table."""
    with h5py.File(f"{folder}/neuropil.h5", "w") as f:
        f["traces"] = TRACES
        f["around"] = np.full_like(TRACES, 10)
        f["short"] = np.full_like(TRACES[:, 1:], 10)
    np.savetxt(f"{folder}/rows.csv", TRACES, delimiter=",")
    np.savetxt(f"{folder}/around.csv", np.full_like(TRACES, 10), delimiter=",")


def session():
    from pynwb import NWBFile

    start = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    return NWBFile(session_description="s", identifier="i", session_start_time=start)


def segmentation(nwb):
    from pynwb.ophys import ImageSegmentation, OpticalChannel

    device = nwb.create_device("microscope")
    channel = OpticalChannel("green", "green", 520.0)
    plane = nwb.create_imaging_plane(
        name="plane",
        optical_channel=channel,
        description="d",
        device=device,
        excitation_lambda=488.0,
        indicator="GCaMP",
        location="brain",
    )
    table = ImageSegmentation()
    module = nwb.create_processing_module("ophys", "d")
    module.add(table)
    cells = table.create_plane_segmentation("d", plane, name="cells")
    for i in range(NEURONS + 1):  # one more than is recorded, first: rois is no identity
        cells.add_roi(pixel_mask=[(i, i, 1.0)], id=1000 + i)
    return module, cells


def nwb_rate(folder):
    """One response series with a rate, conversion and offset; inputs, units and trials."""
    from hdmf.backends.hdf5.h5_utils import H5DataIO
    from pynwb import NWBHDF5IO, TimeSeries
    from pynwb.behavior import BehavioralTimeSeries
    from pynwb.ophys import DfOverF, RoiResponseSeries

    nwb = session()
    module, cells = segmentation(nwb)
    rois = cells.create_roi_table_region("d", region=list(range(1, NEURONS + 1)))
    series = RoiResponseSeries(
        name="response",
        data=H5DataIO(TRACES.T.astype("u2"), compression="gzip", shuffle=True, chunks=(11, 5)),
        rois=rois,
        unit="n.a.",
        rate=4.0,
        starting_time=2.0,
        conversion=0.5,
        offset=-1.0,
    )
    module.add(DfOverF(roi_response_series=series))
    # Ten samples a second of a ramp: at time s it is 3 s.
    times = np.arange(0, 12, 0.1)
    velocity = TimeSeries(name="velocity", data=3 * times, unit="m/s", timestamps=times)
    held = TimeSeries(name="held", data=[1.0, 5.0], unit="x", rate=0.25, starting_time=2.0)
    behavior = nwb.create_processing_module("behavior", "d")
    behavior.add(BehavioralTimeSeries(time_series=[velocity, held]))
    for start in (2.0, 4.5, 7.0):
        nwb.add_trial(start_time=start, stop_time=start + 2.0)
    for spikes in ([2.05, 2.15, 2.16, 4.0], [], [3.0]):
        nwb.add_unit(spike_times=spikes)
    with NWBHDF5IO(f"{folder}/rate.nwb", "w") as io:
        io.write(nwb)


def nwb_two(folder):
    """Two response series with time stamps, one of them shifted: --traces must choose."""
    from pynwb import NWBHDF5IO
    from pynwb.ophys import DfOverF, Fluorescence, RoiResponseSeries

    nwb = session()
    module, cells = segmentation(nwb)
    stamps = 1.0 + 0.25 * np.arange(FRAMES)
    for kind, data in ((Fluorescence, TRACES.T + 100.0), (DfOverF, TRACES.T.astype("f4"))):
        rois = cells.create_roi_table_region("d", region=list(range(NEURONS)))
        series = RoiResponseSeries(
            name="RoiResponseSeries", data=data, rois=rois, unit="n.a.", timestamps=stamps
        )
        module.add(kind(roi_response_series=series))
    with NWBHDF5IO(f"{folder}/two.nwb", "w") as io:
        io.write(nwb)


def nwb_neuropil(folder):
    """Fluorescence, neuropil and deconvolved traces, as Suite2p exports them."""
    from pynwb import NWBHDF5IO
    from pynwb.ophys import Fluorescence, RoiResponseSeries

    nwb = session()
    module, cells = segmentation(nwb)
    for name, data, conversion in (
        ("Fluorescence", TRACES.T.astype("f4"), 1.0),
        ("Neuropil", np.full((FRAMES, NEURONS), 5.0, "f4"), 2.0),
        ("Deconvolved", np.zeros((FRAMES, NEURONS), "f4"), 1.0),
    ):
        rois = cells.create_roi_table_region("d", region=list(range(NEURONS)))
        series = RoiResponseSeries(
            name="Plane0", data=data, rois=rois, unit="lumens", rate=4.0, conversion=conversion
        )
        module.add(Fluorescence(roi_response_series=series, name=name))
    with NWBHDF5IO(f"{folder}/neuropil.nwb", "w") as io:
        io.write(nwb)


def nwb_single(folder):
    """One time series a neuron, as some laboratories publish; in a second file also one of
    the neuropil around it."""
    from pynwb import NWBHDF5IO, TimeSeries

    clock = 0.5 * np.arange(FRAMES)
    for name in ("single.nwb", "around.nwb"):
        nwb = session()
        for i in range(NEURONS):
            series = {f"Activity_{i:04d}": TRACES[i].astype("f8")}
            if name == "around.nwb":
                series[f"Around_{i:04d}"] = np.full(FRAMES, 10.0)
            for key, data in series.items():
                nwb.add_acquisition(
                    TimeSeries(name=key, data=data, unit="none", timestamps=clock)
                )
        with NWBHDF5IO(f"{folder}/{name}", "w") as io:
            io.write(nwb)


def nwb_units(folder):
    from pynwb import NWBHDF5IO

    nwb = session()
    for i, spikes in enumerate(([0.05, 0.15, 0.16, 1.95], [], [1.0])):
        nwb.add_unit(spike_times=spikes, id=70 + i)
    with NWBHDF5IO(f"{folder}/units.nwb", "w") as io:
        io.write(nwb)


if __name__ == "__main__":
    for write in (
        plain, caiman, chen, matlab, suite2p, around, nwb_rate, nwb_two, nwb_neuropil, nwb_single,
        nwb_units,
    ):
        write(sys.argv[1])
