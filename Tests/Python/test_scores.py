"""Scores of `fit` and `evaluate` against numpy: one-step errors, yardsticks and free runs."""
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np
from test_report import PROGRAM, run

NEURONS, FRAMES, FITTED = 15, 300, 240


def rates(seed=5):
    """A network of the model's kind, with noise, in (-1, 1)."""
    generator = np.random.default_rng(seed)
    weights = generator.normal(0, 1.8 / np.sqrt(NEURONS), (NEURONS, NEURONS))
    rates = np.zeros((FRAMES, NEURONS))
    rates[0] = generator.uniform(-0.5, 0.5, NEURONS)
    for t in range(FRAMES - 1):
        current = weights @ rates[t] + 0.05 * generator.normal(size=NEURONS)
        rates[t + 1] = 0.7 * rates[t] + 0.3 * np.tanh(current)
    return rates


@unittest.skipUnless(PROGRAM.exists(), "no .build/release/ganglion")
class Scores(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = Path(place.name)

    def solved(self, values, ranks=None):
        recording, model = self.folder / "recording.h5", self.folder / "model.h5"
        scores = self.folder / "scores.h5"
        with h5py.File(recording, "w") as file:
            file["traces"] = values
        run("fit", recording, "-o", model, "--time-axis", 0, "--scale", "none", "--alpha", 0.3,
            "--lambda", 1e-3, "--precision", "double", ranks=ranks)
        run("evaluate", model, "-o", scores, "--horizon", 5, "--starts", 7, ranks=ranks)
        return model, scores

    def expected(self, file, values):
        """The scores of the written network, and which neurons have some."""
        W, b = file["W"][:], file["b"][:]
        scored = np.isfinite(values[FITTED:]).mean(0) >= 0.5
        means = np.nanmean(values[:FITTED], axis=0)
        known = np.where(scored, values, np.where(np.isnan(values), means, values))
        starts = np.array([
            t for t in range(FITTED, FRAMES - 1) if np.isfinite(known[t]).all()])
        now, following = known[starts], known[starts + 1]
        predicted = 0.7 * now + 0.3 * np.tanh(now @ W.T + b)

        def error(prediction):
            errors = np.nanmean((prediction - following) ** 2, axis=0)
            return np.where(scored, errors, np.nan)

        return {"mse": error(predicted), "persistence_mse": error(now), "mean_mse": error(means)}

    def check(self, values, ranks=None):
        model, scores = self.solved(values, ranks)
        for path in (model, scores):
            with h5py.File(path) as file, h5py.File(model) as network:
                expected = self.expected(network, values)
                for name, numbers in expected.items():
                    np.testing.assert_allclose(
                        file[f"score/{name}"][:], numbers, rtol=1e-12, atol=1e-15,
                        err_msg=f"{name} of {path.name}")
                skill = 1 - expected["mse"] / expected["persistence_mse"]
                np.testing.assert_allclose(file["score/skill"][:], skill, rtol=1e-9, atol=1e-12)

    def test_one_step_and_mean(self):
        for ranks in (None, 3):
            self.check(rates(), ranks)

    def test_missing_values(self):
        values = rates()
        values[50, 3] = values[260, 4] = np.nan
        self.check(values)

    def test_a_neuron_that_goes_missing(self):
        values = rates()
        values[FITTED:, 6] = np.nan
        for ranks in (None, 3):
            self.check(values, ranks)

    def test_free_runs(self):
        values = rates()
        model, scores = self.solved(values)
        with h5py.File(model) as network, h5py.File(scores) as file:
            W, b = network["W"][:], network["b"][:]
            starts = file["score/rollout_start"][:].astype(int)
            self.assertEqual(len(starts), 7)
            self.assertGreaterEqual(starts.min(), FITTED)
            means = values[:FITTED].mean(0)
            state = values[starts]
            for ahead in range(1, 6):
                state = 0.7 * state + 0.3 * np.tanh(state @ W.T + b)
                truth = values[starts + ahead]
                for name, prediction in (
                        ("mse", state), ("persistence_mse", values[starts]), ("mean_mse", means)):
                    self.assertAlmostEqual(
                        file[f"score/rollout_{name}"][ahead - 1],
                        np.mean((prediction - truth) ** 2), delta=1e-14, msg=f"{name}, {ahead}")

    def test_the_weights_are_optimal(self):
        """The gradient of the objective, written out here, is small beside its parts."""
        values = rates()
        model, _ = self.solved(values)
        with h5py.File(model) as file:
            W, b = file["W"][:], file["b"][:]
        samples = FITTED - 1
        x = np.column_stack([values[:samples], np.ones(samples)])
        targets = np.clip(
            (values[1:FITTED] - 0.7 * values[:samples]) / 0.3, -1 + 1e-6, 1 - 1e-6)
        weights = np.column_stack([W, b])
        pull = x.T @ (targets - np.tanh(x @ weights.T)) - 1e-3 * samples * weights.T
        pull[np.arange(NEURONS), np.arange(NEURONS)] = 0
        scale = np.linalg.norm(x.T @ np.arctanh(targets), axis=0)
        self.assertLess((np.linalg.norm(pull, axis=0) / scale).max(), 1e-3)
        self.assertTrue((np.diag(W) == 0).all())


if __name__ == "__main__":
    unittest.main()
