"""What the README tells Python users: xarray, h5py, predictions in the recording's units, NWB."""
import subprocess
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np
import package
import xarray
from test_report import PROGRAM, run

README = Path(__file__).parents[2] / "README.md"


def traces(frames=400, neurons=12, seed=3):
    """Something like fluorescence: waves of different size on different baselines."""
    generator = np.random.default_rng(seed)
    t = np.arange(frames)[:, None]
    waves = np.sin(0.1 * t * (1 + 0.2 * np.arange(neurons)) + np.arange(neurons))
    noise = 0.05 * np.cumsum(generator.normal(size=(frames, neurons)), axis=0)
    return (1000 + 100 * np.arange(neurons)) + 50 * (waves + noise) + 0.05 * t


def maximin(values):
    """Suite2p's baseline of the fitted frames, its last value for the 80 held out: a Gaussian
    of 3 frames, then windows of 41 frames."""
    from scipy.ndimage import gaussian_filter1d, maximum_filter1d, minimum_filter1d

    smooth = gaussian_filter1d(values, 3, axis=0)
    baseline = maximum_filter1d(minimum_filter1d(smooth, 41, axis=0), 41, axis=0)
    return np.concatenate([baseline, np.repeat(baseline[-1:], 80, axis=0)])


@unittest.skipUnless(PROGRAM.exists(), "no .build/release/ganglion")
class Interoperability(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = Path(place.name)

    def fitted(self, *flags):
        path = self.folder / "recording.h5"
        values = traces()
        with h5py.File(path, "w") as file:
            file["traces"] = values
        model, scores = self.folder / "model.h5", self.folder / "scores.h5"
        run("fit", path, "--time-axis", 0, "--dt", 0.5, "-o", model, "--alpha", "0.3",
            "--lambda", "1e-3", "--precision", "double", *flags)
        run("evaluate", model, "-o", scores, ranks=2)
        return values, model, scores

    def test_the_snippets_of_the_readme_run(self):
        self.fitted()
        text = README.read_text()
        snippets = [part.split("```")[0] for part in text.split("```python\n")[1:]]
        self.assertGreaterEqual(len(snippets), 1)
        for snippet in snippets:
            result = subprocess.run(
                [__import__("sys").executable, "-c", snippet], cwd=self.folder,
                capture_output=True, text=True, check=False)
            self.assertEqual(result.returncode, 0, result.stderr)

    def test_neurons_are_found_by_name(self):
        """As README and ResultFormat say: bytes for h5py and h5netcdf, text for the package."""
        names = ["cell_00", "größe", "c"]
        table, model = self.folder / "cells.csv", self.folder / "model.h5"
        rows = [",".join(f"{value:.6f}" for value in row) for row in traces()[:, :3]]
        table.write_text("\n".join([",".join(names), *rows]) + "\n")
        run("fit", table, "--time-axis", 0, "--rate", 2, "-o", model, "--alpha", "0.3", "--lambda", "1e-3")
        with h5py.File(model) as file:
            stored = file["W"][:]
            self.assertEqual(file["neuron"].dtype.kind, "S")
            self.assertEqual(list(file["neuron"].asstr()), names)
        with xarray.open_dataset(model, engine="h5netcdf") as opened:
            np.testing.assert_array_equal(opened.W.sel(neuron="größe".encode()), stored[1])
        with package.installed().open_model(model) as opened:
            self.assertEqual(list(opened.neuron.values), names)
            np.testing.assert_array_equal(opened.W.sel(neuron="größe"), stored[1])

    def test_predictions_are_in_the_units_of_the_recording(self):
        """The stored prediction, against one made here from the raw traces and the model."""
        for flags in (["--scale", "zscore-tanh", "--detrend"],
                      ["--scale", "max", "--baseline", "10"], ["--scale", "quantile"],
                      ["--scale", "zscore-tanh", "--detrend", "--baseline", "maximin",
                       "--baseline-window", "20.5", "--baseline-smoothing", "3"]):
            with self.subTest(flags=flags):
                values, model, scores = self.fitted(*flags)
                held = slice(320, 400)
                with h5py.File(model) as file:
                    W, b = file["W"][:].astype(float), file["b"][:].astype(float)
                    alpha = file.attrs["alpha"]
                    kind = file.attrs["scaling"]
                    offset, drift, scale = (
                        file[f"preprocessing/{name}"][:] for name in ("offset", "drift", "scale"))
                    baseline = file.get("preprocessing/baseline")
                    baseline = np.ones(values.shape) if baseline is None else baseline[:]
                is_moving = "maximin" in flags
                if is_moving:
                    np.testing.assert_allclose(baseline, maximin(values[:320]), rtol=1e-6)
                line = offset + drift * np.arange(400)[:, None]
                linear = (values / baseline - is_moving - line) / scale
                is_tanh = b"tanh" in kind if isinstance(kind, bytes) else "tanh" in kind
                rates = np.tanh(linear) if is_tanh else np.clip(linear, -0.999, 0.999)
                step = (1 - alpha) * rates[:-1] + alpha * np.tanh(rates[:-1] @ W.T + b)
                back = np.arctanh(step) if is_tanh else step
                expected = np.full((400, 12), np.nan)
                expected[1:] = baseline[1:] * (is_moving + line[1:] + scale * back)
                state = rates[320]
                free = [values[320]]
                for t in range(321, 400):
                    state = (1 - alpha) * state + alpha * np.tanh(W @ state + b)
                    linear = line[t] + scale * (np.arctanh(state) if is_tanh else state)
                    free.append(baseline[t] * (is_moving + linear))
                with h5py.File(scores) as file:
                    recorded = file["prediction/recorded"][:]
                    one_step = file["prediction/one_step"][:]
                    free_running = file["prediction/free_running"][:]
                    times = file["held_out"][:]
                np.testing.assert_allclose(times, 0.5 * np.arange(320, 400))
                np.testing.assert_allclose(recorded, values[held], rtol=1e-6)
                np.testing.assert_allclose(one_step, expected[held], rtol=1e-6)
                np.testing.assert_allclose(free_running[1:], np.array(free)[1:], rtol=1e-6)

    def test_exported_nwb_is_valid_and_opens(self):
        from pynwb import NWBHDF5IO, validate

        values, model, _ = self.fitted()
        path = self.folder / "out.nwb"
        for ranks in (None, 3):
            run("export", model, "-o", path, ranks=ranks)
            errors = validate(path=str(path))
            self.assertEqual([str(error) for error in errors], [])
            with NWBHDF5IO(str(path), "r") as io:
                module = io.read().processing["ganglion"]
                recorded, one_step = module["recorded"], module["one_step"]
                np.testing.assert_allclose(recorded.data[:], values, rtol=1e-6)
                np.testing.assert_allclose(recorded.timestamps[:], 0.5 * np.arange(400))
                self.assertEqual(module["free_running"].data.shape, (80, 12))
                self.assertEqual(module["neurons"].to_dataframe()["label"].astype(str)[3], "3")
                error = np.nanmean((one_step.data[1:] - values[1:]) ** 2)
                self.assertLess(error, np.nanvar(values))

    def test_exported_currents_are_those_of_the_scores(self):
        from pynwb import NWBHDF5IO, validate

        _, model, _ = self.fitted()
        regions, scores = self.folder / "three.h5", self.folder / "currents.h5"
        with h5py.File(regions, "w") as file:
            file["region"] = np.array([b"V1", b"V2", b"M"] * 4)
        run("evaluate", model, "--currents", "--regions", f"{regions}:/region", "-o", scores)
        path = self.folder / "currents.nwb"
        for ranks in (None, 3):
            run("export", model, "-o", path, "--currents", "--regions", f"{regions}:/region",
                ranks=ranks)
            self.assertEqual([str(error) for error in validate(path=str(path))], [])
            with NWBHDF5IO(str(path), "r") as io, h5py.File(scores) as file:
                module = io.read().processing["ganglion"]
                pairs = module["region_pairs"].to_dataframe()
                self.assertEqual(
                    list(zip(pairs["onto"].astype(str), pairs["from"].astype(str), strict=True)),
                    [(onto, source) for onto in ("M", "V1", "V2") for source in ("M", "V1", "V2")])
                np.testing.assert_allclose(
                    pairs["variance"], file["currents/variance"][:].ravel(), rtol=1e-6)
                for name in ("component", "mean", "rms"):
                    expected = file[f"currents/{name}"][:].reshape(9, -1).T
                    exported = module[f"currents_{name}"].data[:]
                    np.testing.assert_allclose(
                        exported, expected, rtol=1e-3, atol=1e-3 * np.nanmax(abs(expected)))

    def test_exported_nwb_can_be_fitted(self):
        _, model, _ = self.fitted()
        path = self.folder / "out.nwb"
        run("export", model, "-o", path)
        text = run("fit", path, "--traces", "/processing/ganglion/recorded/data",
                   "-o", self.folder / "again.h5", "--alpha", "0.3", "--lambda", "1e-3")
        self.assertIn("12 neurons × 400 frames", text)


if __name__ == "__main__":
    unittest.main()
