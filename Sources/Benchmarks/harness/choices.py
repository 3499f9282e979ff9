"""Are the choices good: ridge, loss, leak? Prediction quality only, so no clock matters."""
import glob
import json
import os

import h5py
import numpy as np

from . import program, recordings

# The ridges of `--lambda auto`, per frame.
RIDGES = [m * 10.0 ** e for e in range(-6, 0) for m in (1, 3)] + [1.0]


def generated(neurons, fitted, kind, level, held_out=1000, seed=1):
    """A chaotic recording of `fitted` transitions and as many held-out ones as asked for."""
    os.makedirs(recordings.FOLDER, exist_ok=True)
    frames = fitted + 1 + held_out
    path = f"{recordings.FOLDER}/noise-{neurons}-{frames}-{kind}-{level:g}-{seed}.h5"
    if not os.path.exists(path):
        program.run(
            "generate", "chaotic", "--neurons", neurons, "--frames", frames, "--noise", kind,
            "--output-noise", level, "--seed", seed, "-o", path, threads=os.cpu_count())
    return path, (held_out + 0.5) / frames


def fitted(path, holdout, *flags):
    """Fits and opens the model."""
    model = f"{recordings.FOLDER}/choice.h5"
    done = program.run(
        "fit", path, "-o", model, "--holdout", holdout, *flags, threads=os.cpu_count())
    return done, h5py.File(model)


def drive_r2(path, model, alpha=0.1):
    """R2 of the held-out targets d = (r[t+1] - (1 - alpha) r[t]) / alpha, over all neurons."""
    mse = np.asarray(model["score/mse"]) / alpha ** 2
    with h5py.File(path) as file:
        rates = np.asarray(file["rates"], dtype=np.float64)
    count = int(json.loads(model.attrs["configuration"])["holdout"] * len(rates))
    held = rates[len(rates) - count:]
    d = (held[1:] - (1 - alpha) * held[:-1]) / alpha
    return float(1 - mse.sum() / d.var(axis=0).sum())


def pearson(path, model):
    with h5py.File(path) as file:
        truth = np.asarray(file["truth/W"], dtype=np.float64)
    off = ~np.eye(len(truth), dtype=bool)
    return float(np.corrcoef(np.asarray(model["W"])[off], truth[off])[0, 1])


def oracle(neurons, lengths):
    """The automatic ridge against the best of its grid on the held-out frames themselves."""
    rows = [["frames fitted", "noise", "best of the grid", "its R²", "`--lambda auto`", "its R²",
             "below the best", "within 0.01"]]
    within = 0
    for frames, kind, level in lengths:
        path, holdout = generated(neurons, frames, kind, level)
        scores = {}
        for ridge in RIDGES:
            _, model = fitted(path, holdout, "--alpha", 0.1, "--lambda", ridge)
            with model:
                scores[ridge] = drive_r2(path, model)
        best = max(scores, key=scores.get)
        _, model = fitted(path, holdout, "--alpha", 0.1, "--lambda", "auto")
        with model:
            chosen, score = float(model.attrs["lambda"]), drive_r2(path, model)
        gap = scores[best] - score
        within += gap <= 0.01
        rows.append([
            f"{frames}", f"{kind} {level:g}", f"{best:g}", f"{scores[best]:.3f}", f"{chosen:g}",
            f"{score:.3f}", f"{gap:.4f}", "yes" if gap <= 0.01 else "no"])
    return rows, (
        f"{neurons} neurons, 1,000 held-out transitions; R² of the held-out targets, pooled "
        f"over neurons. Within 0.01 of the best in {within} of {len(lengths)} cases.")


LOSSES = [
    ("crossentropy", ()), ("robust", ("--threshold", 0.2)),
    ("noise-aware", ("--noise-ratio", 0.1, "--threshold", 0.05)),
    ("weighted", ("--threshold", 1)), ("weighted", ("--threshold", 0.2)),
]


def losses(neurons, frames, noises):
    """Recovered weights and held-out error by loss and noise."""
    names = [f"{name}{'' if not flags else ' ' + format(flags[-1], 'g')}" for name, flags in LOSSES]
    rows = [["noise of the rates", *names, "`--loss auto`", "which it chose"]]
    for kind, level in noises:
        path, holdout = generated(neurons, frames, kind, level)
        row = [f"{kind} {level:g}"]
        for name, flags in [*LOSSES, ("auto", ())]:
            ridge = ("--lambda", 1e-5) if name != "auto" else ()
            done, model = fitted(
                path, holdout, "--alpha", 0.1, "--loss", name, *flags, *ridge)
            with model:
                row.append(f"{pearson(path, model):.3f} ({done.figure('mse / persistence'):.3f})")
                if name == "auto":
                    loss = model.attrs["loss"]
                    loss = loss.decode() if isinstance(loss, bytes) else loss
                    row.append(f"{loss}, λ {float(model.attrs['lambda']):g}")
        rows.append(row)
    return rows, (
        f"{neurons} neurons, {frames} fitted transitions: Pearson of the off-diagonal weights, "
        "in brackets the held-out one-step error over that of persistence. λ 1e-5 a frame, but "
        "for the last two columns, where loss and λ are chosen on held-out blocks.")


def real(folder):
    """Leak and ridge chosen automatically, on every recording of a folder."""
    rows = [["recording", "neurons × frames", "alpha, λ", "error, common alpha",
             "error, alpha per neuron", "linear model", "neurons below 1", "says"]]
    worst = 0.0
    for path in sorted(glob.glob(f"{folder}/**/*", recursive=True)):
        flags = FLAGS.get(os.path.splitext(path)[1])
        if flags is None or not os.path.isfile(path) or any(k in path for k in PASSED_OVER):
            continue
        cells = []
        for alpha in ("auto", "per-neuron"):
            done, model = fitted(path, 0.2, "--alpha", alpha, *flags)
            with model:
                skill = np.asarray(model["score/skill"])
                cells.append((
                    done.figure("mse / persistence"), np.nanmean(skill > 0),
                    float(model.attrs["alpha"]), float(model.attrs["lambda"])))
            size = done.text.split(": ", 1)[1].split(";")[0].split(", ", 1)[1]
        worst = max(worst, *(cell[0] for cell in cells))
        says = "not identifiable" if "not identifiable" in done.text else ""
        rows.append([
            os.path.basename(path), size.replace(" neurons", "").replace(" frames", ""),
            f"{cells[0][2]:g}, {cells[0][3]:g}", f"{cells[0][0]:.3f}", f"{cells[1][0]:.3f}",
            f"{done.figure('linear / persistence'):.3f}",
            f"{cells[0][1]:.2f} → {cells[1][1]:.2f}", says])
    return rows, (
        "One-step squared error on the last fifth, summed over neurons, over that of "
        f"persistence; all chosen on blocks of the first four fifths. Largest: {worst:.3f}.")


# How each kind of file is read, where it does not say it itself.
FLAGS = {
    ".h5": ("--traces", "/gcamp/trace_array_original",
            "--timestamps", "/timing/timestamp_confocal"),
    ".nwb": ("--traces", "/acquisition/Activity_*/data"),
    ".csv": ("--time-axis", 1), ".json": ("--time-axis", 0),
}
# Copies of others in another format, and tables that are no recordings.
PASSED_OVER = ("repacked", "coordinates")
