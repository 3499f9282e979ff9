"""Optimisers at equal time: the lowest held-out loss so far, by iteration and by time."""
import numpy as np

from .reading import array, text
from .style import counted, heading, logarithmic, plt, save
from .variants import colors


def draw(file, stem):
    names = [text(name) for name in file["comparison/optimizer"][()]]
    run = array(file, "curve/run").astype(int)
    loss = array(file, "curve/loss")
    color = colors(names)
    figure, panels = plt.subplots(1, 2, figsize=(9.6, 3.8), sharey=True)
    for axes, clock in zip(panels, ("iteration", "elapsed"), strict=True):
        x = array(file, f"curve/{clock}")
        ends = []
        for name in dict.fromkeys(names):
            curves = [(x[run == i], loss[run == i]) for i, other in enumerate(names) if other == name]
            ends.append(
                spread(axes, name, color[name], [curve for curve in curves if len(curve[0])]))
        axes.set(
            title=f"Lowest loss so far by {'iteration' if clock == 'iteration' else 'wall time'}",
            xlabel="iteration" if clock == "iteration" else "training time (s)")
        if clock == "iteration" and max(ends, default=0) > 5 * min(ends, default=0):
            logarithmic(axes.xaxis)
    panels[0].set_ylabel("held-out loss")
    if np.nanmin(loss, initial=np.inf) > 0:
        logarithmic(panels[0].yaxis)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside right upper")
    seeds = len(set(array(file, "comparison/seed")))
    heading(figure, f"{text(file.attrs['task'])}: medians and ranges of {counted(seeds, 'seed')}")
    save(figure, stem)


def spread(axes, name, color, curves):
    """Median and range over the runs of an optimiser; returns where they end."""
    if not curves:
        return 0
    end = min(x[-1] for x, _ in curves)
    grid = np.unique(np.concatenate([x[x <= end] for x, _ in curves]))
    # What was the lowest at a time is that of the evaluation before it.
    lowest = np.array([
        np.fmin.accumulate(loss)[np.searchsorted(x, grid, side="right") - 1] for x, loss in curves])
    axes.plot(grid, np.nanmedian(lowest, axis=0), color=color, label=name)
    axes.fill_between(
        grid, np.nanmin(lowest, axis=0), np.nanmax(lowest, axis=0), color=color, alpha=0.2,
        linewidth=0)
    return end
