#!/usr/bin/env python3
"""SOFO and Adam in JAX, timed: the peers of `ganglion train`.

Two networks, one step written once for both optimisers (row vectors):
    lorenz  h' = h Wl + relu(h C) Wh + b, out = relu(h') Wo; 3 states, h starts at the
            true state and runs freely. Segments of the Lorenz system (RK4, dt 0.01, each coordinate
            standardised), noise 0.0125 on the targets.
    rnn     h' = tanh(h W + x U + b), out = h' O; random inputs and targets, 2 in, 2 out.
The loss is the sum over steps of the error squared, averaged over batch and outputs.
SOFO: K Gaussian tangents of the whole parameter vector, each of unit length; a scan over
time of the step's jvp, vmapped over tangents and compiled as one program, adds up
G = V'J'HJV and g = V' gradient; parameters move by -rate V (G + damping s_max I)^-1 g.
Adam: jax.grad through the scan; of several rates (comma-separated) the best held-out
loss is kept, the others are reported.

JSON on standard output: median seconds of an iteration, compilation, memory, the
held-out loss against iteration and elapsed time (evaluation excluded).
"""
import argparse
import json
import os
import resource
import time


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", choices=["lorenz", "rnn"])
    parser.add_argument("--optimizer", choices=["sofo", "adam"], default="sofo")
    parser.add_argument("--tangents", type=int, default=128)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--hidden", type=int, default=400)
    parser.add_argument("--iterations", type=int, default=20)
    parser.add_argument("--learning-rate", default=None, help="sofo 0.0333, adam 3e-4")
    parser.add_argument("--damping", type=float, default=1e-5, help="relative to the top eigenvalue")
    parser.add_argument("--eval-every", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1, help="cores the process may use")
    return parser.parse_args()


options = arguments()
# XLA takes one thread a core of the affinity mask, and reads it when it starts.
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.threads])
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["OPENBLAS_NUM_THREADS"] = str(options.threads)

import jax  # noqa: E402  (after the threads are set)
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402


def lorenz_segments(steps, count, generator):
    """count x (steps + 1) x 3, standardised, from runs of 50 segments each."""
    def slope(x):
        a, b, c = x.T
        return np.stack([10 * (b - a), a * (28 - c) - b, a * b - 8 / 3 * c], axis=1)

    runs = -(-count // 50)
    x = generator.normal(size=(runs, 3)) * 8 + [0, 0, 25]
    kept = []
    for t in range(2000 + 50 * (steps + 1)):
        k1 = slope(x)
        k2 = slope(x + 0.005 * k1)
        k3 = slope(x + 0.005 * k2)
        k4 = slope(x + 0.01 * k3)
        x = x + 0.01 / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        if t >= 2000:
            kept.append(x)
    path = np.stack(kept, axis=1)
    path = (path - path.mean(axis=(0, 1))) / path.std(axis=(0, 1))
    segments = path.reshape(runs * 50, steps + 1, 3)
    return generator.permutation(segments)[:count].astype(np.float32)


class Lorenz:
    def __init__(self, generator):
        n = options.hidden
        self.shapes = {"Wl": (3, 3), "C": (3, n), "Wh": (n, 3), "b": (3,), "Wo": (3, 3)}
        segments = lorenz_segments(options.steps, 21_000, generator)
        self.train, self.held = segments[:20_000], segments[20_000:]

    def batch(self, generator):
        chosen = self.train[generator.integers(len(self.train), size=options.batch)]
        noise = 0.0125 * generator.normal(size=chosen[:, 1:].shape)
        return self.inputs(chosen, chosen[:, 1:] + noise)

    def held_out(self):
        return self.inputs(self.held, self.held[:, 1:])

    def inputs(self, segments, targets):
        time_first = np.swapaxes(targets, 0, 1).astype(np.float32)
        return segments[:, 0], np.zeros((options.steps, 1), np.float32), time_first

    @staticmethod
    def step(p, h, x):
        h = h @ p["Wl"] + jax.nn.relu(h @ p["C"]) @ p["Wh"] + p["b"]
        return h, jax.nn.relu(h) @ p["Wo"]


class Recurrent:
    def __init__(self, generator):
        n = options.hidden
        self.shapes = {"W": (n, n), "U": (2, n), "b": (n,), "O": (n, 2)}
        self.fixed = self.draw(generator)

    def draw(self, generator):
        shape = (options.steps, options.batch, 2)
        x, y = (generator.normal(size=shape).astype(np.float32) for _ in range(2))
        return np.zeros((options.batch, options.hidden), np.float32), x, 0.5 * y

    def batch(self, generator):
        return self.draw(generator)

    def held_out(self):
        return self.fixed

    @staticmethod
    def step(p, h, x):
        h = jnp.tanh(h @ p["W"] + x @ p["U"] + p["b"])
        return h, h @ p["O"]


def initial(shapes, generator):
    """Truncated normal of variance 0.2 / fan-in; biases 0."""
    parameters = {}
    for name, shape in shapes.items():
        draws = np.clip(generator.normal(size=shape), -2, 2) / 0.88
        scale = np.sqrt(0.2 / shape[0]) if len(shape) > 1 else 0.0
        parameters[name] = jnp.asarray(scale * draws, jnp.float32)
    return parameters


def losses(case):
    def loss(p, data):
        start, inputs, targets = data

        def one(h, xy):
            h, out = case.step(p, h, xy[0])
            return h, jnp.sum((out - xy[1]) ** 2)

        return jnp.sum(jax.lax.scan(one, start, (inputs, targets))[1]) / targets[0].size

    return loss


def sofo_update(case, shapes, rate):
    names = list(shapes)
    sizes = [int(np.prod(shapes[name])) for name in names]
    K = options.tangents

    def unravel(rows):
        parts = jnp.split(rows, np.cumsum(sizes)[:-1], axis=-1)
        return {n: v.reshape((-1,) + shapes[n]) for n, v in zip(names, parts, strict=True)}

    @jax.jit
    def update(p, key, data):
        start, inputs, targets = data
        V = jax.random.normal(key, (K, sum(sizes)))
        V = V / jnp.linalg.norm(V, axis=1, keepdims=True)
        tangents = unravel(V)

        def one(carry, xy):
            h, moved, G, g, value = carry

            def along(v, dh):
                return jax.jvp(lambda p, h: case.step(p, h, xy[0]), (p, h), (v, dh))

            (h, out), (moved, dout) = jax.vmap(along, out_axes=((None, None), (0, 0)))(
                tangents, moved)
            error, rows = out - xy[1], dout.reshape(K, -1)
            G = G + rows @ rows.T
            g = g + rows @ error.reshape(-1)
            return (h, moved, G, g, value + jnp.sum(error ** 2)), None

        zero = jnp.zeros((K,) + start.shape)
        begin = (start, zero, jnp.zeros((K, K)), jnp.zeros(K), 0.0)
        (_, _, G, g, value), _ = jax.lax.scan(one, begin, (inputs, targets))
        G, g = 2 * G / targets[0].size, 2 * g / targets[0].size
        s, Q = jnp.linalg.eigh(G)
        c = Q @ ((Q.T @ g) / (jnp.maximum(s, 0) + options.damping * s[-1]))
        change = unravel((c @ V)[None])
        p = {n: p[n] - rate * change[n][0] for n in names}
        return p, value / targets[0].size

    return update


def adam_update(loss, rate):
    @jax.jit
    def update(p, m, v, count, data):
        value, gradient = jax.value_and_grad(loss)(p, data)
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, gradient)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradient)
        first, second = 1 - 0.9 ** count, 1 - 0.999 ** count
        p = jax.tree.map(
            lambda p, m, v: p - rate * (m / first) / (jnp.sqrt(v / second) + 1e-8), p, m, v)
        return p, m, v, value

    return update


def run(case, rate):
    generator = np.random.default_rng(options.seed + 1)
    p = initial(case.shapes, generator)
    loss = losses(case)
    judge = jax.jit(loss)
    held = case.held_out()
    if options.optimizer == "sofo":
        update = sofo_update(case, case.shapes, rate)
    else:
        update = adam_update(loss, rate)
        m = v = jax.tree.map(jnp.zeros_like, p)
    key = jax.random.key(options.seed)
    seconds, curve, compiled = [], [], 0.0
    curve.append({"iteration": 0, "elapsed": 0.0, "held_out": float(judge(p, held))})
    for iteration in range(1, options.iterations + 1):
        data = case.batch(generator)
        begin = time.perf_counter()
        if options.optimizer == "sofo":
            p, value = update(p, jax.random.fold_in(key, iteration), data)
        else:
            p, m, v, value = update(p, m, v, jnp.float32(iteration), data)
        value.block_until_ready()
        jax.block_until_ready(p)
        spent = time.perf_counter() - begin
        if iteration == 1:
            compiled = spent
        else:
            seconds.append(spent)
        if iteration % options.eval_every == 0 or iteration == options.iterations:
            curve.append({
                "iteration": iteration, "elapsed": float(np.sum(seconds)),
                "held_out": float(judge(p, held))})
    return {
        "learning_rate": rate, "curve": curve, "compile_seconds": compiled,
        "seconds_per_iteration": float(np.median(seconds)) if seconds else None,
        "fastest_iteration": float(np.min(seconds)) if seconds else None,
    }


def main():
    generator = np.random.default_rng(options.seed)
    case = Lorenz(generator) if options.case == "lorenz" else Recurrent(generator)
    default = "0.0333" if options.optimizer == "sofo" else "3e-4"
    rates = [float(text) for text in (options.learning_rate or default).split(",")]
    runs = [run(case, rate) for rate in rates]

    def final(one):
        value = one["curve"][-1]["held_out"]
        return value if np.isfinite(value) else np.inf

    best = min(runs, key=final)
    print(json.dumps({
        **vars(options), "jax": jax.__version__, **best,
        "parameters": int(sum(np.prod(s) for s in case.shapes.values())),
        "tried": [{"learning_rate": r["learning_rate"], "held_out": final(r)} for r in runs],
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }))


main()
