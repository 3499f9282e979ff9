"""What `ganglion plan` predicts from the machine description of `doctor`, against runs."""
import os
import re

from . import program, recordings, scaling
from .statistics import median

# Form by the sizes alone: neurons and fitted frames.
SIZES = [("dual", 1000, 500), ("dual", 4000, 500), ("dual", 2000, 1500), ("dual", 4000, 1500),
         ("primal", 500, 4000), ("primal", 1000, 8000)]

PHASES = ("read", "exchange", "gram", "factor", "solve", "score", "evaluate", "write")


def described(ranks):
    """The file of the machine's description, measured with that many ranks of one thread."""
    path = f"{recordings.FOLDER}/machine-{ranks}.json"
    text = program.run(
        "doctor", "--json", "--directory", recordings.FOLDER, ranks=ranks).text
    with open(path, "w") as file:
        file.write(text[text.index("{"):])
    return path


def predicted(machine, neurons, frames, ranks):
    """Seconds by phase, of all, and bytes of all ranks together."""
    text = program.run(
        "plan", "--neurons", neurons, "--frames", frames + frames // 4, "--machine", machine,
        "--ranks-per-node", ranks, "--tolerance", 1e-4, threads=1).text
    phases = {
        match[1]: float(match[2])
        for match in re.finditer(r"^(\w+) +[\d.]+ +[\d.]+ +[\d.]+ +([\d.]+)$", text, re.M)}
    total = float(re.search(r"^total ([\d.]+) s", text, re.M)[1])
    return phases, total, 1e9 * float(re.search(r"memory a node\s+([\d.]+) GB", text)[1])


def total(run):
    """The run's own time, without the start of the processes."""
    return float(re.search(r"^total ([\d.]+) s", run.text, re.M)[1])


def ratio(prediction, measurement):
    return f"{prediction / measurement:.2f}" if measurement >= 0.1 else "-"


def compare(sizes, ranks, runs):
    """A row a size, form and number of ranks: what was predicted over what was measured."""
    os.makedirs(recordings.FOLDER, exist_ok=True)
    rows = [["form", "neurons", "fitted frames", "ranks", "predicted, s", "measured, s",
             "predicted / measured", "memory predicted, GB", "measured, GB", "ratio",
             *(f"{name}: ratio" for name in PHASES), "load average"]]
    worst = [1.0, 1.0]
    for count in ranks:
        machine = described(count)
        for form, neurons, frames in sizes:
            recording = recordings.sparse(neurons, frames)
            fits = [scaling.fit(recording, "--tolerance", 1e-4, ranks=count, sample=True)
                    for _ in range(runs)]
            seconds = median(total(fit) for fit in fits)
            memory = max(fit.memory for fit in fits)
            phases, guess, bytes_ = predicted(machine, neurons, frames, count)
            own = {name: median(fit.phases[name][0] for fit in fits) for name in PHASES}
            for place, value in enumerate((guess / seconds, bytes_ / memory)):
                worst[place] = max(worst[place], value, 1 / value)
            rows.append([
                form, f"{neurons}", f"{frames}", f"{count}", f"{guess:.2f}", f"{seconds:.2f}",
                f"{guess / seconds:.2f}", f"{bytes_ / 1e9:.2f}", f"{memory / 1e9:.2f}",
                f"{bytes_ / memory:.2f}", *(ratio(phases[name], own[name]) for name in PHASES),
                f"{max(fit.load for fit in fits):.1f}"])
    return rows, (
        f"Medians of {runs} runs, one thread a rank, tolerance 1e-4, lambda 1e-3; phases below "
        f"0.1 s have no ratio. Farthest off: {worst[0]:.2f} times in total time, {worst[1]:.2f} "
        "times in memory.")
