"""What choosing leak, ridge and loss on held-out blocks costs beside the fit itself."""
import os

import h5py

from . import choices, peer, program, recordings
from .statistics import median

CHOICES = {
    "alpha, lambda, loss": ("--alpha", "auto", "--lambda", "auto", "--loss", "auto"),
    "lambda, loss": ("--alpha", 0.1, "--lambda", "auto", "--loss", "auto"),
    "lambda": ("--alpha", 0.1, "--lambda", "auto"),
}


def compare(sizes, runs):
    """A row for each size and choice: the selection over the fit with what was chosen."""
    rows = [["neurons", "frames", "chosen", "alpha, lambda, loss", "selection, s",
             "set-up and iterations, s", "ratio", "whole command, s", "without selection, s",
             "ratio", "load average"]]
    for neurons, frames in sizes:
        path, holdout = choices.generated(neurons, frames, "gaussian", 1e-3, held_out=frames // 4)
        for name, flags in CHOICES.items():
            searches = [fit(path, holdout, *flags) for _ in range(runs)]
            chosen = settings()
            fits = [fit(path, holdout, *chosen) for _ in range(runs)]
            select = median(one.phases["select"][0] for one in searches)
            solve = median(map(peer.computing, fits))
            whole, alone = (median(one.seconds for one in done) for done in (searches, fits))
            rows.append([
                f"{neurons}", f"{frames}", name, ", ".join(map(str, chosen[1::2])),
                f"{select:.2f}", f"{solve:.2f}", f"{select / max(solve, 1e-3):.1f}", f"{whole:.2f}",
                f"{alone:.2f}", f"{whole / alone:.1f}",
                f"{max(one.load for one in searches + fits):.1f}"])
    return rows, (
        f"Medians of {runs} runs on {os.cpu_count()} ranks of a thread; the fit without selection "
        "is told what was chosen.")


MODEL = f"{recordings.FOLDER}/model.h5"


def fit(path, holdout, *flags):
    return program.run(
        "fit", path, "-o", MODEL, "--holdout", holdout, *flags, ranks=os.cpu_count())


def settings():
    """The flags that say what the last model chose."""
    with h5py.File(MODEL) as model:
        loss, *numbers = bytes(model.attrs["loss"]).decode().split(", ")
        flags = ["--alpha", f"{model.attrs['alpha']:g}", "--lambda", f"{model.attrs['lambda']:g}",
                 "--loss", loss]
    for number in numbers:
        *words, value = number.split()
        flags += ["--" + "-".join(words), value]
    return flags
