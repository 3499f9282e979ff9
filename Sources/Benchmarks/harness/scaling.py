"""How whole commands grow: with ranks, neurons and frames."""
from . import program, recordings
from .statistics import exponent, median


def fit_arguments(recording, *more, ridge=1e-3):
    return (
        "fit", recording, "--alpha", 0.1, "--lambda", ridge, "--loss", "crossentropy",
        "--scale", "none", "--time-axis", 0, *more)


def fit(recording, *more, **where):
    return program.run(
        *fit_arguments(recording, "-o", f"{recordings.FOLDER}/model.h5", *more), **where)


PHASES = ("open", "read", "exchange", "gram", "factor", "solve", "score", "write")


def ranks(neurons, frames, runs):
    """2 ranks x 1 thread against 1 rank x 1 thread."""
    recording = recordings.sparse(neurons, frames)
    rows = [["ranks", "whole command, s", *(f"{name}, s" for name in PHASES),
             "waiting and messages", "solve, of GEMM peak", "load average"]]
    seconds = {}
    for count in (1, 2):
        fits = [fit(recording, ranks=count) for _ in range(runs)]
        seconds[count] = median(f.seconds for f in fits)
        phase = {name: median(f.phases[name][0] for f in fits) for name in PHASES}
        rows.append([
            f"{count}", f"{seconds[count]:.2f}", *(f"{phase[name]:.3f}" for name in PHASES),
            f"{phase['exchange'] / seconds[count]:.1%}",
            f"{median(f.share_of_peak('solve') for f in fits):.0%}",
            f"{max(f.load for f in fits):.1f}"])
    return rows, (
        f"{neurons} neurons, {frames} fitted frames, one thread a rank: "
        f"{seconds[1] / seconds[2]:.2f} times faster.")


def cost(sizes, label, flops_exponent):
    """Cost and memory against one size; `sizes` are (neurons, fitted frames)."""
    rows = [["neurons", "frames", "form", "iterations", "solve, s", "s an iteration",
             "whole command, s", "memory, GB", "planned, GB", "load average"]]
    against, each, totals = [], [], []
    for neurons, frames in sizes:
        recording = recordings.sparse(neurons, frames)
        arguments = fit_arguments(recording, "--tolerance", 1e-3)
        done = fit(recording, "--tolerance", 1e-3, ranks=2, sample=True)
        planned = program.plan(*arguments, ranks=2).memory
        iterations = done.figure("most iterations")
        form = "dual" if frames <= 2.414 * neurons else "primal"
        seconds = done.phases["solve"][0]
        rows.append([
            f"{neurons}", f"{frames}", form, f"{iterations:.0f}", f"{seconds:.2f}",
            f"{seconds / max(1, iterations):.4f}", f"{done.seconds:.2f}",
            f"{done.memory / 1e9:.2f}", f"{planned / 1e9:.2f}", f"{done.load:.1f}"])
        against.append(neurons if label == "N" else frames)
        each.append(seconds / max(1, iterations))
        totals.append(done.seconds)
    return rows, (
        f"Fitted exponent against {label}: {exponent(against, each):.2f} of an iteration "
        f"(flop count: {flops_exponent}), {exponent(against, totals):.2f} of the whole command.")
