#!/usr/bin/env python3
"""The published CORNN iteration in numpy, timed: the peer of `ganglion fit`.

Written from the formulas of Dinc, Shai, Schnitzer, Tanaka (NeurIPS 2023), in the form
that was published, all neurons at once (theta: regressors x neurons, X: T x regressors):
    plain  A = X'X + lambda T I;  theta <- A^-1 X'X theta + A^-1 X'E
    admm   A = X'X + (lambda T + rho) I, which keeps the diagonal at 0;
           theta <- A^-1 X'X theta + A^-1 X'E + rho A^-1 (chi - v)
           chi <- theta + v, 0 on the diagonal;  v <- v + theta - chi
with A^-1 X'X and A^-1 X' formed beforehand, start A^-1 X' artanh d, d = (r[t+1] -
(1 - alpha) r[t]) / alpha clamped to +-(1 - 1e-6), E = (d - tanh X theta) / (1 - d^2),
samples with |E| > threshold dropped and the rest scaled by T / (number kept). float64.

JSON on standard output: seconds of the setup and of every iteration (scores excluded),
and after each scored iteration the Pearson correlation of W with /truth/W off the
diagonal and the held-out one-step error, absolute and relative to persistence.
"""
import argparse
import json
import os
import resource
import sys
import time


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recording", help="HDF5 with /rates (time, neuron), /inputs, /truth/W")
    parser.add_argument("--form", choices=["plain", "admm"], default="plain")
    parser.add_argument("--alpha", type=float, help="default: the file's attribute")
    parser.add_argument("--lambda", dest="ridge", type=float, default=1e-5, help="per frame")
    parser.add_argument("--rho", type=float, default=100, help="times lambda T")
    parser.add_argument("--threshold", type=float, default=0.2, help="0: nothing is dropped")
    parser.add_argument("--iterations", type=int, default=100)
    parser.add_argument("--holdout", type=float, default=0.2, help="last share of the frames")
    parser.add_argument("--score-every", type=int, default=5)
    parser.add_argument("--until", type=float, help="stop at this Pearson correlation of W")
    parser.add_argument("--limit", type=float, help="stop after these seconds of the clock below")
    parser.add_argument("--threads", type=int, default=1, help="BLAS threads")
    parser.add_argument("--weights", help="write W[post, pre] to this .npy file")
    return parser.parse_args()


options = arguments()
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(options.threads)

import h5py  # noqa: E402  (after the thread count is set)
import numpy as np  # noqa: E402
import threadpoolctl  # noqa: E402


def load():
    with h5py.File(options.recording) as file:
        rates = np.asarray(file["rates"], dtype=np.float64)
        inputs = np.asarray(file["inputs"], dtype=np.float64) if "inputs" in file else None
        truth = np.asarray(file["truth/W"], dtype=np.float64) if "truth/W" in file else None
        alpha = options.alpha or float(file.attrs["alpha"])
    return rates, inputs, truth, alpha


def kernels():
    """The BLAS library that numpy uses, and the processor family of its kernels."""
    return " ".join(
        f"{library['internal_api']} {library['version']} {library['architecture']}"
        for library in threadpoolctl.threadpool_info() if library["user_api"] == "blas")


def enough(curve):
    """Whether the last score, or the clock, is where the caller wanted the end."""
    return (
        options.until is not None and curve[-1].get("pearson", -1) >= options.until
        or options.limit is not None and curve[-1]["elapsed"] > options.limit)


def score_of(S, d, weight):
    """E with the dropping rule."""
    E = (d - np.tanh(S)) * weight
    if options.threshold > 0:
        kept = np.abs(E) <= options.threshold
        E[~kept] = 0
        E *= len(E) / np.maximum(kept.sum(axis=0), 1)
    return E


def main():
    load_average = os.getloadavg()[0]
    rates, inputs, truth, alpha = load()
    frames, neurons = rates.shape
    fitted = frames - int(options.holdout * frames)
    regressors = rates if inputs is None else np.hstack([rates, inputs])
    X = np.ascontiguousarray(regressors[: fitted - 1])
    transitions = len(X)
    ridge = options.ridge * transitions
    rho = options.rho * ridge if options.form == "admm" else 0.0
    limit = 1 - 1e-6
    d = np.clip((rates[1:fitted] - (1 - alpha) * rates[: fitted - 1]) / alpha, -limit, limit)
    z, weight = np.arctanh(d), 1 / (1 - d * d)

    start, cpu = time.perf_counter(), -time.process_time()
    gram = X.T @ X
    inverse = np.linalg.inv(gram + (ridge + rho) * np.eye(X.shape[1]))
    back = inverse @ X.T
    mixed = inverse @ gram
    theta = back @ z
    if options.form == "admm":
        chi, v = theta.copy(), -(ridge / rho) * theta
    setup = time.perf_counter() - start
    cpu += time.process_time()

    off_diagonal = ~np.eye(neurons, dtype=bool)
    held_from, held_to = regressors[fitted:-1], rates[fitted + 1:]

    def judged(weights):
        W = weights[:neurons].T
        entry = {}
        if truth is not None:
            entry["pearson"] = float(np.corrcoef(W[off_diagonal], truth[off_diagonal])[0, 1])
        if len(held_from):
            before = held_from[:, :neurons]
            predicted = (1 - alpha) * before + alpha * np.tanh(held_from @ weights)
            error = float(np.mean((predicted - held_to) ** 2))
            entry["held_out_mse"] = error
            entry["relative_to_persistence"] = error / float(np.mean((before - held_to) ** 2))
        return entry

    elapsed, seconds, curve = setup, [], []
    curve.append({"iteration": 0, "elapsed": elapsed, **judged(theta)})
    for iteration in range(1, options.iterations + 1):
        begin = time.perf_counter()
        cpu -= time.process_time()
        E = score_of(X @ theta, d, weight)
        theta_new = mixed @ theta + back @ E
        if options.form == "admm":
            theta_new += rho * (inverse @ (chi - v))
            chi = theta_new + v
            np.fill_diagonal(chi[:neurons], 0)
            v += theta_new - chi
        theta = theta_new
        seconds.append(time.perf_counter() - begin)
        cpu += time.process_time()
        elapsed += seconds[-1]
        if iteration % options.score_every == 0 or iteration == options.iterations:
            curve.append({
                "iteration": iteration, "elapsed": elapsed,
                **judged(chi if options.form == "admm" else theta)})
            print(f"iteration {iteration}: {curve[-1]}", file=sys.stderr)
            if enough(curve):
                break
    if options.weights:
        np.save(options.weights, (chi if options.form == "admm" else theta)[:neurons].T)
    print(json.dumps({
        "form": options.form, "neurons": neurons, "transitions": transitions, "alpha": alpha,
        "lambda": options.ridge, "rho": rho, "threshold": options.threshold,
        "threads": options.threads, "numpy": np.__version__, "kernels": kernels(),
        "load": load_average, "setup_seconds": setup,
        "seconds_per_iteration": float(np.median(seconds)) if seconds else None,
        "total_seconds": elapsed, "cpu_seconds": cpu, "curve": curve,
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }))


main()
