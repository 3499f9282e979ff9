"""Zarr stores, written here byte by byte from the format's specification, as the program reads them."""
import base64
import gzip
import json
import os
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import tracemalloc
import unittest
import zlib
from pathlib import Path

import h5py
import numpy as np
import package
from test_report import PROGRAM


def setUpModule():
    global ganglion
    ganglion = package.installed()


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())


def waves(frames=60, neurons=6):
    t = np.arange(frames)[:, None]
    return (np.sin(0.3 * t * (1 + 0.2 * np.arange(neurons))) + np.arange(neurons)).astype("<f4")


def write_v2(folder, values, chunks, attributes=None, compressor=None, order="C", fill=0):
    """An array of version 2; chunks beyond its edge are filled up, as the specification says."""
    pack = {None: bytes, "zlib": lambda raw: zlib.compress(bytes(raw), 1)}[compressor]
    described = {"id": compressor, "level": 1} if compressor else None
    write(folder / ".zarray", {
        "zarr_format": 2, "shape": values.shape, "chunks": chunks, "dtype": values.dtype.str, "order": order,
        "fill_value": fill, "filters": None, "compressor": described})
    write(folder / ".zattrs", attributes or {})
    for place, chunk in parts(values, chunks):
        write(folder / ".".join(map(str, place)), pack(chunk.tobytes(order=order)))


def write_v3(folder, values, chunks, names=None, attributes=None):
    """An array of version 3, its chunks gzipped."""
    little = {"name": "bytes", "configuration": {"endian": "little"}}
    write(folder / "zarr.json", {
        "zarr_format": 3, "node_type": "array", "shape": values.shape, "data_type": values.dtype.name,
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": chunks}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}}, "fill_value": 0,
        "codecs": [little, {"name": "gzip", "configuration": {"level": 1}}], "dimension_names": names,
        "attributes": attributes or {}})
    for place, chunk in parts(values, chunks):
        write(folder.joinpath("c", *map(str, place)), gzip.compress(chunk.tobytes()))


def parts(values, chunks):
    counts = [-(-size // chunk) for size, chunk in zip(values.shape, chunks, strict=True)]
    for place in np.ndindex(*counts):
        inside = tuple(slice(i * c, (i + 1) * c) for i, c in zip(place, chunks, strict=True))
        chunk = np.zeros(chunks, values.dtype)
        part = values[inside]
        chunk[tuple(slice(0, size) for size in part.shape)] = part
        yield place, chunk


class InFolder(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = Path(place.name)
        self.store, self.target = self.folder / "store.zarr", self.folder / "recording.h5"

    def convert(self, **flags):
        return ganglion.convert(self.store, self.target, **flags)

    def expect(self, code, text, **flags):
        with self.assertRaises(ganglion.ConversionError) as raised:
            self.convert(**flags)
        self.assertIn(text, str(raised.exception))
        self.assertEqual(raised.exception.code, code)
        self.assertEqual([path for path in self.folder.iterdir() if path.suffix != ".zarr"], [])


class ArrayTests(InFolder):
    def test_a_pipe_is_not_replaced(self):
        write_v2(self.store, waves(), (25, 4))
        os.mkfifo(self.target)
        with self.assertRaises(ganglion.ConversionError) as raised:
            self.convert(time_axis=0, rate=4, overwrite=True)
        self.assertIn("a pipe", str(raised.exception))
        self.assertTrue(self.target.is_fifo())

    def test_version_2(self):
        values = waves()
        for compressor, order in ((None, "C"), ("zlib", "C"), (None, "F")):
            with self.subTest(compressor=compressor, order=order):
                write_v2(self.store, values, (25, 4), compressor=compressor, order=order)
                self.convert(time_axis=0, rate=4, overwrite=True)
                with h5py.File(self.target) as file:
                    np.testing.assert_array_equal(file["traces"], values)
                    np.testing.assert_array_equal(file["time"], 0.25 * np.arange(60))

    def test_version_3(self):
        """Neurons first: names of dimensions tell, and the file has time first."""
        values = waves()
        meaning = {"scale_factor": 2.5, "units": "dF/F"}
        write_v3(self.store, values.T.copy(), (4, 25), ["neuron", "time"], meaning)
        self.convert(block=1000, dt=0.5)
        with h5py.File(self.target) as file:
            np.testing.assert_array_equal(file["traces"], values)
            self.assertEqual(dict(file["traces"].attrs), meaning | {"path": "/"})

    def test_a_group_as_xarray_writes_it(self):
        values, clock = waves(), 10 + 0.5 * np.arange(60.0)
        write(self.store / ".zgroup", {"zarr_format": 2})
        write_v2(self.store / "dff", values, (60, 6), {"_ARRAY_DIMENSIONS": ["time", "cell"]})
        write_v2(self.store / "time", clock, (60,), {"_ARRAY_DIMENSIONS": ["time"], "units": "s"})
        self.assertEqual(self.convert().notes, ())
        with h5py.File(self.target) as file:
            np.testing.assert_array_equal(file["traces"], values)
            np.testing.assert_array_equal(file["time"], clock)

    def test_types(self):
        """Integers stay, half floats and bytes of either order become what HDF5's readers know."""
        for kind, expected in (("<i2", "i2"), (">f4", "f4"), ("<f2", "f4"), ("|u1", "u1"), (">i8", "i8")):
            with self.subTest(kind=kind):
                values = np.arange(40).reshape(20, 2).astype(kind)
                write_v2(self.store, values, (20, 2))
                self.convert(time_axis=0, overwrite=True)
                with h5py.File(self.target) as file:
                    self.assertEqual(file["traces"].dtype, np.dtype(expected))
                    np.testing.assert_array_equal(file["traces"], values.astype(expected))

    def test_shards(self):
        """As ZAPBench stores traces; written by Zarr itself, whose index of shards is binary."""
        import zarr

        values = waves(300, 50)
        zarr.create_array(
            self.store, data=values, chunks=(32, 10), shards=(128, 50), dimension_names=("t", "cell"))
        self.convert(block=20_000)
        with h5py.File(self.target) as file:
            np.testing.assert_array_equal(file["traces"], values)

    def test_memory_is_that_of_blocks(self):
        import zarr

        array = zarr.create_array(self.store, shape=(4000, 2000), chunks=(100, 500), dtype="f4")
        array[:] = np.tile(np.arange(2000, dtype="f4"), (4000, 1))
        for axis in (0, 1):
            tracemalloc.start()
            try:
                self.convert(time_axis=axis, block=1_000_000, overwrite=True)
                peak = tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
            self.assertLess(peak, 8e6)  # of 32 MB
        with h5py.File(self.target) as file:
            np.testing.assert_array_equal(file["traces"][:, 7], np.arange(2000))

    def test_missing_values_as_xarray_writes_them(self):
        """Version 2 keeps their stand-in as the array's fill value, version 3 in base 64."""
        values = waves()
        values[3, 2] = -9999
        write_v2(self.store, values, (60, 6), attributes={"_ARRAY_DIMENSIONS": ["time", "cell"]}, fill=-9999)
        self.convert(rate=4)
        with h5py.File(self.target) as file:
            self.assertEqual(file["traces"].attrs["_FillValue"], -9999)
        # What plain Zarr fills chunks with stands for nothing.
        write_v2(self.store, values, (60, 6), fill=-9999)
        self.convert(time_axis=0, rate=4, overwrite=True)
        with h5py.File(self.target) as file:
            self.assertNotIn("_FillValue", file["traces"].attrs)
        shutil.rmtree(self.store)
        coded = base64.b64encode(struct.pack("<d", -9999)).decode()
        write_v3(self.store, values, (60, 6), names=["time", "cell"], attributes={"_FillValue": coded})
        self.convert(rate=4, overwrite=True)
        with h5py.File(self.target) as file:
            self.assertEqual(file["traces"].attrs["_FillValue"], -9999)

    def test_a_clock_of_whole_numbers(self):
        names = {"_ARRAY_DIMENSIONS": ["time"], "units": "milliseconds since 2020-01-01"}
        write_v2(self.store / "dff", waves(), (60, 6), attributes={"_ARRAY_DIMENSIONS": ["time", "cell"]},
                 fill=None)
        write_v2(self.store / "time", 250 * np.arange(60), (60,), attributes=names, fill=None)
        self.convert()
        with h5py.File(self.target) as file:
            self.assertEqual(file["time"].dtype, np.dtype("f8"))
            np.testing.assert_array_equal(file["time"], 250 * np.arange(60))

    def test_chunks_that_were_never_written(self):
        write_v2(self.store, waves(), (20, 6), fill=-1)
        (self.store / "1.0").unlink()
        self.assertIn("1 of the 3 chunks", self.convert(time_axis=0, dt=1).notes[0])
        with h5py.File(self.target) as file:
            self.assertEqual(set(file["traces"][20:40].flat), {-1})


class RefusalTests(InFolder):
    def test_time_is_never_guessed(self):
        write_v2(self.store, waves(), (60, 6))
        self.expect(64, "60 × 6, and nothing says which one is time")
        self.expect(64, "where 0 or 1 is needed", time_axis=2)

    def test_sources(self):
        self.expect(66, "no such store")
        self.store.mkdir()
        self.expect(65, "no Zarr store")
        write(self.store / ".zarray", b"{")
        self.expect(65, "is no JSON")

    def test_which_array(self):
        for name in ("a", "b"):
            write_v2(self.store / name, waves(), (60, 6))
        self.expect(64, "/a 60 × 6\n  /b 60 × 6")
        self.expect(64, "no array /c; it holds:", traces="c")
        write_v2(self.store / "flat", np.arange(20.0), (20,))
        self.expect(65, "has shape (20,)", traces="/flat")

    def test_clocks(self):
        write_v2(self.store / "a", waves(), (60, 6))
        write_v2(self.store / "short", np.arange(20.0), (20,))
        traces = {"traces": "a", "time_axis": 0}
        self.expect(65, "the clock has 20 entries, and there are 60", **traces, timestamps="short")
        self.expect(64, "no array of one dimension", **traces, timestamps="no")
        self.expect(64, "give one", rate=1, dt=1)
        self.expect(64, "above 0", **traces, dt=-1)

    def test_what_cannot_be_read(self):
        write_v2(self.store, waves(), (20, 6), compressor="zlib")
        write(self.store / "1.0", b"broken")
        self.expect(65, "cannot be read at", time_axis=0)
        described = json.loads((self.store / ".zarray").read_text())
        described["compressor"]["id"] = "no-such-codec"
        write(self.store / ".zarray", described)
        self.expect(65, "no-such-codec", time_axis=0)
        write_v2(self.store, np.zeros((20, 2), "<c8"), (20, 2), fill=None)
        self.expect(65, "not numbers", time_axis=0)

    def test_a_full_disk(self):
        """A limit of the size of files stands in for it."""
        write_v2(self.store, waves(20_000), (20_000, 6))
        limit, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
            self.expect(74, "recording.h5 cannot be written", time_axis=0)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
            signal.signal(signal.SIGXFSZ, handler)

    def test_nothing_is_replaced(self):
        write_v2(self.store, waves(), (60, 6))
        self.target.write_text("mine")
        with self.assertRaises(ganglion.ConversionError) as raised:
            self.convert(time_axis=0)
        self.assertEqual((raised.exception.code, self.target.read_text()), (73, "mine"))


class NWBTests(InFolder):
    """A store as hdmf-zarr lays it out: references in attributes, text with a fill value of 0."""

    SERIES = "processing/ophys/DfOverF/Series"

    def setUp(self):
        super().setUp()
        self.values = waves()
        table = "processing/ophys/ImageSegmentation/Plane"
        groups = {
            "": {"nwb_version": "2.11.0", "neurodata_type": "NWBFile", "namespace": "core"},
            self.SERIES: {"neurodata_type": "RoiResponseSeries", "zarr_link": [
                {"name": "plane", "path": "/" + table, "source": "."}]},
            table: {"neurodata_type": "PlaneSegmentation", "colnames": ["accepted"]},
            "intervals/trials": {"neurodata_type": "TimeIntervals"}}
        for path, attributes in groups.items():
            write(self.store / path / ".zgroup", {"zarr_format": 2})
            write(self.store / path / ".zattrs", attributes)
        write_v2(self.store / self.SERIES / "data", self.values, (20, 6),
                 {"unit": "n.a.", "conversion": 2.0, "offset": 0.5})
        reference = {"value": {"path": "/" + table, "source": "."}, "zarr_dtype": "object"}
        write_v2(self.store / self.SERIES / "rois", np.arange(6), (6,), {"table": reference})
        write_v2(self.store / self.SERIES / "starting_time", np.array([3.0]), (1,), {"rate": 10.0})
        write_v2(self.store / table / "id", 100 + np.arange(6), (6,))
        write_v2(self.store / table / "accepted", np.array([1, 1, 1, 0, 1, 1]), (6,))
        write_v2(self.store / table / "image_mask", np.ones((6, 4, 4)), (6, 4, 4))
        write_v2(self.store / "intervals/trials/start_time", np.array([3.0, 6.0]), (2,))
        write_v2(self.store / "intervals/trials/stop_time", np.array([6.0, 9.0]), (2,))
        text = b"a session"
        write(self.store / "session_description/.zarray", {
            "zarr_format": 2, "shape": [1], "chunks": [1], "dtype": "|O", "fill_value": 0, "order": "C",
            "filters": [{"id": "vlen-utf8"}], "compressor": None})
        write(self.store / "session_description/0", struct.pack("<II", 1, len(text)) + text)

    @unittest.skipUnless(PROGRAM.exists(), "no .build/release/ganglion")
    def test_the_program_reads_it(self):
        notes = self.convert(block=300).notes
        self.assertIn("/session_description", notes[-1])
        result = subprocess.run(
            [PROGRAM, "fit", self.target, "-o", self.folder / "m.h5", "--alpha", "0.3", "--lambda", "0.1",
             "--scale", "max", "--holdout", "0"],
            capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("NWB, 5 neurons × 60 frames", result.stdout)
        self.assertIn("2 trials", result.stdout)
        with h5py.File(self.folder / "m.h5") as file:
            self.assertEqual(list(file["neuron"].asstr()), ["100", "101", "102", "104", "105"])
            self.assertAlmostEqual(file.attrs["dt"], 0.1)
            # Conversion and offset are applied: the scale is that of the largest trace.
            self.assertAlmostEqual(file["preprocessing/scale"][0], 2 * self.values.max() + 0.5, places=4)
        with h5py.File(self.target) as file:
            self.assertEqual(file[self.SERIES]["plane"]["id"][0], 100)

    def test_one_series_of_several(self):
        other = self.store / "acquisition/Raw"
        write(other / ".zgroup", {"zarr_format": 2})
        write(other / ".zattrs", {"neurodata_type": "TimeSeries"})
        write_v2(other / "data", np.zeros((1000, 8)), (1000, 8))
        self.convert(traces="/" + self.SERIES)
        with h5py.File(self.target) as file:
            self.assertNotIn("data", file["acquisition/Raw"])
            np.testing.assert_array_equal(file[self.SERIES]["data"], self.values)
        self.target.unlink()
        self.expect(64, "no series /nothing; response series are:\n  /" + self.SERIES, traces="nothing")
        self.expect(64, "its own clock", rate=10)


class CommandTests(InFolder):
    def command(self, *words):
        return subprocess.run(
            [sys.executable, "-c", "from ganglion.conversion.command import main; main()", *map(str, words)],
            env={"PYTHONPATH": str(Path(ganglion.__file__).parents[1])}, capture_output=True, text=True,
            check=False)

    def test_codes_and_messages(self):
        write_v2(self.store, waves(), (60, 6))
        asked = self.command(self.store, "-o", self.target)
        self.assertEqual(asked.returncode, 64)
        self.assertIn("ganglion-convert: error: ", asked.stderr)
        self.assertEqual(self.command(self.store, "--no").returncode, 64)
        done = self.command(self.store, "-o", self.target, "--time-axis", 0, "--rate", 2)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"next: ganglion inspect {self.target}", done.stdout)


if __name__ == "__main__":
    unittest.main()
