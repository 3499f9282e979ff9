"""Currents between regions of a fitted network against those of the network that was recorded."""
import json
import os

import numpy as np

from . import program, recordings


def compare(cases, seeds, neurons, frames):
    """Correlations of fitted and true currents, within the three regions and between them."""
    rows = [["noise", "flags", "W", "A", "B", "C", "between, median", "between, largest"]]
    os.makedirs(recordings.FOLDER, exist_ok=True)
    recording, model = (f"{recordings.FOLDER}/regions{name}.h5" for name in ("", "-model"))
    threads = os.cpu_count()
    for noise, flags in cases:
        figures = []
        for seed in range(1, seeds + 1):
            program.run(
                "generate", "three-regions", "--neurons", neurons, "--frames", frames, "--dt", 0.01,
                "--input-noise", noise, "--output-noise", noise / 10, "--seed", seed,
                "-o", recording, threads=threads)
            program.run("fit", recording, "-o", model, "--alpha", 0.1, *flags, "--regions",
                        f"{recording}:/region", threads=threads)
            done = program.run("evaluate", model, "--currents", "--json", threads=threads).text
            told = json.loads(done[done.index("{"):])
            r = np.array([pair["pearson"] or np.nan for pair in told["currents"]]).reshape(3, 3)
            between = r[~np.eye(3, dtype=bool)]
            figures.append([told["connectivity"]["pearson"], *np.diag(r), np.nanmedian(between),
                            np.nanmax(between)])
        rows.append([f"{noise:g}", " ".join(map(str, flags)),
                     *(f"{value:.2f}" for value in np.mean(figures, axis=0))])
    return rows, (
        f"{neurons} neurons, {frames} frames of 10 ms, means of {seeds} networks; Pearson's correlation "
        "of weights, and of currents over the cells of a region and the frames.")


CASES = [(noise, flags) for noise in (0, 0.01) for flags in (
    ("--lambda", 1e-3), ("--lambda", 1e-5), ("--loss", "noise-aware", "--lambda", 1e-3),
    ("--lambda", "auto"))]
