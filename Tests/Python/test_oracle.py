"""The dense Newton oracle: its derivatives by differences, its solution by its residual."""
import importlib.util
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np

ORACLE = Path(__file__).parents[1] / "Oracles" / "newton.py"
LOSSES = ("crossentropy", "robust", "noise-aware")


def oracle():
    spec = importlib.util.spec_from_file_location("newton", ORACLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Newton(unittest.TestCase):
    def test_scores_are_derivatives(self):
        generator = np.random.default_rng(0)
        limit, h = 1 - 1e-6, 1e-6
        d = np.clip(np.tanh(2 * generator.normal(size=1000)), -limit, limit)
        s = 2 * generator.normal(size=1000)
        for name in LOSSES:
            loss = oracle().Loss(name, d, 0.2, 0.1)
            slope = (loss.phi(s + h) - loss.phi(s - h)) / (2 * h)
            # Away from the bends, where the second derivative jumps.
            smooth = loss.second(s + 2 * h) * loss.second(s - 2 * h) > 0
            smooth |= loss.second(s + 2 * h) + loss.second(s - 2 * h) == 0
            self.assertLess(np.abs(slope + loss.score(s))[smooth].max(), 1e-7, name)
            bend = (loss.score(s - h) - loss.score(s + h)) / (2 * h)
            error = np.abs(bend - loss.second(s)) / (1 + loss.second(s))
            self.assertLess(error[smooth].max(), 1e-3, name)

    def test_solves_with_inputs_and_bias(self):
        generator = np.random.default_rng(2)
        frames, neurons = 200, 8
        rates = np.zeros((frames, neurons))
        inputs = generator.normal(size=(frames, 2))
        W, W_in = generator.normal(size=(neurons, neurons)), generator.normal(size=(neurons, 2))
        for t in range(frames - 1):
            rates[t + 1] = 0.7 * rates[t] + 0.3 * np.tanh(W @ rates[t] + W_in @ inputs[t])
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/recording.h5"
            with h5py.File(path, "w") as file:
                file["rates"], file["inputs"] = rates, inputs
                file.attrs["alpha"] = 0.3
            for name in LOSSES:
                output = subprocess.run(
                    [sys.executable, ORACLE, path, "--loss", name, "--lambda", "1e-3"],
                    capture_output=True, text=True, check=True).stdout
                solution = json.loads(output)
                self.assertLess(max(solution["residual"]), 1e-9, name)
                self.assertTrue(np.all(np.diag(solution["W"]) == 0))
                self.assertEqual(np.shape(solution["W_in"]), (neurons, 2))


if __name__ == "__main__":
    unittest.main()
