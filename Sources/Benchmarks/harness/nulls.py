"""How many weights nulls find where there are none, where neurons share drives, and where there are."""
import json
import os

import h5py
import numpy as np

from . import program, recordings

LEVEL = 0.05
# The seeds from here on were not looked at while the method was chosen.
FIRST = 2100


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
    """Fits rates and compares the weights: p and q by edge, what was printed, and W."""
    os.makedirs(recordings.FOLDER, exist_ok=True)
    recording = f"{recordings.FOLDER}/nulls-{name}.h5"
    model, scores = f"{recordings.FOLDER}/nulls-model.h5", f"{recordings.FOLDER}/nulls-scores.h5"
    with h5py.File(recording, "w") as file:
        file["rates"] = rates
    threads = os.cpu_count()
    program.run("fit", recording, "-o", model, "--time-axis", 0, "--alpha", alpha, "--lambda", ridge,
                "--targets", "unclipped", "--holdout", 0.2, "--scale", scale, threads=threads)
    done = program.run("evaluate", model, "--nulls", nulls, *flags, "-o", scores, "--json",
                       threads=threads)
    told = json.loads(done.text[done.text.index("{"):])["nulls"]
    with h5py.File(scores) as file:
        p, q = np.array(file["nulls/p"]), np.array(file["nulls/q"])
    with h5py.File(model) as file:
        weights = np.array(file["W"])
    return p, q, told, weights


def spread(values, form):
    """The median and the range of those that are numbers, in a format."""
    values = [value for value in values if not np.isnan(value)]
    if not values:
        return "–"
    least, median, most = (format(x, form) for x in (min(values), np.median(values), max(values)))
    return median if least == most else f"{median} ({least} to {most})"


def named(seeds):
    """So many recordings, by their seeds."""
    return f"{seeds} recordings each, seeds {FIRST} to {FIRST + seeds - 1}"


def tests(*arguments, **more):
    """What `compared` gives by the rule, then without and with the components that it takes."""
    by_rule = compared(*arguments, **more)
    yield "by the rule", by_rule
    count = by_rule[2]["components"]
    if count:
        yield "without", compared(*arguments, *NONE, **more)
        yield "with", compared(*arguments, "--components", count, **more)


def false_positives(cases, seeds, neurons, frames):
    """Shares of p <= 0.05 and discoveries where no neuron has a connection."""
    rows = [["recording", "ridge", "nulls", "recordings", "components", "p ≤ 0.05, all",
             "by recording", "found at 5 %"]]
    for name, alpha, made, ridge, flags in cases:
        figures = {}
        for seed in range(FIRST, FIRST + seeds):
            for test, (p, q, told, _) in tests(
                    "false", made(seed, neurons, frames), ridge, *flags, alpha=alpha):
                known = ~np.isnan(p)
                figures.setdefault(test, []).append(
                    [told["components"], (p[known] <= LEVEL).mean(), (q[known] <= LEVEL).sum()])
        for test, values in figures.items():
            counts, shares, found = np.array(values, dtype=float).T
            rows.append([
                name, str(ridge), " ".join([test, *map(str, flags)]), str(len(values)),
                spread(counts, ".0f"), f"{100 * np.mean(shares):.1f} %",
                spread(100 * shares, ".1f"), spread(found, ".0f")])
    return rows, (
        f"{neurons} neurons, {frames} frames of which four fifths are fitted, 100 nulls; none of the "
        f"{neurons * (neurons - 1)} weights is there. Median (least to most) of {named(seeds)}; "
        "without and with components alone where the rule takes any.")


def power(cases, seeds, neurons):
    """What is found of sparse networks."""
    rows = [["frames", "noise", "ridge", "r of W", "nulls", "components", "power, p ≤ 0.05",
             "false, p ≤ 0.05", "found at 5 %", "of these false", "power of these"]]
    for frames, noise, ridge in cases:
        figures = {}
        for seed in range(FIRST, FIRST + seeds):
            rates, weights = sparse(seed, neurons, frames, noise=noise)
            # Rates as they are: W is that of no other scale.
            for test, (p, q, told, fitted) in tests("power", rates, ridge, scale="none"):
                known, there = ~np.isnan(p), weights != 0
                hits, found = (p <= LEVEL) & known, (q <= LEVEL) & known
                figures.setdefault(test, []).append([
                    np.corrcoef(fitted[known], weights[known])[0, 1], told["components"],
                    hits[known & there].mean(), hits[known & ~there].mean(), found.sum(),
                    (found & ~there).sum() / found.sum() if found.any() else np.nan,
                    found[known & there].mean()])
        for test, values in figures.items():
            r, *columns = np.array(values).T
            rows.append([
                str(frames), f"{noise:g}", str(ridge), spread(r, ".2f"), test,
                *map(spread, columns, (".0f", ".2f", ".3f", ".0f", ".2f", ".2f"))])
    return rows, (
        f"{neurons} neurons, a tenth of the connections, gain 3, noise in the currents; four fifths of "
        f"the frames are fitted; median (least to most) of {named(seeds)}.")


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
    *((f"{drives} drives", 0.5, lambda *a, d=drives: uncoupled(*a, 0.5, d), ridge, ())
      for drives in (1, 3, 6) for ridge in (0.03, 0.3, "auto")),
]
POWER = [(frames, noise, ridge) for frames in (1000, 3000) for noise in (0.01, 0.1, 0.5)
         for ridge in ("auto", 1e-5, 3e-4)]
