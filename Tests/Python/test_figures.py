"""Scripts/figures on small result files of every kind, complete and meagre ones."""
import itertools
import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np

CHECKOUT = Path(__file__).parents[2]
FIGURES = CHECKOUT / "Scripts" / "figures"
PALETTE = CHECKOUT / "Sources" / "Foundations" / "Charts" / "Palette.swift"
sys.path.insert(0, str(CHECKOUT / "Scripts"))
from plots import style, traces  # noqa: E402  (after the path is known)


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
        file["score/mean_mse"] = np.linspace(0.5, 4, neurons)
        file["score/rollout_mse"] = np.linspace(0.01, 1, 30)
        file["diagnostics/optimality"] = np.full(neurons, 1e-5)
        file["log/objective"] = 1 + 0.5 ** np.arange(20)
        file["selection/lambda/candidate"] = 10.0 ** np.arange(-4, 1)
        file["selection/lambda/relative_error"] = [1, 0.9, 0.8, 0.85, 1]
        file["selection/lambda/candidate"].attrs["chosen"] = 1e-2
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


def against(path):
    """A comparison of two optimisers on two seeds, one loss of which is missing."""
    with h5py.File(path, "w") as file:
        names = ["sofo", "adam", "sofo", "adam"]
        file["comparison/optimizer"] = np.array([name.encode() for name in names])
        file["comparison/seed"] = [1.0, 1, 2, 2]
        lengths = [5, 9, 4, 9]
        file["curve/run"] = np.repeat(np.arange(4.0), lengths)
        file["curve/iteration"] = np.concatenate([
            np.arange(n) * (1 if name == "sofo" else 50)
            for n, name in zip(lengths, names, strict=True)])
        file["curve/elapsed"] = np.concatenate([np.linspace(0, 3, n) for n in lengths])
        loss = np.concatenate([1 / (1 + np.arange(n)) for n in lengths])
        loss[7] = np.nan
        file["curve/loss"] = loss
        file.attrs["task"] = "lorenz"



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
        self.assertIn("59 frames held out, 5 of 20 neurons, best first", drawn)
        for yardstick in ("persistence", "linear", "mean"):
            self.assertIn(f">{yardstick}<", drawn)
        self.assertIn("Choice of lambda: 0.01", drawn)
        self.assertNotIn("Pearson", self.path("meagre.svg").read_text())

    def predicted(self, settings=None, **datasets):
        """What is computed of a model with a leak for each neuron, from a recording with more in it."""
        W = recording(self.path("recording.h5"), neurons=4)
        model(self.path("model.h5"), self.path("recording.h5"), W)
        with h5py.File(self.path("recording.h5"), "r+") as file:
            for name, values in datasets.items():
                file[name] = values
        with h5py.File(self.path("model.h5"), "r+") as file:
            file["alpha"] = [0.1, 0.2, 0.3, 0.4]
            file.attrs["configuration"] = json.dumps({"holdout": 0.2, **(settings or {})})
        with h5py.File(self.path("model.h5")) as file:
            return W, traces.load(file)

    def test_predictions_have_the_leak_of_each_neuron(self):
        W, found = self.predicted()
        with h5py.File(self.path("recording.h5")) as file:
            rates = file["rates"][240:].astype(float)
        leaks = np.array([0.1, 0.2, 0.3, 0.4])
        expected = (1 - leaks) * rates[:-1] + leaks * np.tanh(rates[:-1] @ W.T)
        order = [int(label.split()[1]) for label in found.labels]
        np.testing.assert_allclose(found.one_step, expected[:, order])
        state = rates[0]
        for _ in range(len(expected)):
            state = (1 - leaks) * state + leaks * np.tanh(W @ state)
        np.testing.assert_allclose(found.free[-1], state[order])

    def test_predictions_are_left_out_where_traces_are_more_than_numbers(self):
        """Several trials, coded numbers, frames that were resampled; a series of NWB is read."""
        self.assertIsNone(self.predicted(trial_start=[0, 100])[1])
        series = {"settings": {"traces": "/processing/ophys/DfOverF/RoiResponseSeries"}}
        place = "processing/ophys/DfOverF/RoiResponseSeries/data"
        values = np.zeros((300, 4))
        self.assertIsNotNone(self.predicted(**series, **{place: values})[1])
        for name, value in (("conversion", 1e-3), ("_FillValue", -1.0)):
            W = recording(self.path("recording.h5"), neurons=4)
            with h5py.File(self.path("recording.h5"), "r+") as file:
                file["rates"].attrs[name] = value
            model(self.path("model.h5"), self.path("recording.h5"), W)
            with h5py.File(self.path("model.h5"), "r+") as file:
                file["alpha"] = np.full(4, 0.1)
                self.assertIsNone(traces.load(file), name)
                file["time"] = np.arange(250.0)
                with h5py.File(self.path("recording.h5"), "r+") as source:
                    del source["rates"].attrs[name]
                self.assertIsNone(traces.load(file), "resampled")

    def test_scores_and_dynamics(self):
        with h5py.File(self.path("scores.h5"), "w") as file:
            file.attrs["configuration"] = json.dumps({"command": "evaluate"})
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
        self.assertIn("2 fixed points, unstable directions: 0 to 3", drawn)

    def test_titles_count_what_is_drawn(self):
        W = recording(self.path("long.h5"), frames=1200)
        model(self.path("fitted.h5"), self.path("long.h5"), W)
        with h5py.File(self.path("fitted.h5"), "a") as file:
            file.attrs["configuration"] = json.dumps({"alpha": 0.1, "holdout": 0})
        with h5py.File(self.path("scores.h5"), "w") as file:
            file.attrs["configuration"] = json.dumps({"command": "evaluate"})
            for part in ("real", "imaginary"):
                file[f"fixed_points/eigenvalue_{part}"] = np.zeros((30, 20))
            file["fixed_points/unstable"] = np.zeros(30, dtype=int)
        self.expect_drawn(self.draw("long.h5", "fitted.h5", "scores.h5"), "long", "fitted")
        drawn = self.path("long.svg").read_text()
        self.assertIn("20 neurons, 1,200 frames", drawn)
        self.assertIn("the first 20 neurons, 1,000 frames", drawn)
        self.assertIn("The first 4 neurons, 500 frames", drawn)
        # What was fitted is not called held out.
        self.assertIn("300 frames of the fit", self.path("fitted.svg").read_text())
        self.assertIn("10 of 30 fixed points", self.path("scores.svg").read_text())

    def test_runs_are_compared(self):
        run_of(self.path("a.h5"), "sofo")
        run_of(self.path("b.h5"), "adam")
        self.expect_drawn(self.draw("a.h5", "b.h5"), "a", "b", "lorenz-comparison")
        drawn = self.path("lorenz-comparison.svg").read_text()
        self.assertIn(">sofo<", drawn)
        self.assertIn(">adam<", drawn)

    def test_optimisers_at_equal_time(self):
        against(self.path("against.h5"))
        self.expect_drawn(self.draw("against.h5"), "against")
        drawn = self.path("against.svg").read_text()
        for text in (">sofo<", ">adam<", "ranges of 2 seeds"):
            self.assertIn(text, drawn)

    def test_several_tasks_at_equal_time(self):
        names = ["reach", "lorenz", "kalman", "addition"]
        for name in names:
            against(self.path(f"{name}.h5"))
        result = self.draw(*(f"{name}.h5" for name in names))
        self.expect_drawn(result, *names, "comparisons")
        drawn = self.path("comparisons.svg").read_text()
        for name in names:
            self.assertIn(f">{name}<", drawn)
        self.assertEqual(drawn.count(">sofo<"), 1)

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
        drawn = self.path("run-example.svg").read_text()
        self.assertEqual(drawn.count("Held-out trial"), 2)

    def test_trials_are_what_they_are_called(self):
        """One trial three times is one trial, and one that was trained on is not held out."""
        run_of(self.path("run.h5"), "sofo")
        generator = np.random.default_rng(1)
        with h5py.File(self.path("run.h5"), "a") as file:
            file.attrs["held_out_trials"] = 0
            output = np.tile(generator.normal(size=(32, 2)), (3, 1))
            # Sums of other batches end in other bits.
            file["example/output"] = output * (1 + 1e-15 * generator.normal(size=output.shape))
            file["example/target"] = np.tile(generator.normal(size=(32, 2)), (3, 1))
        self.expect_drawn(self.draw("run.h5"), "run", "run-example")
        drawn = self.path("run-example.svg").read_text()
        self.assertIn("Trained trial 1", drawn)
        self.assertNotIn("trial 2", drawn)
        self.assertNotIn("eld-out", drawn)
        self.assertNotIn("held out", self.path("run.svg").read_text())

    def test_wanted_only_where_there_is_a_loss(self):
        """A target before the last step, far from the rest, must not move the axis."""
        run_of(self.path("run.h5"), "sofo")
        with h5py.File(self.path("run.h5"), "a") as file:
            file["example/output"] = np.zeros((32, 1))
            file["example/target"] = np.where(np.arange(32) < 31, 1000.0, 0.5)[:, None]
            file["example/loss_weight"] = (np.arange(32) == 31).astype(float)[:, None]
        self.expect_drawn(self.draw("run.h5"), "run", "run-example")
        self.assertNotRegex(self.path("run-example.svg").read_text(), r">\d{3,}<")

    def test_results_of_one_name(self):
        """Every result has its figures, whatever the others are called."""
        for folder in ("a", "b"):
            self.path(folder).mkdir()
            run_of(self.path(f"{folder}/run.h5"), "sofo")
        run_of(self.path("a/run.hdf5"), "adam")
        run_of(self.path("a/lorenz-comparison.h5"), "adam")
        files = ("a/run.h5", "a/run.hdf5", "b/run.h5", "a/lorenz-comparison.h5", "a/../a/run.h5")
        result = subprocess.run(
            [FIGURES, "-o", self.path("out"), *map(self.path, files)], capture_output=True,
            text=True, check=False)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(
            sorted(path.name for path in self.path("out").glob("*.png")),
            ["lorenz-comparison-2.png", "lorenz-comparison.png", "run.h5.png", "run.hdf5.png",
             "run.png"])
        self.assertEqual(len(set(result.stdout.split())), len(result.stdout.split()))
        names = style.Names([Path("a/m.h5"), Path("b/m.h5")], Path("out"))
        self.assertEqual(names.of(Path("a/m.h5")), Path("out/a-m"))
        self.assertEqual(names.of(Path("b/m.h5")), Path("out/b-m"))

    def test_what_is_no_result_is_named(self):
        self.path("text.h5").write_text("not HDF5")
        with h5py.File(self.path("other.h5"), "w") as file:
            file["x"] = 1
        result = self.draw("text.h5", "other.h5")
        self.assertEqual(result.returncode, 65)
        self.assertIn("text.h5", result.stderr)
        self.assertIn("other.h5: neither a model", result.stderr)
        self.assertEqual(self.draw("missing.h5").returncode, 66)


class Style(unittest.TestCase):
    """The look that all figures share."""

    def test_one_palette(self):
        source = PALETTE.read_text()
        light = source[source.index("func light"):source.index("func dark")]
        self.assertEqual(
            dict(re.findall(r"case \.(\w+): \"(#[0-9a-f]{6})\"", light)), style.PALETTE)
        categories = source[source.index("let categories"):source.index("The ends of the ramp")]
        self.assertEqual(re.findall(r"#[0-9a-f]{6}", categories), style.CATEGORIES)
        ramp = re.search(r"\(negative, positive\) = \(\"(.*)\", \"(.*)\"\)", source)
        self.assertEqual(ramp.groups(), (style.NEGATIVE, style.POSITIVE))
        # A colour has one meaning.
        every = [*style.PALETTE.values(), *style.CATEGORIES]
        self.assertEqual(len(set(every)), len(every))

    def test_colours_stay_apart(self):
        """Also for dichromats, by the matrices of Machado, Oliveira and Fernandes (2009)."""
        sights = {
            "all": np.eye(3),
            "protan": [[.152286, 1.052583, -.204868], [.114503, .786281, .099216],
                       [-.003882, -.048116, 1.051998]],
            "deutan": [[.367322, .860646, -.227968], [.280085, .672501, .047413],
                       [-.011820, .042940, .968881]],
            "tritan": [[1.255528, -.076749, -.178779], [-.078411, .930809, .147602],
                       [.004733, .691367, .303900]],
        }
        source = PALETTE.read_text()
        dark = dict(re.findall(
            r"case \.(\w+): \"(#[0-9a-f]{6})\"", source[source.index("func dark"):]))
        # Lines of the guide are thin or dashed, and no data.
        for colours in (style.PALETTE, dark):
            meanings = [name for name in colours if name != "guide"]
            for sight, matrix in sights.items():
                seen = {name: lab(np.array(matrix) @ linear(colours[name])) for name in meanings}
                for a, b in itertools.combinations(meanings, 2):
                    # A difference of about 2 is just seen.
                    self.assertGreater(np.linalg.norm(seen[a] - seen[b]), 12, (sight, a, b))

    def test_logarithmic_ticks(self):
        """Few, none alike, none on another, on any span."""
        for low, high in ((1e-12, 1), (2e-2, 0.5), (0.21, 0.29), (1.0, 1.001), (3e-3, 0.3),
                          (1e-200, 1e200), (8e4, 2e6)):
            figure, axes = style.plt.subplots(figsize=(3.5, 3.1))
            axes.plot([low, high], [low, high])
            style.logarithmic(axes.xaxis)
            style.logarithmic(axes.yaxis)
            figure.draw_without_rendering()
            for axis in (axes.xaxis, axes.yaxis):
                self.assertEqual(len(axis.get_minorticklocs()), 0)
                texts = [t for t in axis.get_ticklabels() if t.get_text()]
                labels = [t.get_text() for t in texts]
                self.assertGreaterEqual(len(labels), 2, (low, high))
                self.assertEqual(len(set(labels)), len(labels), labels)
                self.assertTrue("0" not in labels)
                boxes = [t.get_window_extent() for t in texts]
                for a, b in itertools.combinations(boxes, 2):
                    self.assertFalse(a.overlaps(b), labels)
            style.plt.close(figure)

    def test_notes_cover_nothing(self):
        figure, axes = style.plt.subplots()
        axes.plot([0, 1], [0, 1])
        axes.set_title("Title")
        style.note(axes, "one\ntwo")
        figure.draw_without_rendering()
        (words,) = axes.texts
        title = next(t for t in (axes.title, axes._left_title) if t.get_text())
        extent = words.get_window_extent()
        self.assertFalse(extent.overlaps(axes.get_window_extent()))
        self.assertFalse(extent.overlaps(title.get_window_extent()))
        style.plt.close(figure)


def linear(colour):
    """Linear red, green and blue of a #rrggbb (IEC 61966-2-1)."""
    values = np.array([int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(values):
    """CIELAB of linear red, green and blue, under D65."""
    matrix = [[.4124, .3576, .1805], [.2126, .7152, .0722], [.0193, .1192, .9505]]
    xyz = np.array(matrix) @ np.clip(values, 0, 1) / np.array([.9505, 1, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


if __name__ == "__main__":
    unittest.main()
