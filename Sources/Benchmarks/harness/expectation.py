"""What a fit with some skill foresees of pulses: networks with noise, and with cells unseen."""
import os
import statistics

import h5py
import numpy as np

from . import program, recordings
from .perturbation import KICK, responses

AHEAD = (1, 3, 10)
LEAK = 0.1
# Of each kind, from little to much: the noise of the currents, that of the measurement of rates
# (standard deviations), and the share of the network's cells that is seen.
CASES = [("current noise", 0.01, 0, 1), ("current noise", 0.1, 0, 1), ("current noise", 0.3, 0, 1),
         ("current noise", 1.0, 0, 1), ("measurement noise", 0.01, 0.01, 1),
         ("measurement noise", 0.01, 0.05, 1), ("half of the cells", 0.01, 0, 0.5),
         ("half of the cells", 0.3, 0, 0.5)]


def recording(neurons, frames, gain, currents, measured, seen, seed):
    """The file of the rates that are seen, the true rates, and the true weights."""
    every = round(neurons / seen)
    path = f"{recordings.FOLDER}/expectation.h5"
    program.run("generate", "chaotic", "--neurons", every, "--frames", frames, "--gain", gain,
                "--alpha", LEAK, "--input-noise", currents, "--seed", seed, "-o", path)
    with h5py.File(path) as file:
        rates = np.asarray(file["rates"], dtype=np.float64)
        weights = np.asarray(file["truth/W"], dtype=np.float64)
    noise = np.random.default_rng(seed).normal(size=(frames, neurons))
    given = path.replace(".h5", ".npy")
    np.save(given, np.clip(rates[:, :neurons] + measured * noise, -0.999, 0.999))
    return given, rates, weights


def one(neurons, frames, gain, case, seed):
    """Error over persistence of the fit, and by frames ahead the correlation of its responses."""
    given, rates, weights = recording(neurons, frames, gain, *case[1:], seed)
    model = given.replace(".npy", "-model.h5")
    program.run("fit", given, "--time-axis", 0, "--rate", 10, "--scale", "none", "-o", model)
    with h5py.File(model) as file:
        scored = np.isfinite(np.asarray(file["score/persistence_mse"]))
        error = (np.asarray(file["score/mse"])[scored].sum()
                 / np.asarray(file["score/persistence_mse"])[scored].sum())
    other = ~np.eye(neurons, dtype=bool)
    found = []
    for ahead in AHEAD:
        result = given.replace(".npy", "-responses.h5")
        program.run("perturb", model, "--read-out", 0, "--horizon", ahead, "--amount", KICK,
                    "--start-frame", frames - 1 - max(AHEAD), "-o", result)
        with h5py.File(result) as file:
            predicted = np.asarray(file["response_of_cells"])
            start = rates[int(file["start"][0])]
        true = responses(weights, start, ahead)[:neurons, :neurons]
        found.append(float(np.corrcoef(predicted[other], true[other])[0, 1]))
    return float(error), found


def compare(neurons, lengths, gains, seeds):
    """A row for each length and kind of what spoils a fit, and one for all of a length."""
    os.makedirs(recordings.FOLDER, exist_ok=True)
    rows = [["fitted frames a neuron", "with", "runs", "error / persistence",
             *(f"{ahead} ahead" for ahead in AHEAD)]]
    for frames in lengths:
        runs = [(case[0], *one(neurons, frames, gain, case, seed))
                for case in CASES for gain in gains for seed in seeds]
        rows += [row(frames / neurons, kind, [run for run in runs if run[0] == kind])
                 for kind in dict.fromkeys(run[0] for run in runs)]
        rows.append(row(frames / neurons, "any of these", runs))
    return rows, (
        f"{neurons} seen neurons of chaotic networks with gains {', '.join(map(str, gains))} and a "
        f"leak of {LEAK}, {len(seeds)} seeds, `fit` with its default settings (leak and ridge are "
        f"chosen): correlation of predicted and true responses to +{KICK} in the rate of each "
        "cell, over all other seen cells and all pulses; median (least to most) of the runs.")


def row(frames, kind, runs):
    """What some runs gave: errors over those of persistence, correlations by frames ahead."""
    def spread(values):
        return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"
    return [f"{0.8 * frames:.3g}", kind, f"{len(runs)}", spread([run[1] for run in runs]),
            *(spread([run[2][place] for run in runs]) for place in range(len(AHEAD)))]
