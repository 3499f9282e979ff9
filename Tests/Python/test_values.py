"""The numbers of a result, computed again by numpy from the file that was fitted.

For each way a recording comes: the rates are made here from what was written into the file, and
from W, W_in, b and alpha of the result follow one-step errors, free runs and the optimality
of every neuron's weights.
"""
import os
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import h5py
import numpy as np
from test_report import PROGRAM

NEURONS, FRAMES, ALPHA, RIDGE = 12, 900, 0.3, 1e-3
TOLERANCE = 1e-8


def simulated(inputs=None, seed=4, neurons=NEURONS, frames=FRAMES):
    """Rates (time, neuron) of a noisy network, and the weights that it had."""
    generator = np.random.default_rng(seed)
    weights = generator.normal(0, 0.6, (neurons, neurons))
    np.fill_diagonal(weights, 0)
    drive = np.zeros((frames, neurons))
    if inputs is not None:
        drive = inputs @ generator.normal(size=(inputs.shape[1], neurons))
    rates = np.zeros((frames, neurons))
    for t in range(frames - 1):
        current = weights @ rates[t] + drive[t] + 0.2 * generator.normal(size=neurons)
        rates[t + 1] = (1 - ALPHA) * rates[t] + ALPHA * np.tanh(current)
    return rates


def fit(folder, recording, *flags, tolerance=TOLERANCE):
    command = [
        PROGRAM, "fit", recording, "-o", "model.h5", "--alpha", ALPHA, "--lambda", RIDGE,
        "--tolerance", tolerance, "--precision", "double", "--iterations", 5000, *flags]
    done = subprocess.run(
        list(map(str, command)), cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode:
        raise AssertionError(done.stderr)
    return h5py.File(Path(folder) / "model.h5")


@unittest.skipUnless(PROGRAM.exists(), "no .build/release/ganglion")
class Values(unittest.TestCase):
    def check(self, model, rates, inputs=None, starts=(), allowed=None, signs=None):
        """Holds a result against rates (time, neuron) that numpy made."""
        frames = len(rates)
        inputs = np.zeros((frames, 0)) if inputs is None else inputs
        regressors = np.hstack([rates, inputs, np.ones((frames, 1))])
        rows = np.hstack([model["W"][:], np.zeros((len(model["W"]), 0)) if "W_in" not in model
                          else model["W_in"][:], model["b"][:][:, None]])
        alpha = model["alpha"][:]
        np.testing.assert_array_equal(alpha, ALPHA)
        predicted = (1 - ALPHA) * rates + ALPHA * np.tanh(regressors @ rows.T)

        border = frames - int(frames * 0.2)
        first = [t for t in range(frames - 1) if t + 1 not in set(starts)]
        fitted = np.array([t for t in first if t + 1 < border])
        held = np.array([t for t in first if t >= border])
        mse = np.mean((predicted[held] - rates[held + 1]) ** 2, axis=0)
        persistence = np.mean((rates[held] - rates[held + 1]) ** 2, axis=0)
        np.testing.assert_allclose(model["score/mse"][:], mse, rtol=1e-12)
        np.testing.assert_allclose(model["score/persistence_mse"][:], persistence, rtol=1e-12)
        np.testing.assert_allclose(model["score/skill"][:], 1 - mse / persistence, rtol=1e-11)
        variance = np.var(rates[held + 1], axis=0)
        np.testing.assert_allclose(model["score/r2"][:], 1 - mse / variance, rtol=1e-11)
        self.check_rollouts(model, rates, inputs, rows)
        self.check_optimality(model, rates, regressors, rows, fitted, allowed, signs)

    def check_rollouts(self, model, rates, inputs, rows):
        begun = model["score/rollout_start"][:].astype(int)
        state = rates[begun]
        for ahead, stored in enumerate(model["score/rollout_mse"][:], 1):
            x = np.hstack([state, inputs[begun + ahead - 1], np.ones((len(begun), 1))])
            state = (1 - ALPHA) * state + ALPHA * np.tanh(x @ rows.T)
            expected = np.mean((state - rates[begun + ahead]) ** 2)
            np.testing.assert_allclose(stored, expected, rtol=1e-9, err_msg=f"{ahead} ahead")

    def check_optimality(self, model, rates, regressors, rows, fitted, allowed, signs):
        """No gradient along what a weight may do, beyond the tolerance, in the norm of A^-1."""
        # The ridge sees inputs in units of their root mean square.
        units = np.ones(regressors.shape[1])
        given = slice(rates.shape[1], -1)
        units[given] = np.sqrt(np.mean(regressors[fitted][:, given] ** 2, axis=0))
        x = regressors[fitted] / units
        ridge = RIDGE * len(fitted)
        targets = (rates[fitted + 1] - (1 - ALPHA) * rates[fitted]) / ALPHA
        limit = 1 - 1e-6
        targets = np.clip(targets, -limit, limit)
        matrix = x.T @ x + ridge * np.eye(x.shape[1])
        neurons = rates.shape[1]
        for i, row in enumerate(rows * units):
            free = np.ones(x.shape[1], dtype=bool)
            free[i] = False
            if allowed is not None:
                free[:neurons] &= allowed[i]
            self.assertTrue(np.all(row[~free] == 0), f"neuron {i} has a forbidden weight")
            gradient = x.T @ (targets[:, i] - np.tanh(x @ row)) - ridge * row
            if signs is not None:
                self.assertTrue(np.all(signs * row[:neurons] >= 0), f"neuron {i} has a wrong sign")
                held = np.zeros(x.shape[1], dtype=bool)
                held[:neurons] = (row[:neurons] == 0) & (signs * gradient[:neurons] < 0)
                free &= ~held
            start = x.T @ np.arctanh(targets[:, i])
            inverse = np.linalg.inv(matrix[np.ix_(free, free)])
            left = np.sqrt(gradient[free] @ inverse @ gradient[free])
            whole = np.sqrt(start[free] @ inverse @ start[free])
            self.assertLess(left / whole, 3 * TOLERANCE, f"neuron {i}")

    def test_csv(self):
        """The default scaling of traces, tanh of a third of the z-score over the fitted frames."""
        traces = 3 + 2 * simulated()
        with tempfile.TemporaryDirectory() as folder:
            header = ",".join(f"cell {i}" for i in range(NEURONS))
            np.savetxt(f"{folder}/traces.csv", traces, delimiter=",", header=header, comments="",
                       fmt="%.17g")
            with fit(folder, "traces.csv", "--time-axis", 0, "--dt", 0.05, "--scale",
                     "zscore-tanh") as model:
                known = traces[:FRAMES - FRAMES // 5]
                rates = np.tanh((traces - known.mean(axis=0)) / (3 * known.std(axis=0)))
                np.testing.assert_allclose(
                    model["preprocessing/offset"][:], known.mean(axis=0), rtol=1e-13)
                self.check(model, rates)

    def test_nwb_with_trials_and_inputs(self):
        generator = np.random.default_rng(8)
        inputs = np.cumsum(generator.normal(size=(FRAMES, 1)), axis=0) / 20
        rates = simulated(inputs)
        starts = list(range(0, FRAMES, 74))
        with tempfile.TemporaryDirectory() as folder:
            with h5py.File(f"{folder}/session.nwb", "w") as file:
                file.attrs["nwb_version"] = "2.6.0"
                for name, kind, data in (
                    ("processing/ophys/Fluorescence/cells", "RoiResponseSeries", rates),
                    ("stimulus/presentation/drive", "TimeSeries", inputs)):
                    group = file.create_group(name)
                    group.attrs["neurodata_type"] = kind
                    group.create_dataset("data", data=data).attrs["conversion"] = 1.0
                    group.create_dataset("starting_time", data=0.0).attrs["rate"] = 30.0
                file["intervals/trials/start_time"] = np.array(starts) / 30
            with fit(folder, "session.nwb", "--scale", "none", "--inputs",
                     "/stimulus/presentation/drive", "--trials", "/intervals/trials") as model:
                self.assertAlmostEqual(model.attrs["dt"], 1 / 30)
                self.check(model, rates, inputs, starts)

    def test_caiman(self):
        """Of components in rows some are rejected: the others are what is fitted."""
        rates = simulated()
        with tempfile.TemporaryDirectory() as folder:
            with h5py.File(f"{folder}/results.hdf5", "w") as file:
                file["estimates/C"] = np.vstack([rates.T, 0.5 * rates.T[::-1] ** 2])
                file["estimates/idx_components"] = np.arange(NEURONS)
                file["params/data/fr"] = 20.0
            with fit(folder, "results.hdf5", "--scale", "none") as model:
                self.assertEqual(model["W"].shape, (NEURONS, NEURONS))
                self.check(model, rates)

    def test_a_resumed_constrained_fit(self):
        """Masked and signed, stopped at its checkpoint and begun again until it is done."""
        neurons = 40
        rates = simulated(neurons=neurons, frames=2000)
        generator = np.random.default_rng(9)
        allowed = generator.random((neurons, neurons)) < 0.7
        signs = generator.choice([-1, 1], neurons)
        with tempfile.TemporaryDirectory() as folder:
            with h5py.File(f"{folder}/session.h5", "w") as file:
                file["traces"] = rates
                file["mask"] = allowed.astype(np.uint8)
                file["sign"] = signs.astype(np.int8)
            flags = ["--traces", "/traces", "--time-axis", 0, "--dt", 0.05, "--scale", "none",
                     "--mask", "session.h5:/mask", "--signs", "session.h5:/sign"]
            command = [PROGRAM, "fit", "session.h5", "-o", "model.h5", "--alpha", ALPHA, "--lambda",
                       RIDGE, "--tolerance", TOLERANCE, "--precision", "double", "--iterations", 5000,
                       "--checkpoint", "fit.checkpoint", *flags]
            command = list(map(str, command))
            # Stopped as early as it hears signals; where it was quicker, it is done already.
            process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
            process.stdout.readline()
            time.sleep(0.2)
            process.send_signal(signal.SIGUSR1)
            process.communicate(timeout=120)
            self.assertIn(process.returncode, (0, 75))
            if process.returncode:
                self.assertTrue(os.path.exists(f"{folder}/fit.checkpoint"))
                subprocess.run(command, cwd=folder, capture_output=True, check=True, timeout=120)
            with h5py.File(f"{folder}/model.h5") as model:
                self.check(model, rates, allowed=allowed, signs=signs)


if __name__ == "__main__":
    unittest.main()
