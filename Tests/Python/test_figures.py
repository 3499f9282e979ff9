"""Scripts/figures on small result files of every kind, complete and meagre ones."""
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np

FIGURES = Path(__file__).parents[2] / "Scripts" / "figures"


def recording(path, neurons=20, frames=300):
    generator = np.random.default_rng(1)
    W = generator.normal(0, 2 / np.sqrt(neurons), (neurons, neurons))
    np.fill_diagonal(W, 0)
    rates = np.zeros((frames, neurons))
    rates[0] = generator.uniform(-1, 1, neurons)
    for t in range(frames - 1):
        rates[t + 1] = 0.9 * rates[t] + 0.1 * np.tanh(W @ rates[t])
    with h5py.File(path, "w") as file:
        file["rates"], file["truth/W"] = rates.astype(np.float32), W
        file.attrs.update({"alpha": 0.1, "dt": 0.05})
    return W


def model(path, source, W, meagre=False):
    neurons = len(W)
    with h5py.File(path, "w") as file:
        file["W"] = W
        file["neuron"] = np.array([f"cell {i}".encode() for i in range(neurons)], dtype="S8")
        file.attrs["input_file"] = str(source)
        if meagre:
            file["W"][0] = np.nan
            return
        file["b"] = np.zeros(neurons)
        skill = np.linspace(-0.1, 0.9, neurons)
        skill[3] = np.nan
        file["score/skill"] = skill
        file["score/persistence_mse"] = np.ones(neurons)
        file["score/linear_mse"] = np.linspace(0.2, 1, neurons)
        file["score/rollout_mse"] = np.linspace(0.01, 1, 30)
        file["diagnostics/optimality"] = np.full(neurons, 1e-5)
        file["log/objective"] = 1 + 0.5 ** np.arange(20)
        file["selection/lambda/candidate"] = 10.0 ** np.arange(-4, 1)
        file["selection/lambda/relative_error"] = [1, 0.9, 0.8, 0.85, 1]
        file["selection/lambda"].attrs["chosen"] = 1e-2
        file.attrs["configuration"] = json.dumps({"alpha": 0.1, "lambda": 1e-2, "holdout": 0.2})


def run_of(path, optimizer, steps=None):
    with h5py.File(path, "w") as file:
        if steps:
            file.attrs["peak_memory"] = 1e6 * (100 + steps)
        iteration = np.arange(1, 101)
        file["log/iteration"], file["log/loss"] = iteration, 10 / iteration
        file["log/elapsed"] = 0.1 * iteration
        file["evaluation/iteration"], file["evaluation/loss"] = iteration[::10], 11 / iteration[::10]
        file["parameters/W"] = np.zeros((4, 5))
        file.attrs["configuration"] = json.dumps(
            {"task": "lorenz", "optimizer": optimizer, "seed": 0, "steps": steps or 32})


class Figures(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return Path(self.folder.name) / name

    def draw(self, *names):
        return subprocess.run(
            [FIGURES, *map(self.path, names)], capture_output=True, text=True, check=False)

    def expect_drawn(self, result, *stems):
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.stderr, "")
        for stem in stems:
            for kind in ("png", "svg"):
                self.assertGreater(self.path(f"{stem}.{kind}").stat().st_size, 5_000)

    def test_models_and_their_recording(self):
        W = recording(self.path("recording.h5"))
        model(self.path("model.h5"), self.path("recording.h5"), W + 0.1)
        model(self.path("meagre.h5"), "elsewhere.nwb", W, meagre=True)
        result = self.draw("recording.h5", "model.h5", "meagre.h5")
        self.expect_drawn(result, "recording", "model", "meagre")
        # The text of an SVG stays text: the scores can be read off.
        drawn = self.path("model.svg").read_text()
        self.assertIn("Pearson", drawn)
        self.assertIn("Held-out frames", drawn)
        self.assertIn("Choice of lambda: 0.01", drawn)
        self.assertNotIn("Pearson", self.path("meagre.svg").read_text())

    def test_scores_and_dynamics(self):
        with h5py.File(self.path("scores.h5"), "w") as file:
            file["score/skill"] = np.linspace(-0.1, 0.9, 20)
            file["score/rollout_mse"] = np.linspace(0.01, 1, 30)
            file["frequency"] = np.arange(65) / 128
            for name in ("recorded", "network"):
                file[f"attractor/power_{name}"] = 1 / (1 + np.arange(65.0))
            for name in ("wasserstein", "spectral_distance"):
                file[f"attractor/{name}"] = np.full(20, 0.3)
                file[f"attractor/{name}_yardstick"] = np.full(20, 0.1)
            file["fixed_points/eigenvalue_real"] = np.ones((2, 20))
            file["fixed_points/eigenvalue_imaginary"] = np.zeros((2, 20))
            file["fixed_points/unstable"] = [0, 3]
        self.expect_drawn(self.draw("scores.h5"), "scores")
        drawn = self.path("scores.svg").read_text()
        self.assertIn("states 0.30 (0.10)", drawn)
        self.assertIn("unstable: 0 to 3 directions", drawn)

    def test_runs_are_compared(self):
        run_of(self.path("a.h5"), "sofo")
        run_of(self.path("b.h5"), "adam")
        self.expect_drawn(self.draw("a.h5", "b.h5"), "a", "b", "lorenz-comparison")
        drawn = self.path("lorenz-comparison.svg").read_text()
        self.assertIn(">sofo<", drawn)
        self.assertIn(">adam<", drawn)

    def test_memory_against_steps(self):
        for steps in (32, 128):
            run_of(self.path(f"sofo-{steps}.h5"), "sofo", steps)
            run_of(self.path(f"adam-{steps}.h5"), "adam", steps)
        names = [f"{optimizer}-{steps}" for optimizer in ("sofo", "adam") for steps in (32, 128)]
        result = self.draw(*(f"{name}.h5" for name in names))
        self.expect_drawn(result, *names, "lorenz-comparison", "lorenz-growth")
        self.assertIn("Memory against steps", self.path("lorenz-growth.svg").read_text())

    def test_pictures_of_a_task(self):
        run_of(self.path("run.h5"), "sofo")
        generator = np.random.default_rng(1)
        with h5py.File(self.path("run.h5"), "a") as file:
            file["example/output"] = generator.normal(size=(64, 3))
            file["example/target"] = generator.normal(size=(64, 3))
            file["example/autonomous_run"] = generator.normal(size=(400, 3))
            file["example/true_run"] = generator.normal(size=(400, 3))
        self.expect_drawn(self.draw("run.h5"), "run", "run-example", "run-attractor")

    def test_what_is_no_result_is_named(self):
        self.path("text.h5").write_text("not HDF5")
        with h5py.File(self.path("other.h5"), "w") as file:
            file["x"] = 1
        result = self.draw("text.h5", "other.h5")
        self.assertEqual(result.returncode, 65)
        self.assertIn("text.h5", result.stderr)
        self.assertIn("other.h5: neither a model", result.stderr)
        self.assertEqual(self.draw("missing.h5").returncode, 66)


if __name__ == "__main__":
    unittest.main()
