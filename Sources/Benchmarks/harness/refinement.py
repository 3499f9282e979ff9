"""Free runs of recordings before and after their refinement, by either method."""
import glob
import json
import os

from . import program, recordings
from .choices import FLAGS, PASSED_OVER

METHODS = ("adam", "gauss-newton")


def ratios(model):
    """Error over that of persistence 1 and 20 frames ahead, from all held-out frames."""
    text = program.run("evaluate", model, "--starts", 100000, "--horizon", 20,
                       "--attractor-frames", 0, "--json", threads=os.cpu_count()).text
    rollout = json.loads(text[text.index("{"):])["rollout"]
    return [rollout["mse"][k] / rollout["persistence_mse"][k] for k in (0, 19)]


def compare(folder):
    """Models of `fit --select both`, refined from the same start by each method."""
    rows = [["recording", "fit, 1 / 20", *(f"{name}, 1 / 20 (iterations)" for name in METHODS),
             *(f"{name} / fit at 20" for name in METHODS), *(f"{name}, s" for name in METHODS)]]
    os.makedirs(recordings.FOLDER, exist_ok=True)
    start, refined = (f"{recordings.FOLDER}/refine-{name}.h5" for name in ("start", "end"))
    for path in sorted(glob.glob(f"{folder}/**/*", recursive=True)):
        flags = FLAGS.get(os.path.splitext(path)[1])
        if flags is None or not os.path.isfile(path) or any(k in path for k in PASSED_OVER):
            continue
        program.run("fit", path, "-o", start, "--scale", "zscore-tanh", "--select", "both", *flags,
                    threads=os.cpu_count())
        before = ratios(start)
        cells, gains, seconds = [], [], []
        for method in METHODS:
            done = program.run("refine", start, "-o", refined, "--method", method,
                               threads=os.cpu_count())
            taken = done.text.split("refined by ")[1].split()[0] if "refined by " in done.text else "0"
            after = ratios(refined)
            cells.append(f"{after[0]:.3f} / {after[1]:.3f} ({taken})")
            gains.append(f"{after[1] / before[1]:.3f}")
            seconds.append(f"{done.seconds:.0f}")
        rows.append([os.path.basename(path), f"{before[0]:.3f} / {before[1]:.3f}", *cells, *gains,
                     *seconds])
        print(" | ".join(rows[-1]), flush=True)
    return rows, (
        "Squared error over that of persistence on the last fifth, one and 20 frames ahead, from all "
        "frames with 20 to follow; `fit --scale zscore-tanh --select both`, then `refine` as it is.")
