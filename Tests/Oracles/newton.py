#!/usr/bin/env python3
"""Solves a small CORNN fit by dense Newton steps, one neuron at a time: a test oracle.

Neuron i minimises, over w (without w_ii), w_in and b,
    sum_t phi(s_t; d_t) + (lambda T / 2) (|w|^2 + |w_in|^2 + b^2),   s = X w + U w_in + b,
with d = (r[t+1] - (1 - alpha) r[t]) / alpha clamped to +-(1 - 1e-6), T the number of
transitions, q = 1 - d^2, and the score E = -phi'(s):
    crossentropy  E = d - tanh s
    robust        E = (d - tanh s) / q, clipped to +-threshold
    noise-aware   E = q / (q^2 + k^2) (d - tanh s), clipped to +-threshold
Written for plainness: direct formulas, the whole Hessian, float64. JSON on standard
output: W[post][pre], W_in, b, objective per neuron (phi = 0 at tanh s = d), and the
optimality residual |gradient|_inf / (lambda T max|theta| + |X'E|_inf).
"""
import argparse
import json
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import h5py  # noqa: E402  (after the thread count is set)
import numpy as np  # noqa: E402


def log_cosh(s):
    return np.abs(s) + np.log1p(np.exp(-2 * np.abs(s))) - np.log(2)


class Loss:
    """phi, E and phi'' of one neuron's samples with targets d."""

    def __init__(self, name, d, threshold, k):
        q = 1 - d * d
        self.d, self.z = d, np.arctanh(d)
        self.weight = {
            "crossentropy": np.ones_like(d), "robust": 1 / q, "noise-aware": q / (q * q + k * k)
        }[name]
        self.threshold = np.inf if name == "crossentropy" else threshold

    def inside(self, s):
        return self.weight * (log_cosh(s) - log_cosh(self.z) - self.d * (s - self.z))

    def phi(self, s):
        """Inside, or the tangent at the bend s_b where w (d - tanh s_b) = +-threshold."""
        raw = self.weight * (self.d - np.tanh(s))
        clipped = np.clip(raw, -self.threshold, self.threshold)
        over = np.abs(raw) > self.threshold
        bend = np.where(over, np.arctanh(np.where(over, self.d - clipped / self.weight, 0)), s)
        return self.inside(bend) - clipped * (s - bend)

    def score(self, s):
        raw = self.weight * (self.d - np.tanh(s))
        return np.clip(raw, -self.threshold, self.threshold)

    def second(self, s):
        raw = self.weight * (self.d - np.tanh(s))
        return np.where(np.abs(raw) <= self.threshold, self.weight * (1 - np.tanh(s) ** 2), 0)


def minimise(loss, X, ridge):
    """Newton steps with backtracking on the objective, then on the gradient."""

    def gradient(theta):
        return ridge * theta - X.T @ loss.score(X @ theta)

    def objective(theta):
        return loss.phi(X @ theta).sum() + 0.5 * ridge * theta @ theta

    def residual(theta):
        pull = X.T @ loss.score(X @ theta)
        scale = ridge * np.abs(theta).max() + np.abs(pull).max()
        return np.abs(ridge * theta - pull).max() / max(scale, 1e-300)

    theta = np.linalg.solve(X.T @ X + ridge * np.eye(X.shape[1]), X.T @ np.clip(loss.z, -3, 3))
    for _ in range(120):
        if residual(theta) < 1e-13:
            break
        g = gradient(theta)
        curvature = loss.second(X @ theta)
        step = np.linalg.solve(X.T @ (curvature[:, None] * X) + ridge * np.eye(len(g)), -g)
        now, t = objective(theta), 1.0
        while t > 1e-12:
            trial = theta + t * step
            descends = objective(trial) <= now + 1e-4 * t * (g @ step)
            if descends or np.abs(gradient(trial)).max() < 0.5 * np.abs(g).max():
                break
            t *= 0.5
        if t <= 1e-12:
            break
        theta = theta + t * step
    return theta, objective(theta), residual(theta)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recording", help="HDF5 with /rates (time, neuron), /inputs (time, input)")
    parser.add_argument("--alpha", type=float, help="default: the file's attribute")
    parser.add_argument("--lambda", dest="ridge", type=float, default=1e-3, help="per frame")
    parser.add_argument(
        "--loss", choices=["crossentropy", "robust", "noise-aware"], default="crossentropy")
    parser.add_argument("--threshold", type=float, default=0.2)
    parser.add_argument("-k", type=float, default=0.1, help="noise ratio of noise-aware")
    parser.add_argument("--frames", type=int, help="fit the first so many frames only")
    parser.add_argument("--no-bias", action="store_true")
    parser.add_argument("--self-connections", action="store_true")
    parser.add_argument("--margin", type=float, default=1e-6, help="|d| is clamped to 1 - this")
    options = parser.parse_args()

    with h5py.File(options.recording) as file:
        rates = np.asarray(file["rates"], dtype=np.float64)
        inputs = np.asarray(file["inputs"], dtype=np.float64) if "inputs" in file else None
        alpha = options.alpha or float(file.attrs["alpha"])
    rates = rates[: options.frames]
    frames, neurons = rates.shape
    transitions = frames - 1
    columns = [rates[:-1]]
    if inputs is not None:
        columns.append(inputs[: frames - 1])
    if not options.no_bias:
        columns.append(np.ones((transitions, 1)))
    X = np.hstack(columns)
    limit = 1 - options.margin
    targets = np.clip((rates[1:] - (1 - alpha) * rates[:-1]) / alpha, -limit, limit)

    theta = np.zeros((neurons, X.shape[1]))
    objective, residual = np.zeros(neurons), np.zeros(neurons)
    for i in range(neurons):
        kept = np.ones(X.shape[1], dtype=bool)
        kept[i] = options.self_connections
        loss = Loss(options.loss, targets[:, i], options.threshold, options.k)
        theta[i, kept], objective[i], residual[i] = minimise(
            loss, X[:, kept], options.ridge * transitions)
    last = X.shape[1] if options.no_bias else X.shape[1] - 1
    print(json.dumps({
        "W": theta[:, :neurons].tolist(), "W_in": theta[:, neurons:last].tolist(),
        "b": [] if options.no_bias else theta[:, -1].tolist(),
        "objective": objective.tolist(), "residual": residual.tolist(),
        "transitions": transitions, "alpha": alpha, "lambda": options.ridge,
        "loss": options.loss,
    }))


if __name__ == "__main__":
    main()
