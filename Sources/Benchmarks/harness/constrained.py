"""What masks that regions share add to a fit, and what they took an older program."""
import os

import h5py
import numpy as np

from . import program, recordings
from .scaling import fit_arguments
from .statistics import median


def compare(neurons, frames, regions, ridges, runs, against=None):
    """A row for each mask, ridge and program: the same fit without a mask, and with regions'.

    `against` is an older program that runs in turns with this one.
    """
    recording = recordings.sparse(neurons, frames)
    masks = {"none": (), f"of {regions} regions": ("--mask", mask(neurons, regions))}
    programs = {"this": program.PROGRAM, **({"older": against} if against else {})}
    rows = [["program", "lambda", "mask", "factor, s", "solve, s", "whole command, s",
             "memory over both ranks, GB", "most iterations", "worst optimality",
             "distance of W from this program's", "load average"]]
    for ridge in ridges:
        for name, flags in masks.items():
            fits = {one: [] for one in programs}
            for _ in range(runs):
                for one, path in programs.items():
                    fits[one].append(program.run(
                        *fit_arguments(recording, *flags, "-o", model(one), ridge=ridge),
                        ranks=2, sample=True, program=path))
            reference = weights("this")
            for one, own in fits.items():
                found = weights(one)
                rows.append([
                    one, f"{ridge:g}", name,
                    *(f"{median(fit.phases[phase][0] for fit in own):.2f}"
                      for phase in ("factor", "solve")),
                    f"{median(fit.seconds for fit in own):.1f}",
                    f"{max(fit.memory for fit in own) / 1e9:.2f}",
                    f"{own[-1].figure('most iterations'):.0f}",
                    f"{own[-1].figure('worst optimality'):.1e}",
                    f"{np.linalg.norm(found - reference) / np.linalg.norm(reference):.4f}",
                    f"{max(fit.load for fit in own):.1f}"])
    about = (f"{neurons} neurons, {frames} fitted frames, sparse network; each neuron may have "
             "inputs from half of the regions, its own among them. 2 ranks of a thread, medians "
             f"of {runs} runs.")
    if against:
        about += f" In turns with {program.version(against)}."
    return rows, about


def mask(neurons, regions):
    """A file with a mask: half of the projections between regions, all within."""
    path = f"{recordings.FOLDER}/mask-{neurons}-{regions}.h5"
    random = np.random.default_rng(1)
    allowed = np.eye(regions, dtype=bool)
    for post in range(regions):
        others = np.delete(np.arange(regions), post)
        allowed[post, random.permutation(others)[:max(0, regions // 2 - 1)]] = True
    region = np.arange(neurons) * regions // neurons
    with h5py.File(path + ".part", "w") as file:
        file["mask"] = allowed[np.ix_(region, region)].astype("u1")
    os.rename(path + ".part", path)
    return f"{path}:/mask"


def model(name):
    return f"{recordings.FOLDER}/constrained-{name}.h5"


def weights(name):
    with h5py.File(model(name)) as file:
        return file["W"][:]
