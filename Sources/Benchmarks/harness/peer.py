"""Time to the peer's quality: the published algorithm in numpy against `ganglion fit`."""
import json
import os
import subprocess
import sys

import h5py
import numpy as np

from . import program, recordings
from .statistics import median

RIDGE = 1e-5
PEER = os.path.join(os.path.dirname(__file__), "..", "peers", "cornn_peer.py")


def peer(recording, iterations, threads, more=()):
    """The published map; scored at its end, or every fifth iteration where `more` stops it."""
    command = [
        sys.executable, PEER, recording, "--lambda", str(RIDGE), "--iterations", str(iterations),
        "--score-every", str(5 if more else iterations), "--threads", str(threads),
        *map(str, more)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(result.stdout)


def quality(model, recording):
    """Pearson correlation of W with the truth off the diagonal, and the held-out error."""
    with h5py.File(recording) as file:
        truth = np.asarray(file["truth/W"], dtype=np.float64)
    with h5py.File(model) as file:
        weights = np.asarray(file["W"], dtype=np.float64)
        error = float(np.mean(file["score/mse"]))
    off = ~np.eye(len(truth), dtype=bool)
    return float(np.corrcoef(weights[off], truth[off])[0, 1]), error


def ours(recording, tolerance, threads, ranks=1):
    model = f"{recordings.FOLDER}/model.h5"
    done = program.run(
        "fit", recording, "-o", model, "--alpha", 0.1, "--lambda", RIDGE, "--scale", "none",
        "--loss", "crossentropy", "--tolerance", tolerance, threads=threads, ranks=ranks)
    return done, *quality(model, recording)


def compare(neurons, frames, iterations, runs, peer_runs, threads):
    """Rows of a table, and the sentences under it.

    Of the recording's `frames` the first four fifths are fitted. The tolerance is the
    loosest of a list at which ours is at least as good as the peer in both measures.
    """
    recording = recordings.chaotic(neurons, frames * 4 // 5)
    peers = [peer(recording, iterations, threads) for _ in range(peer_runs)]
    bar = peers[0]["curve"][-1]
    good = None
    for tolerance in (0.3, 0.1, 0.03, 0.01, 1e-3):
        _, pearson, error = ours(recording, tolerance, threads)
        if pearson >= bar["pearson"] and error <= bar["held_out_mse"]:
            good = tolerance
            break
    rows = [row(
        f"numpy, {iterations} iterations", peers, lambda p: p["total_seconds"],
        bar["pearson"], bar["held_out_mse"], peers[0]["cpu_seconds"], peers[0]["load"])]
    reference = median(p["total_seconds"] for p in peers)
    for tolerance in dict.fromkeys((good, 1e-4)):
        if tolerance is None:
            continue
        fits = [ours(recording, tolerance, threads) for _ in range(runs)]
        whole = median(fit[0].seconds for fit in fits)
        compute = median(computing(fit[0]) for fit in fits)
        rows.append([
            f"ganglion, tolerance {tolerance:g}", f"{compute:.2f}", f"{whole:.2f}",
            f"{reference / compute:.1f}", f"{reference / whole:.1f}", f"{fits[0][1]:.4f}",
            f"{fits[0][2]:.3e}", f"{median(fit[0].share_of_peak('solve') for fit in fits):.0%}",
            f"{median(fit[0].cpu for fit in fits):.1f}",
            f"{max(fit[0].load for fit in fits):.1f}"])
    header = [
        "fit", "set-up and iterations, s", "whole command, s", "times faster",
        "times faster, whole command", "Pearson of W", "held-out error", "solve, of GEMM peak",
        "CPU seconds", "load average"]
    notes = (
        f"{neurons} neurons, {frames} frames of which the last fifth is held out; "
        f"medians of {runs} runs, {peer_runs} of the peer; {threads} BLAS threads on both sides; "
        f"numpy {peers[0]['numpy']} with the {peers[0]['kernels']} kernels, "
        f"{peers[0]['seconds_per_iteration']:.2f} s an iteration.")
    return [header, *rows], notes


def row(name, runs, seconds, pearson, error, cpu, load):
    return [
        name, f"{median(map(seconds, runs)):.2f}", "", "1", "1", f"{pearson:.4f}",
        f"{error:.3e}", "", f"{cpu:.1f}", f"{load:.1f}"]


def computing(fit):
    """Seconds of what the peer's clock counts: no start-up, no files, no scores."""
    return sum(
        fit.phases[name][0] for name in ("prepare", "exchange", "gram", "factor", "solve"))
