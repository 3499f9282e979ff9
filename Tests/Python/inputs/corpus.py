"""Writes a corpus of broken recordings: python corpus.py FOLDER SEED

Beside the files it writes manifest.json, a list of cases: file, the flags of `ganglion fit`
that select the traces, the exit codes that are right, and a word of the message.
"""

import datetime
import json
import os
import random
import sys

import h5py
import hdf5plugin
import numpy as np

NEURONS, FRAMES = 6, 40
CASES = []
NUMBERS = np.random.default_rng(0)


def traces():
    return NUMBERS.uniform(-0.9, 0.9, (FRAMES, NEURONS))


def case(name, codes=(65,), word="", **flags):
    """Notes a case; `flags` are long flags of fit, with _ for -."""
    CASES.append(
        {
            "file": name,
            "flags": {key.replace("_", "-"): value for key, value in flags.items()},
            "codes": list(codes),
            "word": word,
        }
    )


def hdf5(name, **datasets):
    """A file of datasets whose names have __ for /."""
    with h5py.File(name, "w") as f:
        for key, value in datasets.items():
            f[key.replace("__", "/")] = value


def cut(source, name, offset, **kwargs):
    with open(source, "rb") as f:
        data = f.read()
    with open(name, "wb") as f:
        f.write(data[:offset])
    case(name, **kwargs)


def truncated(rng):
    hdf5("whole.h5", traces=traces(), timestamps=np.arange(FRAMES) * 0.5)
    with h5py.File("whole_gzip.h5", "w") as f:
        f.create_dataset("traces", data=traces(), chunks=(8, 3), compression="gzip", shuffle=True)
    np.save("whole.npy", traces())
    for source in ("whole.h5", "whole_gzip.h5"):
        size = os.path.getsize(source)
        for k in range(5):
            name = f"truncated_{k}_{source}"
            cut(source, name, rng.randrange(9, size - 1), traces="/traces", time_axis="0")
    for k in range(3):
        offset = rng.randrange(1, os.path.getsize("whole.npy") - 1)
        cut("whole.npy", f"truncated_{k}.npy", offset, time_axis="0")


def damaged():
    with h5py.File("chunk.h5", "w") as f:
        d = f.create_dataset("traces", data=traces(), chunks=(8, 3), compression="gzip")
        info = d.id.get_chunk_info(3)
    with open("chunk.h5", "r+b") as f:
        f.seek(info.byte_offset + 5)
        f.write(b"\xff" * (info.size - 10))
    case("chunk.h5", traces="/traces", time_axis="0", word="inflate")
    with h5py.File("checksum.h5", "w") as f:
        d = f.create_dataset("traces", data=traces(), chunks=(8, 3), fletcher32=True)
        info = d.id.get_chunk_info(0)
    with open("checksum.h5", "r+b") as f:
        f.seek(info.byte_offset + 5)
        f.write(b"\x55\xaa")
    case("checksum.h5", traces="/traces", time_axis="0", word="checksum")


def wrong_types():
    pairs = np.zeros((FRAMES, NEURONS), dtype=[("a", "f4"), ("b", "i4")])
    text = np.full((FRAMES, NEURONS), b"0.5", "S4")
    hdf5("compound.h5", traces=pairs)
    case("compound.h5", traces="/traces", word="compound, not numbers")
    hdf5("complex.h5", traces=traces() + 1j)
    case("complex.h5", traces="/traces", word="not numbers")
    hdf5("text.h5", traces=text)
    case("text.h5", traces="/traces", word="string[4], not numbers")
    with h5py.File("variable.h5", "w") as f:
        f.create_dataset("traces", (FRAMES, NEURONS), dtype=h5py.string_dtype())
    case("variable.h5", traces="/traces", word="string, not numbers")
    with h5py.File("references.h5", "w") as f:
        f.create_dataset("traces", (FRAMES, NEURONS), dtype=h5py.ref_dtype)
    case("references.h5", traces="/traces", word="reference, not numbers")
    hdf5("booleans.h5", traces=traces() > 0.5)
    case("booleans.h5", codes=(0,), traces="/traces", time_axis="0")
    np.save("objects.npy", np.array([[1, "a"], [2, None]], dtype=object), allow_pickle=True)
    case("objects.npy", time_axis="0", word="not plain numbers")
    np.save("complex.npy", traces() + 1j)
    case("complex.npy", time_axis="0", word="not read")


def wrong_shapes():
    hdf5("cube.h5", traces=np.zeros((FRAMES, NEURONS, 2)))
    case("cube.h5", traces="/traces", word="has shape")
    hdf5("scalar.h5", traces=1.0)
    case("scalar.h5", traces="/traces", word="has shape")
    hdf5("no_frames.h5", traces=np.zeros((0, NEURONS)))
    case("no_frames.h5", traces="/traces", time_axis="0", word="at least 10 frames")
    hdf5("no_neurons.h5", traces=np.zeros((FRAMES, 0)))
    case("no_neurons.h5", traces="/traces", time_axis="0", word="no neuron")
    hdf5("null.h5", traces=h5py.Empty("f8"))
    case("null.h5", traces="/traces", time_axis="0", codes=(65,))
    hdf5("few.h5", traces=traces()[:9])
    case("few.h5", traces="/traces", time_axis="0", word="at least 10 frames")
    hdf5("square.h5", traces=np.zeros((30, 30)))
    case("square.h5", codes=(64,), traces="/traces", word="--time-axis")
    np.save("cube.npy", np.zeros((20, 20, 2)))
    case("cube.npy", time_axis="0", word="has shape")


def empty():
    open("zero.h5", "w").close()
    case("zero.h5", word="is empty")
    hdf5("nothing.h5")
    case("nothing.h5", word="no traces found")
    case("nothing.h5", codes=(66,), traces="/traces", word="has no dataset")
    case("absent.h5", codes=(66,), word="no such file")
    os.makedirs("folder", exist_ok=True)
    case("folder", word="a folder")
    os.makedirs("store.zarr", exist_ok=True)
    with open("store.zarr/.zgroup", "w") as f:
        f.write("{}")
    case("store.zarr", word="Zarr")
    with open("v5.mat", "wb") as f:
        f.write(b"MATLAB 5.0 MAT-file, Platform".ljust(128) + bytes(100))
    case("v5.mat", word="MATLAB v5")
    np.savez("arrays.npz", a=traces())
    case("arrays.npz", word="zip archive")


def links():
    with h5py.File("cycle.h5", "w") as f:
        f["a/traces"] = traces()
        f["a/b"] = f["a"]
        f["a/root"] = f["/"]
    case("cycle.h5", codes=(0,), time_axis="0")
    case("cycle.h5", codes=(0,), traces="/a/b/b/root/a/traces", time_axis="0")
    with h5py.File("links.h5", "w") as f:
        f["self"] = h5py.SoftLink("/self")
        f["one"] = h5py.SoftLink("/two")
        f["two"] = h5py.SoftLink("/one")
        f["gone"] = h5py.SoftLink("/not/here")
        f["elsewhere"] = h5py.ExternalLink("absent.h5", "/traces")
        f.create_group("group")
    for name in ("self", "one", "gone", "elsewhere"):
        case("links.h5", codes=(66,), traces=f"/{name}", word="which is not there")
    case("links.h5", traces="/group", word="not a dataset")


def clocks():
    good = np.arange(FRAMES) * 0.5
    falling, doubled, broken = good.copy(), good.copy(), good.copy()
    falling[20] = 0.1
    doubled[21] = doubled[20]
    broken[7] = np.nan
    hdf5(
        "clocks.h5",
        traces=traces(),
        stamps__short=good[:-3],
        stamps__falling=falling,
        stamps__doubled=doubled,
        stamps__broken=broken,
        stamps__text=np.full(FRAMES, b"noon"),
        stamps__table=np.zeros((FRAMES, 2)),
    )
    common = {"traces": "/traces"}
    case("clocks.h5", timestamps="/stamps/short", word="37", **common)
    case("clocks.h5", timestamps="/stamps/short", word="37", time_axis="0", **common)
    for name in ("falling", "doubled"):
        case("clocks.h5", timestamps=f"/stamps/{name}", word="do not rise", **common)
    case("clocks.h5", timestamps="/stamps/broken", word="nan", **common)
    case("clocks.h5", timestamps="/stamps/text", word="not numbers", **common)
    case("clocks.h5", timestamps="/stamps/table", word="one dimension", **common)
    case("clocks.h5", codes=(66,), timestamps="/none", word="has no dataset", **common)


def missing_values():
    holes = traces()
    holes[5:9, :] = np.nan
    holes[20, 2] = np.inf
    hdf5("holes.h5", traces=holes)
    case("holes.h5", codes=(0,), traces="/traces", time_axis="0")


def inputs_and_trials():
    gap = np.arange(float(FRAMES))
    gap[3] = np.nan
    hdf5(
        "inputs.h5",
        traces=traces(),
        short=np.zeros(FRAMES - 1),
        gap=gap,
        words=np.full(FRAMES, b"on"),
        starts=np.array([0.0, 10.5]),
        late=np.array([0, FRAMES]),
    )
    common = {"traces": "/traces", "time_axis": "0"}
    case("inputs.h5", inputs="/short", word="and the recording 40 frames", **common)
    case("inputs.h5", inputs="/gap", word="nan at frame 3", **common)
    case("inputs.h5", inputs="/words", word="where numbers", **common)
    case("inputs.h5", trials="/starts", word="10.5", **common)
    case("inputs.h5", trials="/late", word="not a frame", **common)


def neuropil():
    hdf5(
        "neuropil.h5",
        traces=traces(),
        short=np.zeros((FRAMES - 1, NEURONS)),
        words=np.full((FRAMES, NEURONS), b"x"),
    )
    common = {"traces": "/traces", "time_axis": "0"}
    case("neuropil.h5", neuropil="/short", word="has 39 frames", **common)
    case("neuropil.h5", neuropil="/words", word="not numbers", **common)
    case("neuropil.h5", codes=(66,), neuropil="/none", word="has no dataset", **common)
    case("neuropil.h5", codes=(64,), neuropil="/traces", word="the traces themselves", **common)
    case("neuropil.h5", codes=(64,), neuropil="0.7", word="--neuropil PATH", **common)
    case("whole.npy", codes=(66,), neuropil="absent.npy", time_axis="0", word="no such file")


def filters():
    with h5py.File("filters.h5", "w") as f:
        f.create_dataset("lzf", data=traces(), compression="lzf")
        f.create_dataset("blosc", data=traces(), **hdf5plugin.Blosc())
        f.create_dataset("zstd", data=traces(), **hdf5plugin.Zstd())
    for name in ("lzf", "blosc", "zstd"):
        case("filters.h5", traces=f"/{name}", time_axis="0", word=f"compressed with {name}")


def tables():
    def text(name, content, **kwargs):
        with open(name, "w") as f:
            f.write(content)
        case(name, **kwargs)

    rows = "\n".join(",".join(f"{v:.3f}" for v in row) for row in traces())
    text("ragged.csv", rows + "\n0.1,0.2\n", time_axis="0", word="line 41: 2 columns")
    text("words.csv", rows + "\n1,2,3,x,5,6\n", time_axis="0", word='"x" is not a number')
    text("header.csv", "time,a,b\n", word="no table of numbers")
    text("prose.csv", "Dear reader,\nthis is no table\n", word="columns")
    text("blank.csv", "\n\n \n", word="is empty")
    text("falling.csv", "time,a\n" + "\n".join(f"{-i},0.1" for i in range(20)), word="do not rise")
    text("open.json", "[[1, 2], [3", word="not JSON")
    text("ragged.json", "[[1, 2], [3]]", word="entry 1")
    text("words.json", '[["a", "b"]]', word="entry 0")
    with open("binary.csv", "wb") as f:
        f.write(bytes(range(256)) * 4)
    case("binary.csv", word="unknown kind")


def nwb(name, change):
    """A small NWB file, changed by h5py after pynwb has closed it."""
    from pynwb import NWBHDF5IO, NWBFile
    from pynwb.ophys import DfOverF, ImageSegmentation, OpticalChannel, RoiResponseSeries

    start = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    file = NWBFile(session_description="s", identifier="i", session_start_time=start)
    device = file.create_device("d")
    channel = OpticalChannel(name="c", description="c", emission_lambda=520.0)
    plane = file.create_imaging_plane(
        name="p",
        optical_channel=channel,
        description="d",
        device=device,
        excitation_lambda=488.0,
        indicator="GCaMP",
        location="brain",
    )
    module = file.create_processing_module("ophys", "d")
    table = ImageSegmentation()
    module.add(table)
    cells = table.create_plane_segmentation("d", plane, name="cells")
    for i in range(NEURONS):
        cells.add_roi(pixel_mask=[(i, i, 1.0)], id=i)
    rois = cells.create_roi_table_region("d", region=list(range(NEURONS)))
    stamps = np.arange(FRAMES) * 0.5
    series = RoiResponseSeries(
        name="r", data=traces(), rois=rois, unit="n.a.", timestamps=stamps
    )
    module.add(DfOverF(roi_response_series=series))
    for spikes in ([0.1, 0.2], [0.3, 5.0]):
        file.add_unit(spike_times=spikes)
    with NWBHDF5IO(name, "w") as io:
        io.write(file)
    with h5py.File(name, "r+") as f:
        change(f, f["processing/ophys/DfOverF/r"])


def nwb_files():
    def nowhere(f, series):
        del f["processing/ophys/ImageSegmentation/cells"]

    def duplicated(f, series):
        f["processing/ophys/ImageSegmentation/cells/id"][...] = 3

    def outside(f, series):
        series["rois"][2] = 200

    def short(f, series):
        del series["timestamps"]
        series["timestamps"] = np.arange(5.0)

    def text_rate(f, series):
        del series["timestamps"]
        series["starting_time"] = 0.0
        series["starting_time"].attrs["rate"] = "fast"

    def falling_index(f, series):
        f["units/spike_times_index"][...] = [3, 2]

    nwb("nowhere.nwb", nowhere)
    case("nowhere.nwb", codes=(0,))
    nwb("duplicated.nwb", duplicated)
    case("duplicated.nwb", codes=(0,))
    nwb("outside.nwb", outside)
    case("outside.nwb", codes=(0,))
    nwb("short.nwb", short)
    case("short.nwb", word="5 time stamps for 40 frames")
    nwb("text_rate.nwb", text_rate)
    case("text_rate.nwb", codes=(0,))
    nwb("falling_index.nwb", falling_index)
    case("falling_index.nwb", traces="/units", bin="0.5", word="does not rise")
    case("falling_index.nwb", codes=(64,), traces="/units", word="--bin")


def bare(name):
    """An NWB file as other writers than pynwb make it."""
    f = h5py.File(name, "w")
    f.attrs["nwb_version"] = "2.6.0"
    return f


def response(f, data, path="acquisition/s", **datasets):
    group = f.create_group(path)
    group.attrs["neurodata_type"] = "RoiResponseSeries"
    if data is not None:
        group["data"] = data
    group.create_dataset("starting_time", data=0.0).attrs["rate"] = 2.0
    for key, value in datasets.items():
        group[key] = value
    return group


def spike_tables():
    good = np.sort(NUMBERS.uniform(0, 30, (3, 100)), axis=1).ravel()
    missing, endless = good.copy(), good.copy()
    missing[105], endless[299] = np.nan, np.inf
    index = np.array([100, 200, 300])
    limit = np.array([100, 200, 2**64 - 1], "u8")
    for name, times, ends, word in (
        ("spike_nan.nwb", missing, index, "spike 105, of unit 1, is nan"),
        ("spike_inf.nwb", endless, index, "spike 299, of unit 2, is inf"),
        ("index_limit.nwb", good, limit, "does not rise"),
        ("index_negative.nwb", good, np.array([-5, 200, 300]), "does not rise"),
        ("index_nan.nwb", good, np.array([100, np.nan, 300]), "does not rise"),
        ("index_half.nwb", good, np.array([100, 150.5, 300]), "does not rise"),
        ("index_beyond.nwb", good, np.array([100, 200, 301]), "passes the 300 spikes"),
        ("index_falls.nwb", good, np.array([200, 100, 300]), "does not rise"),
        ("index_huge.nwb", good, np.array([100, 200, 1e300]), "does not rise"),
        ("spike_none.nwb", np.zeros(0), np.zeros(3, "i8"), ""),
    ):
        with bare(name) as f:
            f["units/spike_times"] = times
            f["units/spike_times_index"] = ends
        case(name, bin="0.1", word=word)
    with bare("spike_far.nwb") as f:
        f["units/spike_times"] = np.append(good[:-1], 1e300)
        f["units/spike_times_index"] = index
    case("spike_far.nwb", codes=(64,), bin="0.1")
    case("spike_far.nwb", codes=(64,), bin="0.1", dt="0.1", word="larger --bin")
    # A rate of 3 Hz is one of 0.003 Hz if milliseconds are taken for seconds.
    for name, factor in (("spike_ms.nwb", 1e3), ("spike_ns.nwb", 1e9)):
        with bare(name) as f:
            f["units/spike_times"] = factor * good
            f["units/spike_times_index"] = index
        case(name, codes=(64,), bin="0.1", word="are they seconds?")
    case("spike_ms.nwb", codes=(0,), bin="100", dt="0.1")
    with bare("spike_gone.nwb") as f:
        f["units/spike_times"] = h5py.ExternalLink("absent.nwb", "/units/spike_times")
        f["units/spike_times_index"] = index
    case("spike_gone.nwb", codes=(66,), bin="0.1", word="absent.nwb")


def evidence_against():
    """Nothing decides, or what decides disagrees."""
    with bare("rois_neither.nwb") as f:
        response(f, traces(), rois=np.arange(NEURONS + 3))
    case("rois_neither.nwb", codes=(64,), word="--time-axis")
    case("rois_neither.nwb", codes=(0,), time_axis="0")
    with bare("rois_against.nwb") as f:
        group = response(f, traces().T, rois=np.arange(NEURONS))
        del group["starting_time"]
        group["timestamps"] = np.arange(float(NEURONS))
    case("rois_against.nwb", codes=(64,), word="disagrees")
    hdf5("plain_cells.h5", traces=traces())
    case("plain_cells.h5", codes=(64,), time_axis="0", cells="all", word="--cells")
    with bare("no_cells.nwb") as f:
        table = f.create_group("processing/ophys/ImageSegmentation/cells")
        table.attrs["neurodata_type"] = "PlaneSegmentation"
        table["id"] = np.arange(NEURONS)
        table["iscell"] = np.zeros(NEURONS)
        response(f, traces(), rois=np.arange(NEURONS))["rois"].attrs["table"] = table.ref
    case("no_cells.nwb", word="--cells all")
    case("no_cells.nwb", codes=(0,), cells="all")
    for name, places in (("beyond", [0, NEURONS]), ("negative", [-1]), ("nan", [np.nan])):
        hdf5(f"caiman_{name}.hdf5", estimates__C=traces().T,
             estimates__idx_components=np.array(places))
        case(f"caiman_{name}.hdf5", word="names component")


def wrong_factors():
    for name, attribute, value in (
        ("conversion_nan.nwb", "conversion", np.nan),
        ("conversion_text.nwb", "conversion", "fast"),
        ("conversion_zero.nwb", "conversion", 0.0),
        ("offset_inf.nwb", "offset", np.inf),
        ("scale_zero.nwb", "scale_factor", 0.0),
    ):
        with bare(name) as f:
            response(f, traces())["data"].attrs[attribute] = value
        case(name, word=f"the attribute {attribute} of")
    for name, factors, flags, code, word in (
        ("channels_nan", np.full(NEURONS, np.nan), {}, 65, "no numbers"),
        ("channels_few", np.ones(NEURONS - 2), {"time_axis": "0"}, 65, "has 4 entries"),
        ("channels_ask", np.ones(NEURONS - 2), {}, 64, "--time-axis"),
    ):
        with bare(f"{name}.nwb") as f:
            response(f, traces(), channel_conversion=factors)
        case(f"{name}.nwb", codes=(code,), word=word, **flags)
    with bare("neuropil_less.nwb") as f:
        response(f, traces(), rois=np.arange(NEURONS))
        response(f, traces(), "acquisition/neuropil", rois=np.array([0, 1, 2, 3, 4, 9]))
    case("neuropil_less.nwb", traces="/acquisition/s", neuropil="/acquisition/neuropil",
         word="no series of the region 5")


def not_there():
    """Numbers that the file only refers to."""
    half = FRAMES // 2
    hdf5("half.h5", x=traces()[:half], short=traces()[: half - 3])
    for name, second, word in (
        ("file", ("gone.h5", "x"), "gone.h5:x, which is not there"),
        ("dataset", ("half.h5", "y"), "no such dataset"),
        ("short", ("half.h5", "short"), "has shape [17, 6], where 120 numbers"),
        ("text", ("zero.h5", "x"), "cannot be read"),
    ):
        layout = h5py.VirtualLayout((FRAMES, NEURONS), "f8")
        layout[:half] = h5py.VirtualSource("half.h5", "x", (half, NEURONS))
        layout[half:] = h5py.VirtualSource(*second, (half, NEURONS))
        with h5py.File(f"virtual_{name}.h5", "w") as f:
            f.create_virtual_dataset("traces", layout)
        case(f"virtual_{name}.h5", codes=(66,), time_axis="0", word=word)
    # A virtual dataset of a virtual one whose source is gone.
    layout = h5py.VirtualLayout((FRAMES, NEURONS), "f8")
    layout[:] = h5py.VirtualSource("virtual_file.h5", "traces", (FRAMES, NEURONS))
    with h5py.File("virtual_deep.h5", "w") as f:
        f.create_virtual_dataset("traces", layout)
    case("virtual_deep.h5", codes=(66,), time_axis="0", word="gone.h5")
    for name, other in (("a", "b"), ("b", "a")):
        layout = h5py.VirtualLayout((FRAMES, NEURONS), "f8")
        layout[:] = h5py.VirtualSource(f"circle_{other}.h5", "traces", (FRAMES, NEURONS))
        with h5py.File(f"circle_{name}.h5", "w") as f:
            f.create_virtual_dataset("traces", layout)
    case("circle_a.h5", time_axis="0", word="of itself")
    whole = traces()
    whole.tofile("raw_whole.bin")
    with open("raw_short.bin", "wb") as f:
        f.write(whole.tobytes()[:-40])
    for name, word in (("short", "cut short"), ("absent", "which is not there")):
        place = os.path.abspath(f"raw_{name}.bin")
        with h5py.File(f"external_{name}.h5", "w") as f:
            f.create_dataset(
                "traces", whole.shape, "f8", external=[(place, 0, h5py.h5f.UNLIMITED)]
            )
        if name == "absent" and os.path.exists(place):
            os.remove(place)
        case(f"external_{name}.h5", codes=(66,), time_axis="0", word=word)
    for layout, chunks in (("contiguous", None), ("chunked", (8, NEURONS))):
        with h5py.File(f"unwritten_{layout}.h5", "w") as f:
            f.create_dataset("traces", (FRAMES, NEURONS), "f8", chunks=chunks)
        case(f"unwritten_{layout}.h5", time_axis="0", word="was ever written")
    # Sizes that no machine has, of which hardly anything was written.
    with h5py.File("giant.h5", "w") as f:
        f.create_dataset("traces", (1 << 40, 1 << 30), "f4", chunks=(8, 8))
    case("giant.h5", time_axis="0", traces="/traces", word="more than")
    with h5py.File("long.h5", "w") as f:
        f.create_dataset("traces", (1 << 40, 2), "f4", chunks=(8, 2))[:8] = 1.0
    case("long.h5", time_axis="0", traces="/traces", word="more than a recording has")
    with bare("series_gone.nwb") as f:
        response(f, None)["data"] = h5py.ExternalLink("absent.nwb", "/data")
        response(f, traces(), "processing/behavior/b").attrs["neurodata_type"] = "TimeSeries"
    case("series_gone.nwb", codes=(66,), word="absent.nwb")
    with bare("group_gone.nwb") as f:
        f["processing"] = h5py.ExternalLink("absent.nwb", "/processing")
    case("group_gone.nwb", codes=(66,), word="absent.nwb")
    case("group_gone.nwb", codes=(66,), traces="/processing/ophys/s", word="absent.nwb")
    with bare("stamps_gone.nwb") as f:
        group = response(f, traces(), rois=np.arange(NEURONS))
        del group["starting_time"]
        group["timestamps"] = h5py.SoftLink("/acquisition/other/timestamps")
    case("stamps_gone.nwb", codes=(66,), word="/acquisition/other/timestamps")


def numpy_headers():
    """Shapes that overflow 64 bits when multiplied."""
    for name, shape in (("overflow", "4294967296, 4294967296"), ("limit", f"{2**62}, 1")):
        text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({shape}), }}"
        head = text.ljust(117) + "\n"
        with open(f"{name}.npy", "wb") as f:
            f.write(b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head.encode())
            f.write(bytes(800))
        case(f"{name}.npy", time_axis="0", word="cut short")


def short_inputs():
    with bare("input_short.nwb") as f:
        response(f, traces(), rois=np.arange(NEURONS))
        group = response(f, np.zeros(40), "stimulus/presentation/u")
        group.attrs["neurodata_type"] = "TimeSeries"
        group["starting_time"].attrs["rate"] = 20.0
        f["intervals/trials/start_time"] = np.array([1000.0, 5000.0])
    case("input_short.nwb", inputs="/stimulus/presentation/u", word="covers 0.0 to 1.95 s")
    case("input_short.nwb", trials="/intervals/trials", word="begin outside the recording")
    case("input_short.nwb", codes=(0,))


def main(folder, seed):
    os.makedirs(folder, exist_ok=True)
    os.chdir(folder)
    rng = random.Random(seed)
    truncated(rng)
    for write in (damaged, wrong_types, wrong_shapes, empty, links, clocks, missing_values):
        write()
    for write in (inputs_and_trials, neuropil, filters, tables, nwb_files):
        write()
    for write in (spike_tables, evidence_against, wrong_factors, not_there, numpy_headers):
        write()
    short_inputs()
    with open("manifest.json", "w") as f:
        json.dump(CASES, f, indent=1)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
