"""What `ganglion plan` predicts from the machine description of `doctor`, against runs."""
import json
import os
import re

from . import program, recordings, scaling
from .statistics import median

# Form by the sizes alone: neurons and fitted frames.
SIZES = [("dual", 1000, 500), ("dual", 4000, 500), ("dual", 2000, 1500), ("dual", 4000, 1500),
         ("primal", 500, 4000), ("primal", 1000, 8000)]

PHASES = ("read", "exchange", "gram", "factor", "solve", "score", "evaluate", "write")


def described(ranks):
    """The machine's description, measured with that many ranks of one thread."""
    text = program.run(
        "doctor", "--json", "--directory", recordings.FOLDER, ranks=ranks).text
    return json.loads(text[text.index("{"):])["machine"]


def middle(descriptions):
    """One description with the medians of several."""
    first = descriptions[0]
    if isinstance(first, dict):
        return {name: middle([one[name] for one in descriptions]) for name in first}
    if isinstance(first, str):
        return first  # the name of the kernels: one processor has one
    # Counts are the same in all; a rate may have been printed without a fraction.
    return median(descriptions) if first > 1e6 or isinstance(first, float) else first


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
    """A row a size, form and number of ranks: what was predicted over what was measured.

    Clocks and neighbours change within minutes: the machine is described before and after
    each round of fits, and the prediction is from the medians.
    """
    os.makedirs(recordings.FOLDER, exist_ok=True)
    rows = [["form", "neurons", "fitted frames", "ranks", "predicted, s", "measured, s",
             "predicted / measured", "memory predicted, GB", "measured, GB", "ratio",
             *(f"{name}: ratio" for name in PHASES), "load average"]]
    made = [recordings.sparse(neurons, frames) for _, neurons, frames in sizes]
    totals, memories = [], []
    for count in ranks:
        machines, fits = [described(count)], [[] for _ in sizes]
        for _ in range(runs):
            for place, recording in enumerate(made):
                fits[place].append(
                    scaling.fit(recording, "--tolerance", 1e-4, ranks=count, sample=True))
            machines.append(described(count))
        path = f"{recordings.FOLDER}/machine-{count}.json"
        with open(path, "w") as file:
            json.dump(middle(machines), file, indent=2)
        for (form, neurons, frames), own_fits in zip(sizes, fits, strict=True):
            seconds = median(total(fit) for fit in own_fits)
            memory = max(fit.memory for fit in own_fits)
            phases, guess, bytes_ = predicted(path, neurons, frames, count)
            own = {name: median(fit.phases[name][0] for fit in own_fits) for name in PHASES}
            totals.append(guess / seconds)
            memories.append(bytes_ / memory)
            rows.append([
                form, f"{neurons}", f"{frames}", f"{count}", f"{guess:.2f}", f"{seconds:.2f}",
                f"{guess / seconds:.2f}", f"{bytes_ / 1e9:.2f}", f"{memory / 1e9:.2f}",
                f"{bytes_ / memory:.2f}", *(ratio(phases[name], own[name]) for name in PHASES),
                f"{max(fit.load for fit in own_fits):.1f}"])
    return rows, (
        f"Medians of {runs} runs, one thread a rank, tolerance 1e-4, lambda 1e-3; phases below "
        f"0.1 s have no ratio. Times are predicted {min(totals):.2f} to {max(totals):.2f} times "
        f"as measured, memory {min(memories):.2f} to {max(memories):.2f} times.")
