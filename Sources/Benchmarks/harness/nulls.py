"""How many weights nulls find where there are none, where neurons share drives, and where there are."""
import json
import os
import time

import h5py
import numpy as np

from . import program, recordings

LEVEL = 0.05
# The seeds from here on were not looked at while the method was chosen.
FIRST = 2000


def series(random, count, frames, memory):
    """Autocorrelated series of variance 1, count x frames."""
    values = np.empty((count, frames))
    memory = np.broadcast_to(memory, count)
    value = random.standard_normal(count)
    for t in range(frames):
        value = memory * value + np.sqrt(1 - memory**2) * random.standard_normal(count)
        values[:, t] = value
    return values


def uncoupled(seed, neurons, frames, memory, drives=0, drive_memory=0.95):
    """Neurons without connections, under drives that they share: frames x neurons in (-1, 1).

    Drives that last longer than the neurons' own memory are predicted by all neurons: they are
    what makes weights between any two.
    """
    random = np.random.default_rng(seed)
    if memory == "mixed":
        memory = random.uniform(0.5, 0.98, neurons)
    rates = series(random, neurons, frames, memory)
    if drives:
        rates += random.standard_normal((neurons, drives)) @ series(
            random, drives, frames, drive_memory)
    return np.tanh(0.3 * rates).T


def sparse(seed, neurons, frames, share=0.1, gain=3, alpha=0.1, noise=1e-2):
    """A chaotic network with a tenth of its connections; its rates and W."""
    random = np.random.default_rng(seed)
    weights = random.standard_normal((neurons, neurons)) * gain / np.sqrt(share * neurons)
    weights *= random.random((neurons, neurons)) < share
    np.fill_diagonal(weights, 0)
    rates = np.empty((frames, neurons))
    state = random.uniform(-1, 1, neurons)
    for t in range(frames):
        rates[t] = state
        current = weights @ state + noise * random.standard_normal(neurons)
        state = (1 - alpha) * state + alpha * np.tanh(current)
    return rates, weights


def compared(name, rates, ridge, *flags, alpha=0.1, nulls=100, scale="zscore-tanh"):
    """Fits rates and compares the weights: p and q by edge, what was printed, seconds of both."""
    os.makedirs(recordings.FOLDER, exist_ok=True)
    recording = f"{recordings.FOLDER}/nulls-{name}.h5"
    model, scores = f"{recordings.FOLDER}/nulls-model.h5", f"{recordings.FOLDER}/nulls-scores.h5"
    with h5py.File(recording, "w") as file:
        file["rates"] = rates
    threads = os.cpu_count()
    start = time.perf_counter()
    program.run("fit", recording, "-o", model, "--time-axis", 0, "--alpha", alpha, "--lambda", ridge,
                "--targets", "unclipped", "--holdout", 0.2, "--scale", scale, threads=threads)
    between = time.perf_counter()
    done = program.run("evaluate", model, "--nulls", nulls, *flags, "-o", scores, "--json",
                       threads=threads)
    seconds = between - start, time.perf_counter() - between
    told = json.loads(done.text[done.text.index("{"):])["nulls"]
    with h5py.File(scores) as file:
        p, q = np.array(file["nulls/p"]), np.array(file["nulls/q"])
    return p, q, told, seconds


def spread(values, form):
    """The median and the range of some numbers, in a format."""
    least, median, most = (format(x, form) for x in (min(values), np.median(values), max(values)))
    return median if least == most else f"{median} ({least} to {most})"


def named(seeds):
    """So many recordings, by their seeds."""
    return f"{seeds} recordings each, seeds {FIRST} to {FIRST + seeds - 1}"


def false_positives(cases, seeds, neurons, frames):
    """Shares of p <= 0.05 and discoveries where no neuron has a connection."""
    rows = [["recording", "ridge", "flags", "components", "p ≤ 0.05, all", "by recording",
             "found at 5 %"]]
    for name, alpha, made, ridge, flags in cases:
        shares, found, counts = [], [], []
        for seed in range(FIRST, FIRST + seeds):
            p, q, told, _ = compared(
                "false", made(seed, neurons, frames), ridge, *flags, alpha=alpha)
            known = ~np.isnan(p)
            shares.append((p[known] <= LEVEL).mean())
            found.append(int((q[known] <= LEVEL).sum()))
            counts.append(told["components"])
        rows.append([
            name, f"{ridge:g}", " ".join(map(str, flags)) or "–",
            spread(counts, ".0f"), f"{100 * np.mean(shares):.1f} %",
            spread(100 * np.array(shares), ".1f"), spread(found, ".0f")])
    return rows, (
        f"{neurons} neurons, {frames} frames of which four fifths are fitted, 100 nulls; none of the "
        f"{neurons * (neurons - 1)} weights is there. Median (least to most) of {named(seeds)}.")


def power(cases, seeds, neurons):
    """What is found of sparse networks."""
    rows = [["frames", "ridge", "flags", "components", "power, p ≤ 0.05", "false, p ≤ 0.05",
             "found at 5 %", "of these false", "power of these"]]
    for frames, ridge, flags in cases:
        figures = []
        for seed in range(FIRST, FIRST + seeds):
            rates, weights = sparse(seed, neurons, frames)
            # Rates as they are: W is that of no other scale.
            p, q, told, _ = compared("power", rates, ridge, *flags, scale="none")
            known, there = ~np.isnan(p), weights != 0
            hits, found = (p <= LEVEL) & known, (q <= LEVEL) & known
            figures.append([
                told["components"], hits[known & there].mean(), hits[known & ~there].mean(),
                found.sum(), (found & ~there).sum() / max(1, found.sum()),
                found[known & there].mean()])
        columns = np.array(figures, dtype=float).T
        rows.append([
            str(frames), f"{ridge:g}", " ".join(map(str, flags)) or "–",
            *map(spread, columns, (".0f", ".2f", ".3f", ".0f", ".2f", ".2f"))])
    return rows, (
        f"{neurons} neurons, a tenth of the connections, gain 3, noise 0.01 in the currents; "
        f"median (least to most) of {named(seeds)}.")


def cost(sizes):
    """Seconds of 100 nulls beside those of the fit that chooses leak and ridge."""
    rows = [["neurons", "frames", "fit", "evaluate", "evaluate with 100 nulls", "nulls / fit"]]
    for neurons, frames in sizes:
        path = recordings.chaotic(neurons, frames)
        model = f"{recordings.FOLDER}/nulls-model.h5"
        threads = os.cpu_count()
        fit = program.run("fit", path, "-o", model, "--alpha", "auto", threads=threads).seconds
        plain = program.run("evaluate", model, threads=threads).seconds
        nulls = program.run("evaluate", model, "--nulls", 100, threads=threads).seconds
        rows.append([str(neurons), str(frames), f"{fit:.1f} s", f"{plain:.1f} s", f"{nulls:.1f} s",
                     f"{(nulls - plain) / fit:.1f}"])
    return rows, "Chaotic networks; `fit --alpha auto`, wall time of the whole commands."


SHIFT, NONE = ("--null", "shift"), ("--components", 0)
FALSE = [
    *((f"memory {memory}", 0.1, lambda *a, m=memory: uncoupled(*a, m), 0.03, flags)
      for memory in (0.5, 0.9, 0.98, "mixed") for flags in ((), SHIFT)),
    *((f"{drives} drives", 0.5, lambda *a, d=drives: uncoupled(*a, 0.5, d),
       ridge, flags)
      for drives in (1, 3, 6) for ridge in (0.03, 0.3) for flags in (NONE, ())),
]
POWER = [(frames, ridge, flags) for frames, ridge in ((1000, 3e-4), (3000, 3e-4), (3000, 3e-3))
         for flags in (NONE, ("--components", 3), ())]
