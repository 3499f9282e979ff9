"""All figures of some results: each one's own, and those that compare runs on one task."""
import h5py

from . import comparison, evaluation, fit, reading, recording, tasks, train
from .style import Names
from .variants import share


def draw_all(paths, folder=None):
    """Draws what it can; returns what it could not, each a path with the reason in words."""
    files = []
    for path in paths:
        if path.resolve() not in (known.resolve() for known in files):
            files.append(path)
    names = Names(files, folder)
    runs, comparisons, problems = [], [], []
    for path in files:
        try:
            with h5py.File(path) as file:
                draw(file, path, names, runs, comparisons)
        except OSError as error:
            problems.append((path, str(error)))
    for task in sorted({run.task for run in runs}):
        same = [run for run in runs if run.task == task]
        compare(task, same, folder or same[0].path.parent, names)
    if len(comparisons) > 1:
        comparison.together(comparisons, names.further((folder or files[0].parent) / "comparisons"))
    return problems


def draw(file, path, names, runs, comparisons):
    """All figures of one result; runs of train are collected to be compared, as their comparisons are."""
    kind, stem = reading.kind(file), names.of(path)
    if kind == "fit":
        fit.draw(file, stem)
    elif kind == "evaluation":
        evaluation.draw(file, stem)
    elif kind == "recording":
        recording.draw(file, stem)
    elif kind == "comparison":
        comparisons.append(comparison.Comparison(file, path.stem))
        comparison.draw(comparisons[-1], stem)
    elif kind == "train":
        run = train.Run(file)
        runs.append(run)
        train.draw([run], stem)
        tasks.draw(run, stem, names)
    else:
        raise OSError("neither a model, its scores, a run nor a recording of ganglion")


def compare(task, same, folder, names):
    """What runs on one task are compared by: learning, directions, hands, growth."""
    if len(same) > 1:
        train.draw(same, names.further(folder / f"{task}-comparison"))
    shares = [run for run in same if run.optimizer == "sofo" and share(run)]
    if len({share(run) for run in shares}) > 1:
        train.sweep(shares, names.further(folder / f"{task}-directions"))
    moved = [run for run in same if "center_out_hand" in run.examples]
    if len(moved) > 1:
        tasks.hands(moved, names.further(folder / f"{task}-hands"))
    if len({run.steps for run in same if run.peak_memory}) > 1:
        train.growth(
            [run for run in same if run.peak_memory], names.further(folder / f"{task}-growth"))
