"""The recordings that are measured on, made once and kept."""
import os

import h5py
import numpy as np
import scipy.sparse

from . import program

FOLDER = os.environ["GANGLION_BENCH_DIR"]


def chaotic(neurons, fitted):
    """A dense chaotic network with its truth; `fitted` frames are fitted, 1/4 more scored."""
    frames = fitted + fitted // 4
    return generated(f"chaotic-{neurons}-{frames}", "chaotic", neurons, frames)


def headline(neurons, fitted):
    """The published large study: noise in the currents, impulses in the rates (A8)."""
    frames = fitted + fitted // 4
    return generated(f"headline-{neurons}-{frames}", "chaotic", neurons, frames,
                     "--input-noise", 1e-2, "--noise", "poisson", "--output-noise", 1e-3)


def low_rank(neurons, fitted):
    """A network of rank 100 (or fewer) at any size: the file holds the factors of its W."""
    frames = fitted + fitted // 4
    return generated(f"low-rank-{neurons}-{frames}", "low-rank", neurons, frames,
                     "--rank", min(100, neurons // 2 * 2))


def generated(name, kind, neurons, frames, *flags):
    """A recording of `ganglion generate`."""
    os.makedirs(FOLDER, exist_ok=True)
    path = f"{FOLDER}/{name}.h5"
    if not os.path.exists(path):
        program.run(
            "generate", kind, "--neurons", neurons, "--frames", frames, "--seed", 1, *flags,
            "-o", path, threads=os.cpu_count())
    return path


def sparse(neurons, fitted, inputs_a_neuron=100):
    """A chaotic network of few connections, without its truth: cheap to make at any size."""
    os.makedirs(FOLDER, exist_ok=True)
    frames = fitted + fitted // 4
    path = f"{FOLDER}/sparse-{neurons}-{frames}.h5"
    if os.path.exists(path):
        return path
    random = np.random.default_rng(1)
    degree = min(inputs_a_neuron, neurons - 1)
    columns = random.integers(neurons, size=neurons * degree)
    values = random.normal(0, 3 / np.sqrt(degree), neurons * degree)
    weights = scipy.sparse.csr_array(
        (values, columns, np.arange(0, neurons * degree + 1, degree)), (neurons, neurons))
    rates = np.empty((frames, neurons), dtype=np.float32)
    now = random.uniform(-1, 1, neurons)
    for t in range(-100, frames):
        drive = weights @ now + random.normal(0, 1e-2, neurons)
        now = 0.9 * now + 0.1 * (np.tanh(drive) + random.normal(0, 1e-3, neurons))
        if t >= 0:
            rates[t] = now
    with h5py.File(path + ".part", "w") as file:
        file["rates"] = rates
        file.attrs.update(alpha=0.1, dt=0.1, tau=1.0)
    os.rename(path + ".part", path)
    return path
