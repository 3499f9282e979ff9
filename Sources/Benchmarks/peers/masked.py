"""Iterations under masks that all differ: an iterated projection, a truncated one, and ADMM.

Where the factors of the masks are unaffordable, all need two products with X and one with an
inverse an iteration, (4 T M + 2 M²) flops a neuron. The iterated projection is what `ganglion
fit` does then: the gradient on the allowed weights is preconditioned by the solution of
A[a,a] p = g by inner conjugate gradients to a tenth of the error, each step of which takes
2 M² + min(2 M², 4 T M) flops more. The truncated one takes the block of the whole inverse
instead; ADMM is that of cornn.md 1, in increments. Usage: masked.py [--neurons N] [--frames T]
"""
import argparse
import functools

import numpy as np


def recording(neurons, frames, seed=1, alpha=0.1):
    random = np.random.default_rng(seed)
    W = random.normal(0, 3 / np.sqrt(neurons), (neurons, neurons))
    np.fill_diagonal(W, 0)
    rates = np.empty((frames + 1, neurons))
    now = random.uniform(-1, 1, neurons)
    for t in range(frames + 1):
        rates[t] = now
        drive = np.tanh(W @ now + random.normal(0, 1e-2, neurons))
        now = (1 - alpha) * now + alpha * (drive + random.normal(0, 1e-3, neurons))
    d = (rates[1:] - (1 - alpha) * rates[:-1]) / alpha
    return rates[:-1], np.clip(d, -1 + 1e-6, 1 - 1e-6)


def crossentropy(d):
    def loss(S):
        return (np.logaddexp(S, -S) - np.log(2) - d * S).sum(0)
    return loss, lambda S: d - np.tanh(S), lambda S: 1 - np.tanh(S) ** 2


def robust(d, threshold=0.2):
    """Clipped errors of the currents; its loss is the integral, here from its slope by the
    closed form inside the clip, linear outside."""
    q, z = 1 - d * d, np.arctanh(d)

    def raw(S):
        return (d - np.tanh(S)) / q

    # The clip is passed where tanh s = d -+ threshold q.
    low = np.arctanh(np.clip(d - threshold * q, -1 + 1e-15, 1 - 1e-15))
    high = np.arctanh(np.clip(d + threshold * q, -1 + 1e-15, 1 - 1e-15))

    def inside(S):
        return (np.logaddexp(S, -S) - d * S) / q

    base = inside(z)

    def loss(S):
        T = np.clip(S, low, high)
        return (inside(T) - base + threshold * np.abs(S - T)).sum(0)
    return loss, lambda S: np.clip(raw(S), -threshold, threshold), lambda S: np.where(
        np.abs(raw(S)) < threshold, (1 - np.tanh(S) ** 2) / q, 0)


def block(A, inverse, allowed):
    """The truncated projection."""
    return lambda g, count: allowed * (inverse @ g)


def inner(A, inverse, allowed, steps=60, remainder=1e-2, start=(120, 1e-6)):
    """The iterated projection; the first, of the ridge solution, is more exact."""
    def solve(g, count):
        limit, share = (steps, remainder) if count else start
        p, r, z = 0 * g, g, allowed * (inverse @ g)
        q, square = z, (g * z).sum(0)
        enough = share * square
        for _ in range(limit):
            Aq = allowed * (A @ q)
            step = square / np.maximum((q * Aq).sum(0), 1e-300)
            p, r = p + step * q, r - step * Aq
            z = allowed * (inverse @ r)
            square, old = (r * z).sum(0), square
            q = z + square / np.maximum(old, 1e-300) * q
            count.append(1)
            if (square <= enough).all():
                break
        return p
    return solve


def gradients(X, d, allowed, lam, make, iterations, projection):
    """Polak-Ribiere+ directions, one Newton step and halving along S; F after each iteration, and
    inner steps."""
    loss, slope, curvature = make(d)
    A = X.T @ X + lam * np.eye(X.shape[1])
    project, count, counts = projection(A, np.linalg.inv(A), allowed), [], []
    theta = project(allowed * (X.T @ np.arctanh(np.clip(d, -1 + 1e-3, 1 - 1e-3))), count)
    S = X @ theta
    F = loss(S) + lam / 2 * (theta ** 2).sum(0)
    trace, g_old, z_old, p = [F], None, None, 0
    for _ in range(iterations):
        g = allowed * (X.T @ slope(S) - lam * theta)
        z = project(g, count)
        gz = (g * z).sum(0)
        beta = 0 if g_old is None else np.maximum(
            0, (gz - (z * g_old).sum(0)) / np.maximum((g_old * z_old).sum(0), 1e-300))
        p = z + beta * p
        p = np.where((p * g).sum(0) > 0, p, z)
        Sp, gp = X @ p, (g * p).sum(0)
        step = gp / np.maximum((Sp ** 2 * curvature(S)).sum(0) + lam * (p ** 2).sum(0), 1e-300)
        for _ in range(30):
            new = loss(S + step * Sp) + lam / 2 * ((theta + step * p) ** 2).sum(0)
            bad = new > F - 1e-4 * step * gp + 1e-12 * abs(F)
            if not bad.any():
                break
            step = np.where(bad, 0.4 * step, step)
        step = np.where(bad, 0, step)
        theta, S = theta + step * p, S + step * Sp
        F = loss(S) + lam / 2 * (theta ** 2).sum(0)
        trace.append(F)
        counts.append(len(count))
        g_old, z_old = g, z
    return np.array(trace), counts


def admm(X, d, allowed, lam, make, iterations, rho):
    """F of the masked variable after each iteration."""
    loss, slope, _ = make(d)
    inverse = np.linalg.inv(X.T @ X + (lam + rho) * np.eye(X.shape[1]))
    theta = allowed * (inverse @ (X.T @ np.arctanh(np.clip(d, -1 + 1e-3, 1 - 1e-3))))
    v, trace = np.zeros_like(theta), []
    for _ in range(iterations):
        masked = allowed * theta
        trace.append(loss(X @ masked) + lam / 2 * (masked ** 2).sum(0))
        increment = X.T @ slope(X @ theta) - lam * theta - rho * (1 - allowed) * (theta + v)
        theta = theta + inverse @ increment
        v = (1 - allowed) * (v + theta)
    return np.array(trace)


def needed(trace, best, first, share):
    """Median iterations until the gap is this share of that at the start; inf if never."""
    gap = np.minimum.accumulate(trace, axis=0) - best
    done = gap <= share * (first - best)
    return float(np.median(np.where(done.any(0), done.argmax(0), np.inf)))


def needed_each(trace, best, first):
    """As `needed`, for a thousandth and for a millionth of the gap at the start."""
    return [needed(trace, best, first, share) for share in (1e-3, 1e-6)]


def show(pair, most):
    """Iterations as text, `> most` where that many were not enough."""
    return " / ".join(f"{n:.0f}" if np.isfinite(n) else f"> {most}" for n in pair)


def table(neurons, frames, members=20, iterations=400):
    X, d = recording(neurons, frames)
    X = np.hstack([X, np.ones((len(X), 1))])
    random = np.random.default_rng(2)
    chosen = random.choice(neurons, members, replace=False)
    lam = 1e-5 * frames
    rows = [["loss", "forbidden", "iterated, to 1e-3 / 1e-6", "inner steps", "truncated",
             "best ADMM", "its rho / lambda"]]
    for name, make in (("crossentropy", crossentropy), ("robust 0.2", robust)):
        for share in (0.1, 0.5, 0.9):
            allowed = (random.uniform(size=(neurons + 1, members)) >= share).astype(float)
            allowed[-1] = 1
            allowed[chosen, np.arange(members)] = 0
            target = d[:, chosen]
            ours, steps = gradients(X, target, allowed, lam, make, iterations // 2, inner)
            cut, _ = gradients(X, target, allowed, lam, make, 4 * iterations, block)
            rivals = {
                rho: admm(X, target, allowed, lam, make, iterations, rho * lam)
                for rho in (1, 10, 100, 1000)}
            best = np.min(
                [ours.min(0), cut.min(0), *(np.nanmin(t, axis=0) for t in rivals.values())], axis=0)
            count = functools.partial(needed_each, best=best, first=ours[0])
            counts = {rho: count(t) for rho, t in rivals.items()}
            winner = min(counts, key=lambda rho: counts[rho])
            own = count(ours)
            inside = [steps[max(0, int(n) - 1)] if np.isfinite(n) else np.inf for n in own]
            rows.append([
                name, f"{share:.0%}", show(own, iterations // 2), show(inside, steps[-1]),
                show(count(cut), 4 * iterations), show(counts[winner], iterations), f"{winner}"])
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--neurons", type=int, default=300)
    parser.add_argument("--frames", type=int, default=1200)
    options = parser.parse_args()
    for row in table(options.neurons, options.frames):
        print("| " + " | ".join(row) + " |")
