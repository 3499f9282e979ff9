"""Does a fit foresee what a pulse into a cell does? Against the true network, run here in NumPy."""
import os
import statistics

import h5py
import numpy as np

from . import program, recordings

KICK = 0.5
ALPHA = 0.1
AHEAD = (1, 3, 10)


def responses(weights, start, ahead):
    """Responses (neuron, candidate) of the true network without noise, a kick into each rate."""
    kicked = start[:, None] + KICK * np.eye(len(start))
    rest = start[:, None].copy()
    for _ in range(ahead):
        kicked = (1 - ALPHA) * kicked + ALPHA * np.tanh(weights @ kicked)
        rest = (1 - ALPHA) * rest + ALPHA * np.tanh(weights @ rest)
    return kicked - rest


def correlations(neurons, frames, seed):
    """Correlation of predicted and true responses of the other cells by frames ahead; that of W."""
    path = f"{recordings.FOLDER}/perturbation-{neurons}-{frames}-{seed}.h5"
    model = path.replace(".h5", "-model.h5")
    threads = os.cpu_count()
    program.run("generate", "chaotic", "--neurons", neurons, "--frames", frames, "--seed", seed,
                "-o", path, threads=threads)
    program.run("fit", path, "-o", model, "--alpha", ALPHA, threads=threads)
    with h5py.File(path) as file:
        rates = np.asarray(file["rates"], dtype=np.float64)
        weights = np.asarray(file["truth/W"], dtype=np.float64)
    other = ~np.eye(neurons, dtype=bool)
    found = []
    for ahead in AHEAD:
        result = path.replace(".h5", "-responses.h5")
        program.run("perturb", model, "--read-out", 0, "--horizon", ahead, "--amount", KICK,
                    "--start-frame", frames - 1 - max(AHEAD), "-o", result, threads=threads)
        with h5py.File(result) as file:
            predicted = np.asarray(file["response_of_cells"])
            start = rates[int(file["start"][0])]
        true = responses(weights, start, ahead)
        found.append(float(np.corrcoef(predicted[other], true[other])[0, 1]))
    with h5py.File(model) as file:
        found.append(float(np.corrcoef(np.asarray(file["W"])[other], weights[other])[0, 1]))
    return found


def seconds(neurons, runs):
    """Wall time of the responses of all cells 10 frames ahead on 2 ranks, start included."""
    path = f"{recordings.FOLDER}/perturbation-large.h5"
    model = path.replace(".h5", "-model.h5")
    program.run("generate", "chaotic", "--neurons", neurons, "--frames", neurons, "-o", path,
                threads=os.cpu_count())
    program.run("fit", path, "-o", model, "--alpha", ALPHA, "--lambda", 1e-3, threads=os.cpu_count())
    return statistics.median(
        program.run("perturb", model, "--read-out", 0, "--horizon", 10, ranks=2).seconds
        for _ in range(runs))


def compare(neurons, lengths, seeds, large, runs):
    os.makedirs(recordings.FOLDER, exist_ok=True)
    rows = [["frames", "fitted frames a neuron", *(f"{ahead} ahead" for ahead in AHEAD), "W"]]
    for frames in lengths:
        every = np.array([correlations(neurons, frames, seed) for seed in seeds])
        cells = [f"{np.median(column):.2f} ({column.min():.2f} to {column.max():.2f})"
                 for column in every.T]
        rows.append([f"{frames}", f"{0.8 * frames / neurons:.3g}", *cells])
    return rows, (
        f"{neurons} neurons, {len(seeds)} seeds, `fit --alpha {ALPHA}`: correlation of predicted "
        f"and true responses to +{KICK} in the rate of each cell, over all other cells and all "
        "pulses, from a frame of the held-out part; median (least to most). "
        f"All responses of {large} cells 10 frames ahead on 2 ranks: {seconds(large, runs):.2f} s "
        "for the whole command.")
