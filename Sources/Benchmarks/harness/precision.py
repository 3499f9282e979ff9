"""Lower precision against the optimum in float64: residual, weights, prediction, time."""
import contextlib
import os

import h5py
import numpy as np

from . import choices, peer

ALPHA, TOLERANCE = 0.1, 1e-4
# What is clamped in the loss, and in the start that the residual is measured by.
MARGIN, START = 1e-6, 1e-3

# Neurons, fitted frames, lambda, loss, noise of the rates: dual, then primal.
CASES = [
    (1000, 500, 1e-3, "crossentropy", "gaussian"), (1000, 1000, 1e-5, "crossentropy", "gaussian"),
    (1000, 1000, 1e-3, "robust", "gaussian"), (500, 2500, 1e-5, "crossentropy", "gaussian"),
    (500, 2500, 1e-5, "robust", "gaussian"), (500, 5000, 1e-5, "robust", "poisson"),
]

# Name, --precision, kernel of products. `--precision float` is `mixed` in the primal form, and
# refused in the dual.
KINDS = [
    ("float64", "double", None), ("mixed, float32 products", "mixed", "avx512"),
    ("mixed, bf16 by AMX", "mixed", "amx"), ("its roundings in plain C", "mixed", "tiles"),
    ("mixed, bf16 by AVX-512", "mixed", "avx512bf16"),
    ("its roundings in plain C", "mixed", "pairs"),
]
OPTIMUM = ("--precision", "double", "--tolerance", 1e-9, "--iterations", 5000)


@contextlib.contextmanager
def products(kernel):
    """Asks for a kernel of products, which the program refuses where it cannot run it."""
    if kernel:
        os.environ["GANGLION_PRODUCTS"] = kernel
    try:
        yield
    finally:
        os.environ.pop("GANGLION_PRODUCTS", None)


def solution(case, *flags):
    """A run, W with the bias as its last column, and the mean iterations of a neuron."""
    neurons, frames, ridge, loss, noise = case
    recording, holdout = choices.generated(neurons, frames, noise, 1e-3, held_out=500)
    done, model = choices.fitted(
        recording, holdout, "--alpha", ALPHA, "--lambda", ridge, "--loss", loss, *flags)
    with model:
        weights = np.column_stack([np.asarray(model["W"], dtype=np.float64),
                                   np.asarray(model["b"], dtype=np.float64)])
        return done, weights, float(np.mean(model["diagnostics/iterations"])), recording


class Problem:
    """The largest relative optimality residual over neurons, in float64 from W alone."""

    def __init__(self, recording, case):
        _, frames, ridge, self.loss, _ = case
        with h5py.File(recording) as file:
            rates = np.asarray(file["rates"], dtype=np.float64)[:frames + 1]
        self.x = np.column_stack([rates[:-1], np.ones(frames)])
        d = (rates[1:] - (1 - ALPHA) * rates[:-1]) / ALPHA
        self.d = np.clip(d, MARGIN - 1, 1 - MARGIN)
        self.ridge = ridge * frames
        gram = self.x.T @ self.x + self.ridge * np.eye(self.x.shape[1])
        self.inverse = np.linalg.inv(gram)
        self.scale = self.norms(self.x.T @ np.arctanh(np.clip(d, START - 1, 1 - START)))

    def norms(self, gradients):
        """Square norms in the metric of the inverse without each neuron's own regressor."""
        own = np.arange(gradients.shape[1])
        gradients[own, own] = 0
        images = self.inverse @ gradients
        return (np.einsum("in,in->n", gradients, images)
                - images[own, own] ** 2 / self.inverse[own, own])

    def residual(self, weights):
        error = self.d - np.tanh(self.x @ weights.T)
        if self.loss == "robust":
            error = np.clip(error / (1 - self.d ** 2), -0.2, 0.2)
        gradients = self.x.T @ error - self.ridge * weights.T
        return float(np.sqrt(np.max(np.maximum(0, self.norms(gradients)) / self.scale)))


def distance(weights, others):
    return float(np.linalg.norm(weights - others) / np.linalg.norm(others))


def compare(cases):
    """A row for each case and kind of precision."""
    rows = [["neurons", "frames", "lambda", "loss", "noise", "precision", "iterations",
             "largest residual", "W from the optimum", "error over persistence",
             "solve, s", "set-up and iterations, s"]]
    worst = 0.0
    for case in cases:
        best, optimum, _, recording = solution(case, *OPTIMUM)
        problem = Problem(recording, case)
        rows.append(row(case, "optimum (1e-9)", best, "", problem.residual(optimum), 0.0))
        for name, precision, kernel in KINDS:
            with products(kernel):
                done, weights, iterations, _ = solution(
                    case, "--precision", precision, "--tolerance", TOLERANCE,
                    "--iterations", 1000)
            if kernel and f"GANGLION_PRODUCTS={kernel}" in done.text:
                continue  # refused on this processor
            residual = problem.residual(weights)
            worst = max(worst, residual)
            rows.append(row(case, name, done, f"{iterations:.1f}", residual,
                            distance(weights, optimum)))
    return rows, (
        f"Tolerance {TOLERANCE:g}; residuals by numpy in float64 from the weights as written, the "
        f"largest of all {worst:.1e}; distances are norms over that of W with its bias; "
        f"{os.cpu_count()} threads, one run each.")


def row(case, name, done, iterations, residual, away):
    neurons, frames, ridge, loss, noise = case
    return [
        f"{neurons}", f"{frames}", f"{ridge:g}", loss, noise, name, iterations,
        f"{residual:.1e}", f"{away:.1e}", f"{done.figure('mse / persistence'):.5f}",
        f"{done.phases['solve'][0]:.2f}", f"{peer.computing(done):.2f}"]
