"""SOFO by the iteration: against JAX, over ranks, against sizes, and its memory."""
import json
import os
import subprocess
import sys

import h5py
import numpy as np

from . import program, recordings
from .statistics import exponent, median

PEER = os.path.join(os.path.dirname(__file__), "..", "peers", "sofo_peer.py")

LORENZ = {"hidden": 400, "tangents": 128, "batch": 256, "steps": 50}
RNN = {"hidden": 128, "tangents": 64, "batch": 64, "steps": 512}


def jax(case, size, iterations, threads, optimizer="sofo"):
    """JAX's own seconds of an iteration, compilation excluded."""
    command = [
        sys.executable, PEER, case, "--optimizer", optimizer, "--iterations", str(iterations),
        "--threads", str(threads), "--eval-every", str(iterations)]
    for name, value in size.items():
        command += [f"--{name}", str(value)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(result.stdout)


def signals(steps):
    """Eight trials of random inputs and targets, two of each, for the vanilla network."""
    path = f"{recordings.FOLDER}/signals-{steps}.h5"
    os.makedirs(recordings.FOLDER, exist_ok=True)
    if not os.path.exists(path):
        generator = np.random.default_rng(1)
        with h5py.File(path, "w") as file:
            file["inputs"] = generator.normal(size=(8 * steps, 2))
            file["targets"] = 0.5 * generator.normal(size=(8 * steps, 2))
    return path


def flags(case, size):
    """The network that the peer runs, every tensor moving along every direction."""
    sizes = [text for name, value in size.items() for text in (f"--{name}", value)]
    if case == "lorenz":
        return ["lorenz", "--cell", "published", *sizes]
    path = signals(size["steps"])
    return ["teacher", "--targets", f"{path}:/targets", "--drive", f"{path}:/inputs",
            "--leak", 1, *sizes]


SOFO = ("--tangent-kind", "gaussian", "--damping-rule", "relative")
MIXED = ("--precision", "mixed")
VARIANTS = {
    "lorenz": ("block-local directions, 18 candidates (default)",
               ("--tangent-kind", "block-local", "--damping-rule", "search")),
    "rnn": ("rank-one directions, otherwise the same",
            ("--tangent-kind", "rank-one", "--damping-rule", "relative"))}


def train(case, size, iterations, *more, ranks=1, threads=1):
    """A short run: its report, and the median seconds of an iteration, data included."""
    os.makedirs(recordings.FOLDER, exist_ok=True)
    path = f"{recordings.FOLDER}/train.h5"
    done = program.run(
        "train", *flags(case, size), "--iterations", iterations, "--eval-every", 1000,
        "--held-out", 32, *more, "-o", path, ranks=ranks, threads=threads)
    with h5py.File(path) as file:
        elapsed = np.asarray(file["log/elapsed"])
    return done, median(np.diff(elapsed))


def against_jax(case, size, iterations, runs, threads):
    """An iteration of JAX on all cores, and of ours on as many ranks of one thread."""
    rows = [["program", "s an iteration", "times faster", "tangents, GFLOP/s", "of GEMM peak",
             "load average"]]
    variants = {
        "the same step": SOFO, "the same step, products in bfloat16": (*SOFO, *MIXED),
        VARIANTS[case][0]: VARIANTS[case][1]}
    others, ours = [], {label: [] for label in variants}
    for _ in range(runs):
        load = os.getloadavg()[0]
        others.append((jax(case, size, iterations, threads), load))
        for label, more in variants.items():
            ours[label].append(train(case, size, iterations, *more, ranks=threads))
    peer = median(one["seconds_per_iteration"] for one, _ in others)
    rows.append([f"JAX {others[0][0]['jax']}", f"{peer:.4f}", "1", "", "",
                 f"{max(load for _, load in others):.1f}"])
    for label, results in ours.items():
        pace = median(seconds for _, seconds in results)
        rows.append([
            f"ganglion, {label}", f"{pace:.4f}", f"{peer / pace:.2f}",
            f"{median(done.phases['tangents'][1] for done, _ in results):.0f}",
            f"{median(done.share_of_peak('tangents') for done, _ in results):.0%}",
            f"{max(done.load for done, _ in results):.1f}"])
    about = ", ".join(f"{name} {value}" for name, value in size.items())
    return rows, (
        f"{case}: {about}, float32; medians of {runs} runs of {iterations} iterations each; JAX "
        f"on {threads} cores, ours on {threads} ranks of one thread. Ours includes the making of "
        "the data and the test of the step on the batch, JAX's does not.")


def ranks(cases, iterations, runs):
    """1 rank and 2 ranks of one thread each."""
    rows = [["network", "ranks", "grid", "s an iteration", "times faster", "tangents, s",
             "reduce, s", "tangents, of GEMM peak", "load average"]]
    for case, size in cases:
        single = None
        for count, grid in ((1, "1x1"), (2, "2x1"), (2, "1x2")):
            results = [
                train(case, size, iterations, *SOFO, "--grid", grid, ranks=count)
                for _ in range(runs)]
            pace = median(seconds for _, seconds in results)
            single = single or pace
            rows.append([
                f"{case}, n {size['hidden']}", f"{count}", grid, f"{pace:.4f}",
                f"{single / pace:.2f}",
                f"{median(done.phases['tangents'][0] for done, _ in results) / iterations:.4f}",
                f"{median(done.phases['reduce'][0] for done, _ in results) / iterations:.4f}",
                f"{median(done.share_of_peak('tangents') for done, _ in results):.0%}",
                f"{max(done.load for done, _ in results):.1f}"])
    return rows, f"One thread a rank; medians of {runs} runs of {iterations} iterations."


def cost(base, sweeps, iterations):
    """Seconds of an iteration against T, K and n, on one thread."""
    rows = [["swept", "T", "K", "n", "s an iteration", "tangents, s", "solve, s",
             "tangents, of GEMM peak"]]
    notes = []
    for name, label, flops_exponent, values in sweeps:
        paces = []
        for value in values:
            size = {**base, name: value}
            done, pace = train("rnn", size, iterations, *SOFO)
            paces.append(pace)
            rows.append([
                label, f"{size['steps']}", f"{size['tangents']}", f"{size['hidden']}",
                f"{pace:.4f}", f"{done.phases['tangents'][0] / iterations:.4f}",
                f"{done.phases['solve'][0] / iterations:.4f}",
                f"{done.share_of_peak('tangents'):.0%}"])
        notes.append(
            f"exponent in {label} {exponent(values, paces):.2f} (flop count: {flops_exponent}), "
            f"{exponent(values[-2:], paces[-2:]):.2f} between the last two")
    return rows, (
        f"Vanilla network, batch {base['batch']}, one rank of one thread; " + "; ".join(notes) + ".")


def memory(size, lengths, iterations):
    """Peak memory and time against T, for SOFO and for Adam's tape."""
    rows = [["T", "SOFO, peak MB", "work space, MB", "s an iteration", "Adam, peak MB",
             "work space, MB", "s an iteration"]]
    peaks = {"sofo": [], "adam": []}
    for steps in lengths:
        row = [f"{steps}"]
        for optimizer in peaks:
            more = SOFO if optimizer == "sofo" else ("--optimizer", "adam")
            # Adam has no directions.
            used = {name: value for name, value in size.items()
                    if optimizer == "sofo" or name != "tangents"}
            path = f"{recordings.FOLDER}/memory-{optimizer}-{steps}.h5"
            done, pace = train("rnn", {**used, "steps": steps}, iterations, *more)
            os.replace(f"{recordings.FOLDER}/train.h5", path)
            with h5py.File(path) as file:
                peak, work = file.attrs["peak_memory"], file.attrs["work_space"]
            peaks[optimizer].append(peak)
            row += [f"{peak / 1e6:.1f}", f"{work / 1e6:.1f}", f"{pace:.4f}"]
        rows.append(row)
    growth = {name: values[-1] / values[0] for name, values in peaks.items()}
    return rows, (
        f"Vanilla network, n {size['hidden']}, K {size['tangents']}, B {size['batch']}; one rank "
        f"of one thread. From T {lengths[0]} to {lengths[-1]} the peak grows by a factor of "
        f"{growth['sofo']:.3f} with SOFO, {growth['adam']:.2f} with Adam. "
        f"`Scripts/figures {os.path.basename(recordings.FOLDER)}/memory-*.h5` draws it.")
