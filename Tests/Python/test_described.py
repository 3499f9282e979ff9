"""The guide's described task, held against an interpreter of the same file in numpy."""
import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np

CHECKOUT = Path(__file__).parents[2]
ARTICLE = CHECKOUT / "Sources/ganglion/Documentation.docc/Extending/DescribingATask.md"
PROGRAM = Path(os.environ.get("GANGLION_PROGRAM", CHECKOUT / ".build/release/ganglion"))
TRIALS = 3


def example():
    return re.search(r"```yaml\n(.*?)```", ARTICLE.read_text(), re.DOTALL).group(1)


class Task:
    """The sections of the example's grammar: one entry a line, tables in braces."""

    def __init__(self, text):
        self.sections, section = {}, None
        for line in text.splitlines():
            line = line.split("#")[0].rstrip()
            if line and not line.startswith(" "):
                name, value = (part.strip() for part in line.split(":", 1))
                section = self.sections[name] = plain(value) if value else {}
            elif line.strip().startswith("- "):
                section["windows"].append(plain(line.strip()[2:]))
            elif line:
                name, value = (part.strip() for part in line.split(":", 1))
                section[name] = plain(value) if value else []

    def signals(self, values, times, noise):
        """Every signal of a trial by name, from what was drawn for it."""
        steps, found = self.sections["steps"], {}
        t = np.arange(steps)

        def number(entry, key, usual):
            given = entry.get(key, usual)
            return {**values, **times}.get(given, given)

        for section in ("inputs", "signals", "targets"):
            for name, entry in self.sections.get(section, {}).items():
                kind, of = entry["kind"], entry.get("of")
                if kind == "pulse":
                    at = number(entry, "at", 0)
                    x = number(entry, "height", 1) * ((at <= t) & (t < at + entry["length"]))
                elif kind == "step":
                    x = number(entry, "height", 1) * (t >= number(entry, "at", 0))
                elif kind == "noise":
                    x = noise[name]
                elif kind == "sum":
                    x = sum(found[part] for part in of)
                elif kind == "hold":
                    known = np.flatnonzero(found[of])
                    last = np.searchsorted(known, t, side="right") - 1
                    x = np.where(last < 0, 0, found[of][known[last]])
                else:
                    raise ValueError(kind)
                found[name] = np.asarray(x, dtype=float)
        return found

    def weight(self, times):
        steps = self.sections["steps"]
        t, total = np.arange(steps), np.zeros(steps)
        for window in self.sections["loss"]["windows"]:
            first = times.get(window["from"], window["from"])
            last = steps if window.get("to", "end") == "end" else window["to"]
            total += window.get("weight", 1) * ((first <= t) & (t < last))
        return total


def plain(text):
    """A scalar, a list or a table in braces."""
    text = text.strip()
    if text[0] in "{[":
        parts = [part.strip() for part in re.split(r",(?![^\[{]*[\]}])", text[1:-1])]
        if text[0] == "[":
            return [plain(part) for part in parts]
        return {key.strip(): plain(value) for key, value in (part.split(":", 1) for part in parts)}
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


@unittest.skipUnless(PROGRAM.exists(), "no release build")
class Described(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def train(self, text, *flags, ranks=None):
        (self.folder / "task.yaml").write_text(text)
        words = [PROGRAM, "train", "described", "--description", "task.yaml", "-o", "run.h5", *flags]
        if ranks:
            words = ["mpirun", "--oversubscribe", "-n", str(ranks), *words]
        environment = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1",
                       "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
        return subprocess.run(words, cwd=self.folder, capture_output=True, text=True, check=False,
                              env=environment, stdin=subprocess.DEVNULL)

    def expect(self, text, *words):
        result = self.train(text)
        self.assertEqual(result.returncode, 78, result)
        for word in words:
            self.assertIn(word, result.stderr)
        self.assertEqual(result.stderr.count("ganglion: error: "), 1, result.stderr)
        self.assertFalse((self.folder / "run.h5").exists())

    SMALL = ("--iterations", "6", "--batch", "16", "--tangents", "16", "--held-out", "32",
             "--precision", "double")

    def test_numpy_finds_the_same(self):
        result = self.train(example(), *self.SMALL)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("loss_constant = ", result.stdout)
        task = Task(example())
        with h5py.File(self.folder / "run.h5") as file:
            def read(name):
                return np.asarray(file[f"example/{name}"]).reshape(
                    TRIALS, -1, file[f"example/{name}"].shape[1])

            given, wanted, found = read("input"), read("target"), read("output")
            weight, rates = read("loss_weight")[:, :, 0], read("rates")
            drawn = read("values")[:, 0], read("times")[:, 0]
            p = {name: np.asarray(file[f"parameters/{name}"]) for name in file["parameters"]}
            self.assertEqual(json.loads(file.attrs["configuration"])["description"], example())
        steps, network = task.sections["steps"], task.sections["network"]
        for trial in range(TRIALS):
            values = dict(zip(task.sections["values"], drawn[0][trial], strict=True))
            times = {name: int(t) for name, t in
                     zip(task.sections["times"], drawn[1][trial], strict=True)}
            self.assertTrue(-1 <= values["a"] <= 1 and values["b"] in (-1, 1))
            self.assertTrue(2 <= times["first"] <= 6 and times["go"] == 25)
            self.assertTrue(5 <= times["second"] - times["first"] <= 10)
            names = list(task.sections["inputs"])
            column = names.index("noise")
            signals = task.signals(values, times, {"noise": given[trial, :, column]})
            x = np.stack([signals[name] for name in names], axis=1)
            y = np.stack([signals[name] for name in task.sections["targets"]], axis=1)
            np.testing.assert_allclose(given[trial], x, atol=1e-12)
            np.testing.assert_allclose(wanted[trial], y, atol=1e-12)
            counts = task.weight(times)
            np.testing.assert_allclose(weight[trial], counts / steps * (counts > 0), atol=1e-15)
            r, a = np.zeros(network["hidden"]), network["leak"]
            for t in range(steps):
                r = (1 - a) * r + a * np.tanh(r @ p["W"] + x[t] @ p["U"] + p["b"][0])
                np.testing.assert_allclose(rates[trial, t], r[:64], atol=1e-10)
                np.testing.assert_allclose(
                    found[trial, t], r @ p["O"] + p["o"][0], atol=1e-10)

    def test_ranks_find_the_same(self):
        losses = []
        for ranks in (None, 2, 3):
            result = self.train(example(), *self.SMALL, ranks=ranks)
            self.assertEqual(result.returncode, 0, result.stderr)
            with h5py.File(self.folder / "run.h5") as file:
                losses.append(np.asarray(file["log/loss"]))
            (self.folder / "run.h5").unlink()
        np.testing.assert_allclose(losses[1], losses[0], rtol=1e-9)
        np.testing.assert_allclose(losses[2], losses[0], rtol=1e-9)

    def test_what_is_wrong_is_told(self):
        text = example()

        def changed(old, new):
            self.assertIn(old, text)
            return text.replace(old, new, 1)

        self.expect(changed("kind: pulse", "kind: pulze"), "task.yaml:10", "inputs.one.kind",
                    "did you mean pulse?")
        self.expect(changed("held other: {kind: hold, of: other}",
                            "held other: {kind: hold, of: othr}"),
                    "signals.held other.of", "did you mean other?")
        self.expect(changed("targets:", "target:"), "target is unknown", "did you mean targets?")
        self.expect(changed("deviation: 0.05", "deviation: 0.05, channels: 2")
                    .replace("[held one, held other]", "[held one, noise]"),
                    "targets.sum.of", "held one has 1 channel, noise has 2 channels")
        self.expect(changed("squared-error", "cross-entropy").replace(
            "  sign: {kind: hold, of: other}\n", ""), "targets have 1 channel", "at least 2")
        self.expect(changed("{from: go, to: end}", "{from: go, to: end, weight: 0}"),
                    "loss.windows", "no step a weight")
        self.expect(changed("go: 25", "go: 45"), "times.go", "step 45", "0 to 39")
        self.expect(changed("length: 3, height: a", "height: a"), "inputs.one", "without length")
        self.expect(changed("at: first, length: 3", "at: third, length: 3"), "inputs.one.at",
                    "third", "first")
        self.expect(changed("leak: 0.3", "leak: 2"), "network.leak is 2", "(0, 1]")
        self.expect(changed("steps: 40\n", ""), "has no steps")
        self.expect("just words", "expected a table")
        self.expect("a: [", "not YAML")
        result = subprocess.run(
            [PROGRAM, "train", "described", "--description", "none.yaml", "-o", "run.h5"],
            cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 66, result.stderr)


if __name__ == "__main__":
    unittest.main()
