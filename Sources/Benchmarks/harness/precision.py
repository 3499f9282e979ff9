"""Lower precision against float64: as many iterations, the same W?"""
import os

import numpy as np

from . import choices

# Neurons, fitted frames, lambda, loss, noise of the rates: dual, then primal.
CASES = [
    (1000, 500, 1e-3, "crossentropy", "gaussian"), (1000, 500, 1e-5, "crossentropy", "gaussian"),
    (1000, 1000, 1e-5, "crossentropy", "gaussian"), (1000, 1500, 1e-3, "crossentropy", "gaussian"),
    (2000, 1500, 1e-5, "crossentropy", "gaussian"), (1000, 1000, 1e-3, "robust", "gaussian"),
    (1000, 1000, 1e-5, "robust", "gaussian"), (500, 2500, 1e-5, "crossentropy", "gaussian"),
    (500, 2500, 1e-5, "robust", "gaussian"), (500, 5000, 1e-5, "crossentropy", "poisson"),
    (500, 5000, 1e-5, "robust", "poisson"),
]


def solution(recording, holdout, ridge, loss, precision, tolerance):
    """W, the mean iterations of a neuron, and how many neurons are not solved."""
    _, model = choices.fitted(
        recording, holdout, "--alpha", 0.1, "--lambda", ridge, "--loss", loss,
        "--precision", precision, "--tolerance", tolerance, "--iterations", 1000)
    with model:
        unsolved = int(np.sum(np.asarray(model["diagnostics/optimality"]) > tolerance))
        return (np.asarray(model["W"], dtype=np.float64),
                float(np.mean(model["diagnostics/iterations"])), unsolved)


def distance(weights, others):
    return float(np.linalg.norm(weights - others) / np.linalg.norm(others))


def compare(cases, tolerances=(1e-4, 1e-5)):
    """A row for each case and tolerance: the default against `--precision double`."""
    rows = [["neurons", "frames", "lambda", "loss", "noise", "tolerance", "iterations, double",
             "default", "ratio", "W: default from double", "double at half from twice the tolerance",
             "within", "unsolved"]]
    ratios, within = [], 0
    for neurons, frames, ridge, loss, noise in cases:
        recording, holdout = choices.generated(neurons, frames, noise, 1e-3, held_out=100)

        def solve(precision, tolerance, at=(recording, holdout, ridge, loss)):
            return solution(*at, precision, tolerance)

        for tolerance in tolerances:
            exact, iterations, _ = solve("double", tolerance)
            own, own_iterations, unsolved = solve("auto", tolerance)
            bound = distance(solve("double", tolerance / 2)[0], solve("double", 2 * tolerance)[0])
            ratios.append(own_iterations / iterations)
            within += distance(own, exact) <= bound
            rows.append([
                f"{neurons}", f"{frames}", f"{ridge:g}", loss, noise, f"{tolerance:g}",
                f"{iterations:.1f}", f"{own_iterations:.1f}", f"{ratios[-1]:.3f}",
                f"{distance(own, exact):.1e}", f"{bound:.1e}",
                "yes" if distance(own, exact) <= bound else "no", f"{unsolved}"])
    return rows, (
        f"Mean iterations over neurons; distances are norms over that of W, {os.cpu_count()} "
        f"threads. Iterations are {min(ratios):.3f} to {max(ratios):.3f} times those of "
        f"float64; W is within the bound in {within} of {len(ratios)} cases.")
