"""Every task under several optimisers at equal wall time: who is first, and by how much.

Each task is one run of `ganglion train TASK --against`: optimisers are tuned on a seed of their own
by the same time, then run on the same seeds. What is done is kept in the folder of the recordings,
so that a case that was stopped goes on.
"""
import dataclasses
import os

import h5py
import numpy as np

from . import program, recordings
from .statistics import median, spread

SEEDS = (961, 5)  # the first, and how many
OPTIMIZERS = "sofo,adam"


@dataclasses.dataclass(frozen=True)
class Task:
    """A task, its flags, the seconds of a run, and what its first score is."""
    name: str
    flags: tuple
    seconds: float
    score: str
    form: str = ".3g"
    scale: float = 1  # what scores are multiplied by


TASKS = (
    Task("lorenz", ("lorenz",), 10, "squared error"),
    Task("lorenz, loss at the end", ("lorenz", "--supervision", "end"), 10, "squared error"),
    Task("lorenz, published cell", ("lorenz", "--cell", "published"), 10, "squared error"),
    Task("kalman, 1 dimension", ("kalman",), 30, "squared error"),
    Task("kalman, 2 dimensions", ("kalman", "--dimensions", 2), 30, "squared error"),
    Task("flip-flop, 3 bits", ("flipflop",), 30, "bits right", ".4f"),
    Task("flip-flop, 10 bits, n 128", ("flipflop", "--bits", 10, "--hidden", 128), 60,
         "bits right", ".4f"),
    Task("flip-flop, 3 bits, n 1,000", ("flipflop", "--hidden", 1000), 60, "bits right", ".4f"),
    Task("reach", ("reach", "--held-out", 64), 60, "hand, mm", ".0f", 1000),
    Task("double reach", ("double-reach", "--held-out", 64), 60, "hand, mm", ".0f", 1000),
    Task("one-shot", ("one-shot", "--held-out", 256), 45, "accuracy", ".3f"),
    Task("delayed addition, T 128", ("delayed-addition", "--first-steps", 24), 45,
         "loss over the constant's"),
    Task("MNIST", ("mnist", "--data", os.environ.get("GANGLION_MNIST", "")), 30, "accuracy", ".4f"),
)
QUICK = (Task("flip-flop, 2 bits",
              ("flipflop", "--bits", 2, "--hidden", 8, "--steps", 20, "--tangents", 8, "--held-out", 16), 0.2,
              "bits right", ".4f"),)


class Comparison:
    """The runs that count of one task, by optimiser."""

    def __init__(self, task, seeds, optimizers, tuning):
        folder = f"{recordings.FOLDER}/rivals"
        os.makedirs(folder, exist_ok=True)
        stem = f"{folder}/{task.name.replace(', ', '-').replace(' ', '-')}-{task.seconds:g}s"
        path = f"{stem}.h5"
        if not os.path.exists(path):
            program.run(
                "train", *task.flags, "--against", optimizers, "--precision", "mixed",
                "--seed", seeds[0], "--seeds", seeds[1], "--run-time", task.seconds,
                "--tuning-time", f"{tuning * task.seconds:g}", "--checkpoint", f"{stem}.ckpt",
                "-o", path, ranks=os.cpu_count())
        with h5py.File(path) as file:
            runs = file["comparison"]
            names = np.asarray(runs["optimizer"].asstr()[:])
            self.values = {
                name: {key: np.asarray(runs[key])[names == name]
                       for key in ("loss", "score", "iterations", "rate", "diverged")}
                for name in dict.fromkeys(names)}
            curve = {key: np.asarray(file[f"curve/{key}"]) for key in ("run", "loss", "elapsed")}
        self.curves = {
            name: [{key: values[curve["run"] == run] for key, values in curve.items()}
                   for run in np.flatnonzero(names == name)]
            for name in self.values}

    def order(self):
        """Optimisers by the median of the lowest held-out loss."""
        return sorted(self.values, key=lambda name: median(self.values[name]["loss"]))

    def seconds(self, name, loss):
        """The median time until an optimiser's held-out loss is at most this; infinite if never."""
        times = []
        for curve in self.curves[name]:
            reached = curve["elapsed"][curve["loss"] <= loss]
            times.append(reached[0] if len(reached) else np.inf)
        return float(np.median(times))


def compare(tasks=TASKS, seeds=SEEDS, optimizers=OPTIMIZERS, tuning=3):
    tasks = [task for task in tasks if "" not in task.flags]
    rows = [["task", "seconds a run", "optimiser", "rate", "iterations", "lowest held-out loss",
             "score", "loss over that of the first", "s to the loss of the last"]]
    first = dict.fromkeys(optimizers.split(","), 0)
    for task in tasks:
        done = Comparison(task, seeds, optimizers, tuning)
        order = done.order()
        first[order[0]] += 1
        best, worst = (median(done.values[order[k]]["loss"]) for k in (0, -1))
        for name in order:
            values = done.values[name]
            ran_away = int(values["diverged"].sum())
            rows.append([
                task.name, f"{task.seconds:g}",
                name + (f" ({ran_away} diverged)" if ran_away else ""),
                f"{values['rate'][0]:.3g}", f"{median(values['iterations']):.0f}",
                spread(values["loss"]), f"{task.score} {spread(task.scale * values['score'], task.form)}",
                f"{median(values['loss']) / best:.3g}", f"{done.seconds(name, worst):.3g}"])
    return rows, (
        f"Medians and ranges of {seeds[1]} seeds from {seeds[0]} on, each optimiser tuned by {tuning} "
        f"runs on another seed, {os.cpu_count()} ranks of one thread. First: "
        + ", ".join(f"{name} on {count}" for name, count in first.items())
        + f" of {len(tasks)} tasks.")
