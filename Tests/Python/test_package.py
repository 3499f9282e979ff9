"""Scripts/ganglion-python as it is installed: the program called, results opened and drawn."""
import json
import os
import subprocess
import sys
import tempfile
import tomllib
import tracemalloc
import unittest
from pathlib import Path

import h5py
import numpy as np
import package
from test_report import PROGRAM

CHECKOUT = Path(__file__).parents[2]
FIT = {"alpha": 0.1, "lambda_": 1e-3, "quiet": True}


def setUpModule():
    global ganglion
    ganglion = package.installed()
    if os.getuid() == 0:
        os.environ |= {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}


class InFolder(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = Path(place.name)

    def recording(self, neurons=12, frames=120):
        path = self.folder / "recording.h5"
        ganglion.run("generate", "chaotic", neurons=neurons, frames=frames, output=path, quiet=True)
        return path


class PackageTests(unittest.TestCase):
    def test_version_is_that_of_the_program(self):
        described = tomllib.loads((package.SOURCE / "pyproject.toml").read_text())
        program = json.loads((CHECKOUT / ".zenodo.json").read_text())["version"]
        self.assertEqual(described["project"]["version"], program)
        self.assertEqual(ganglion.__version__, program)

    def test_types_come_with_it(self):
        self.assertTrue((Path(ganglion.__file__).parent / "py.typed").exists())


@unittest.skipUnless(PROGRAM.exists(), "no .build/release/ganglion")
class RunningTests(InFolder):
    def test_a_failure_has_the_message_and_the_exit_code(self):
        missing = self.folder / "nothing.h5"
        with self.assertRaises(ganglion.GanglionError) as raised:
            ganglion.fit(missing, self.folder / "model.h5", **FIT)
        self.assertEqual(raised.exception.code, 66)
        self.assertIn(f"{missing}: no such file", str(raised.exception))
        with self.assertRaises(ganglion.GanglionError) as raised:
            ganglion.run("fit", self.recording(), output="m.h5", no_such_flag=1)
        self.assertEqual(raised.exception.code, 64)
        self.assertIn("--no-such-flag", str(raised.exception))

    def test_no_program(self):
        with self.assertRaises(FileNotFoundError):
            ganglion.run("doctor", program=self.folder / "nothing")

    def test_flags_and_ranks(self):
        """What flags mean is in the result; two ranks give the weights of one."""
        recording = self.recording()
        flags = FIT | {"self_connections": True, "holdout": None, "precision": "double"}
        one = ganglion.fit(recording, "one.h5", folder=self.folder, **flags)
        self.assertEqual(one, self.folder / "one.h5")
        two = ganglion.fit([recording], self.folder / "two.h5", ranks=2, **flags)
        np.testing.assert_allclose(ganglion.open_model(one).W, ganglion.open_model(two).W, atol=1e-9)
        settings = ganglion.settings(ganglion.open_model(one))
        self.assertEqual((settings["lambda"], settings["self-connections"]), (1e-3, True))
        with h5py.File(two) as file:
            self.assertEqual(file.attrs["mpi_ranks"], 2)
        with self.assertRaises(ValueError):
            ganglion.run("doctor", ranks=2, launcher=["srun"])

    def test_what_its_readme_shows(self):
        shown = (package.SOURCE / "README.md").read_text().split("```python\n")[1].split("```")[0]
        result = subprocess.run(
            [sys.executable, "-c", shown], cwd=self.folder, capture_output=True, text=True, check=False,
            env=os.environ | {"PYTHONPATH": str(Path(ganglion.__file__).parents[1])})
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("66 ", result.stdout)
        self.assertTrue((self.folder / "model.svg").exists())

    def test_text_of_a_run(self):
        text = ganglion.run("inspect", self.recording())
        self.assertIn("/rates", text)


@unittest.skipUnless(PROGRAM.exists(), "no .build/release/ganglion")
class ResultTests(InFolder):
    def test_a_model(self):
        path = ganglion.fit(self.recording(), self.folder / "model.h5", **FIT)
        model = ganglion.open_model(path)
        with h5py.File(path) as file:
            np.testing.assert_array_equal(model.W, file["W"])
            np.testing.assert_array_equal(model.W.sel(neuron="3", presyn=["5", "1"]), file["W"][3][[5, 1]])
            self.assertEqual(model.W.attrs["units"], file["W"].attrs["units"].decode())
            skill = ganglion.open_result(path)["score/skill"]
            np.testing.assert_array_equal(skill, file["score/skill"])
        self.assertEqual(skill.dims, ("neuron",))
        self.assertEqual(list(skill.neuron.values), [str(i) for i in range(12)])

    def test_factors_are_expanded(self):
        """Against the fit that writes W out, and by single rows, columns and blocks."""
        flags = FIT | {"form": "dual", "precision": "double"}
        recording = self.recording(neurons=30, frames=40)
        whole = ganglion.open_model(ganglion.fit(recording, self.folder / "full.h5", **flags)).W.values
        path = ganglion.fit(recording, self.folder / "factored.h5", weights="factored", **flags)
        W = ganglion.open_model(path).W
        np.testing.assert_allclose(W, whole, atol=1e-12)
        np.testing.assert_allclose(W[4], whole[4], atol=1e-12)
        np.testing.assert_allclose(W[:, 9], whole[:, 9], atol=1e-12)
        np.testing.assert_allclose(W[[7, 2, 7], 3:8], whole[[7, 2, 7], 3:8], atol=1e-12)
        self.assertEqual(W[5, 5].item(), 0)

    def test_true_factors_are_expanded(self):
        path = self.folder / "low.h5"
        ganglion.run("generate", "low-rank", neurons=40, rank=4, frames=20, output=path, quiet=True)
        with h5py.File(path) as file:
            expected = file["truth/M"][:] @ file["truth/N"][:].T
        np.testing.assert_allclose(ganglion.open_result(path)["truth/W"], expected, rtol=1e-5, atol=1e-7)

    def test_a_run_of_train(self):
        path = ganglion.train(
            "lorenz", self.folder / "run.h5", iterations=2, hidden=8, steps=10, batch=4, tangents=4,
            held_out=8, quiet=True)
        result = ganglion.open_result(path)
        with h5py.File(path) as file:
            np.testing.assert_array_equal(result["log/loss"], file["log/loss"])
            np.testing.assert_array_equal(result["parameters/W"], file["parameters/W"])
            np.testing.assert_array_equal(result["example/output"], file["example/output"])
        self.assertEqual(result.attrs["task"], "lorenz")
        with self.assertRaises(ganglion.NotAModel):
            ganglion.open_model(path)

    def test_of_a_large_matrix_only_what_is_asked_for(self):
        """W would take 1.6 GB; a row, a column and a block of it take their own size."""
        path, neurons = self.folder / "large.h5", 20_000
        generator = np.random.default_rng(1)
        with h5py.File(path, "w") as file:
            file["factored/b"] = generator.normal(size=(neurons, 4)).astype("f4")
            file["factored/x"] = generator.normal(size=(neurons, 4)).astype("f4")
            file.attrs["configuration"] = '{"self-connections": false}'
            b, x = file["factored/b"][:], file["factored/x"][:]
        W = ganglion.open_result(path)["W"]
        tracemalloc.start()
        try:
            row, column, block = W[7].values, W[:, 3].values, W[-3:, 100:105].values
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        self.assertLess(peak, 20e6)
        expected = x @ b[7]
        expected[7] = 0
        np.testing.assert_allclose(row, expected, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(np.delete(column, 3), np.delete(b @ x[3], 3), rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(block, b[-3:] @ x[100:105].T, rtol=1e-5, atol=1e-6)

    def test_no_result(self):
        with self.assertRaises(FileNotFoundError):
            ganglion.open_result(self.folder / "nothing.h5")
        (self.folder / "text").write_text("text")
        with self.assertRaises(OSError):
            ganglion.open_result(self.folder / "text")


@unittest.skipUnless(PROGRAM.exists(), "no .build/release/ganglion")
class FigureTests(InFolder):
    def test_the_figures_of_the_scripts(self):
        model = ganglion.fit(self.recording(), self.folder / "model.h5", **FIT)
        figures = ganglion.draw(model, self.folder / "figures")
        self.assertEqual({path.name for path in figures}, {"model.png", "model.svg"})
        self.assertTrue(all(path.stat().st_size > 1000 for path in figures))

    def test_what_is_no_result(self):
        (self.folder / "text.h5").write_text("text")
        with self.assertRaisesRegex(ValueError, "text.h5"):
            ganglion.draw(self.folder / "text.h5")
        with self.assertRaises(FileNotFoundError):
            ganglion.draw([self.folder / "nothing.h5"])


if __name__ == "__main__":
    unittest.main()
