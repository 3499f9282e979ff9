"""Large recordings, HDF5 file to HDF5 file: time, memory, and what was planned of both."""
from . import program, recordings
from .scaling import PHASES, fit_arguments
from .statistics import median


def compare(recording, settings, about, runs, against=None):
    """Rows of a table, one for each of the `settings`, pairs of ridge and kind of weights.

    2 ranks of 1 thread. `against` is an older program that runs in turns with this one: a
    row more for each of the settings, and how many times faster this one is.
    """
    rows = [[
        *(["program"] if against else []), "lambda", "weights", "whole command, s", "planned, s",
        "memory over both ranks, GB", "planned, GB", *(f"{name}, s" for name in PHASES),
        "evaluate, s", "solve, of GEMM peak", "load average",
        *(["times faster: solve", "whole command"] if against else [])]]
    for ridge, kind in settings:
        arguments = fit_arguments(
            recording, "--weights", kind, "-o", f"{recordings.FOLDER}/model.h5", ridge=ridge)
        programs = [against, program.PROGRAM] if against else [program.PROGRAM]
        fits = {name: [] for name in programs}
        for _ in range(runs):
            for name, own in fits.items():
                own.append(program.run(*arguments, ranks=2, sample=True, program=name))
        plan = program.plan(*arguments, ranks=2)
        for name, own in fits.items():
            cells = [f"{ridge:g}", kind, *measured(own, plan if name == program.PROGRAM else None)]
            if against:
                first = "this" if name == program.PROGRAM else "older"
                cells = [first, *cells, *ratios(fits[against], own)]
            rows.append(cells)
    if against:
        about += f" In turns with {program.version(against)}."
    return rows, about


def measured(fits, plan):
    """Medians of several runs, the largest memory, and what this program's plan said."""
    def phase(name):
        return median(fit.phases[name][0] for fit in fits)

    return [
        f"{median(fit.seconds for fit in fits):.1f}", f"{plan.seconds:.1f}" if plan else "",
        f"{max(fit.memory for fit in fits) / 1e9:.2f}", f"{plan.memory / 1e9:.2f}" if plan else "",
        *(f"{phase(name):.2f}" for name in PHASES), f"{phase('evaluate'):.2f}",
        f"{median(fit.share_of_peak('solve') for fit in fits):.0%}",
        f"{max(fit.load for fit in fits):.1f}"]


def ratios(older, fits):
    """How many times as long the older program's median took, in the solution and in all."""
    seconds = (lambda fit: fit.phases["solve"][0]), (lambda fit: fit.seconds)
    return [f"{median(map(of, older)) / median(map(of, fits)):.2f}" for of in seconds]


def small(neurons, frames, runs, against=None):
    """A recording of a sparse network: all weights, and their factors."""
    return compare(
        recordings.sparse(neurons, frames), ((1e-3, "full"), (1e-3, "factored"), (1e-5, "full")),
        f"{neurons} neurons, {frames} fitted frames, sparse network.", runs, against)


def factored(recording, neurons, frames, runs, against=None):
    """Where a W would be too large: its factors alone."""
    return compare(
        recording(neurons, frames), ((1e-3, "factored"),),
        f"{neurons} neurons, {frames} fitted frames, {recording.__name__.replace('_', ' ')} "
        "network.", runs, against)
