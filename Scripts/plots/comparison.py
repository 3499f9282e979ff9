"""Optimisers at equal time: the lowest held-out loss so far, by iteration and by time."""
import numpy as np

from .reading import array, text
from .style import counted, heading, logarithmic, plt, save
from .variants import colors

# Panels side by side where several tasks are drawn.
COLUMNS = 3
CLOCKS = {"iteration": "iteration", "elapsed": "training time (s)"}


class Comparison:
    """The curves of a comparison, by optimiser."""

    def __init__(self, file, name):
        self.name, self.task = name, text(file.attrs["task"])
        self.optimizers = [text(name) for name in file["comparison/optimizer"][()]]
        self.seeds = len(set(array(file, "comparison/seed")))
        self.run = array(file, "curve/run").astype(int)
        self.loss = array(file, "curve/loss")
        self.clocks = {clock: array(file, f"curve/{clock}") for clock in CLOCKS}

    def draw(self, axes, clock):
        """Medians and ranges; returns where the curve of each optimiser ends."""
        color = colors(self.optimizers)
        x, ends = self.clocks[clock], []
        for name in dict.fromkeys(self.optimizers):
            curves = [(x[self.run == i], self.loss[self.run == i])
                      for i, other in enumerate(self.optimizers) if other == name]
            ends.append(spread(axes, name, color[name], [curve for curve in curves if len(curve[0])]))
        axes.set_xlabel(CLOCKS[clock])
        return ends

    def scale(self, axis):
        """Losses by decades, if none is zero."""
        if np.nanmin(self.loss, initial=np.inf) > 0:
            logarithmic(axis)


def draw(comparison, stem):
    figure, panels = plt.subplots(1, 2, figsize=(9.6, 3.8), sharey=True)
    for axes, clock in zip(panels, CLOCKS, strict=True):
        ends = comparison.draw(axes, clock)
        axes.set_title(f"Lowest loss so far by {'iteration' if clock == 'iteration' else 'wall time'}")
        if clock == "iteration" and max(ends, default=0) > 5 * min(ends, default=0):
            logarithmic(axes.xaxis)
    panels[0].set_ylabel("held-out loss")
    comparison.scale(panels[0].yaxis)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside right upper")
    heading(figure, f"{comparison.task}: medians and ranges of {counted(comparison.seeds, 'seed')}")
    save(figure, stem)


def together(comparisons, stem):
    """Several comparisons by wall time, a panel each."""
    rows = -(-len(comparisons) // COLUMNS)
    figure, panels = plt.subplots(
        rows, COLUMNS, figsize=(9.6, 0.6 + 2.4 * rows), squeeze=False)
    shown = {}
    for axes, comparison in zip(panels.flat, comparisons, strict=False):
        comparison.draw(axes, "elapsed")
        comparison.scale(axes.yaxis)
        axes.set_title(comparison.name)
        shown.update(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
    for axes in panels.flat[len(comparisons):]:
        axes.set_axis_off()
    for row in panels:
        row[0].set_ylabel("held-out loss")
    figure.legend(shown.values(), shown.keys(), loc="outside right upper")
    seeds = " or ".join(str(count) for count in sorted({one.seeds for one in comparisons}))
    heading(figure, f"Lowest held-out loss so far: medians and ranges of {seeds} seeds")
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
