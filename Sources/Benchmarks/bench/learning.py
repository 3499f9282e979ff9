"""Learning curves of SOFO and of Adam, seed by seed: by iteration and by wall time.

Losses are functions of (seed, iteration) alone, so a run may have been made on a busy
machine, and in pieces; runs found in the folder are not repeated. Seconds of an iteration
are measured when the table is made, and wall time is their product with the iterations.
"""
import os

import h5py
import numpy as np

from . import program, recordings
from .statistics import median

SEEDS = (11, 12, 13, 14, 15)
# Learning rates are chosen on seeds that are not reported.
TUNING = (21, 22)


class Run:
    """Held-out losses, and scores, of one run."""

    def __init__(self, path):
        with h5py.File(path) as file:
            self.iteration = np.asarray(file["evaluation/iteration"])
            self.loss = np.asarray(file["evaluation/loss"])
            self.scores = {name: float(file["scores"][name][0]) for name in file.get("scores", ())}

    def at(self, iteration):
        """The loss of the last evaluation up to an iteration."""
        return float(self.loss[self.iteration <= iteration][-1])

    def best(self, iteration=np.inf):
        """The lowest loss up to an iteration: the parameters that a run keeps."""
        return float(np.nanmin(self.loss[self.iteration <= iteration]))

    def first(self, bound):
        """The first iteration with a loss of at most the bound; infinite if none."""
        good = np.flatnonzero(self.loss <= bound)
        return float(self.iteration[good[0]]) if len(good) else np.inf


def run(name, seed, arguments):
    """A run with a seed, made unless it is there."""
    folder = f"{recordings.FOLDER}/learning"
    os.makedirs(folder, exist_ok=True)
    path = f"{folder}/{name}-{seed}.h5"
    if not os.path.exists(path):
        program.run("train", *arguments, "--seed", seed, "-o", path, ranks=os.cpu_count())
    return Run(path)


def runs(name, arguments):
    return [run(name, seed, arguments) for seed in SEEDS]


def tuned(name, arguments, rates):
    """Adam with the rate that is best on the tuning seeds; the rate, and its runs."""
    def merit(rate):
        return median(
            run(f"{name}-{rate:g}", seed, [*arguments, "--learning-rate", rate]).best()
            for seed in TUNING)

    best = min(rates, key=merit)
    return best, runs(f"{name}-{best:g}", [*arguments, "--learning-rate", best])


def pace(arguments, iterations=6):
    """Seconds of an iteration on all cores, a rank of one thread on each."""
    path = f"{recordings.FOLDER}/pace.h5"
    arguments = list(arguments)
    place = arguments.index("--iterations")
    arguments[place + 1] = iterations
    program.run(
        "train", *arguments, "--held-out", 16, "--seed", 1, "-o", path, ranks=os.cpu_count())
    with h5py.File(path) as file:
        return median(np.diff(np.asarray(file["log/elapsed"])))
