"""Learning curves of one run, or of several runs on one task."""
from pathlib import Path

import numpy as np

from .reading import array, configuration, setting, text
from .style import CATEGORIES, PALETTE, counted, heading, logarithmic, note, plt, save

# Outputs that are drawn of a trial.
MOST_OUTPUTS = 4
# Optimisers in the palette's order: each has its colour on every figure.
OPTIMIZERS = ("sofo", "adam", "fgd", "sofo-first-order", "force", "adamw", "soap", "muon", "eggroll")


def colors(runs):
    """A colour for each optimiser; those that are not listed come after the listed ones."""
    names = [*OPTIMIZERS, *sorted({run.optimizer for run in runs} - set(OPTIMIZERS))]
    return {name: CATEGORIES[place % len(CATEGORIES)] for place, name in enumerate(names)}


class Run:
    """What a figure needs of a run, read once."""

    def __init__(self, file):
        settings = configuration(file)
        self.path = Path(file.filename)

        def named(name, default):
            return text(file.attrs.get(name, settings.get(name, default)))

        self.task = named("task", "run")
        self.optimizer = named("optimizer", self.path.stem)
        self.seed = named("seed", "")
        self.steps = setting(file, "steps")
        # Where there is but one trial, it is evaluated on what it was trained on.
        self.is_held_out = setting(file, "held_out_trials") != 0
        self.peak_memory = setting(file, "peak_memory")
        self.examples = {name: array(file, f"example/{name}") for name in file.get("example", ())}
        self.log = {name: array(file, f"log/{name}") for name in file.get("log", ())}
        self.evaluation = {
            name: array(file, f"evaluation/{name}") for name in file.get("evaluation", ())}
        self.parameters = sum(
            int(np.prod(file[f"parameters/{name}"].shape)) for name in file.get("parameters", ()))

    @property
    def seconds(self):
        """Of an iteration, the median; the first ones warm caches up."""
        elapsed = self.log.get("elapsed")
        if elapsed is None or len(elapsed) < 2:
            return np.nan
        return float(np.median(np.diff(elapsed)))

    @property
    def label(self):
        return f"{self.optimizer}, seed {self.seed}" if self.seed else self.optimizer

    def curve(self, against):
        """Held-out loss, or the training loss when nothing was held out, against a clock."""
        for values in (self.evaluation, self.log):
            if values.get("loss") is None:
                continue
            x = values.get(against)
            clocked = "iteration" in self.log and self.log.get("elapsed") is not None
            if x is None and against == "elapsed" and clocked and values.get("iteration") is not None:
                # The clock of the log, read off at the iterations of the evaluation.
                x = np.interp(values["iteration"], self.log["iteration"], self.log["elapsed"])
            if x is None and against == "iteration":
                x = np.arange(len(values["loss"]))
            if x is not None:
                return x, values["loss"]
        return None


def draw(runs, stem):
    single = len(runs) == 1
    extras = [name for name in ("damping", "step", "learning_rate") if single
              and runs[0].log.get(name) is not None]
    others = [name for name in runs[0].evaluation
              if single and name not in ("iteration", "loss", "elapsed")
              and runs[0].evaluation[name].ndim == 1]
    panels = ["iteration", "elapsed"] + [f"log/{n}" for n in extras[:2]]
    panels += [f"evaluation/{n}" for n in others[:2]]
    columns = min(len(panels), 2)
    rows = -(-len(panels) // columns)
    figure, grid = plt.subplots(
        rows, columns, figsize=(4.6 * columns, 3.3 * rows), squeeze=False)
    for axes, panel in zip(grid.flat, panels, strict=False):
        if panel in ("iteration", "elapsed"):
            learning(axes, runs, panel)
        else:
            group, name = panel.split("/")
            values = getattr(runs[0], group)
            x = values.get("iteration", np.arange(len(values[name])))
            axes.plot(x, values[name], color=PALETTE["network"])
            axes.set(title=name.replace("_", " ").capitalize(), xlabel="iteration")
            positive = values[name][np.isfinite(values[name])]
            if len(positive) and positive.min() > 0 and positive.max() > 30 * positive.min():
                logarithmic(axes.yaxis)
    for axes in list(grid.flat)[len(panels):]:
        axes.set_axis_off()
    sizes = sorted({run.parameters for run in runs})
    size = f", {counted(sizes[0], 'parameter')}" if len(sizes) == 1 and sizes[0] else ""
    title = (f"{runs[0].task}: {runs[0].label}{size}" if single
             else f"{runs[0].task}: {counted(len(runs), 'run')}{size}")
    heading(figure, title)
    save(figure, stem)


def learning(axes, runs, against):
    color, single, named, drawn = colors(runs), len(runs) == 1, set(), []
    if single and runs[0].log.get("loss") is not None and runs[0].evaluation:
        x, loss = runs[0].log.get(against), runs[0].log["loss"]
        if x is not None:
            axes.plot(x, loss, color=PALETTE["training"], linewidth=0.8, label="training batch")
            drawn.append((x, loss))
    for run in runs:
        curve = run.curve(against)
        if curve is None:
            continue
        label = run.optimizer
        if single:
            label = "held out" if run.is_held_out else "the trained trial"
        axes.plot(*curve, color=PALETTE["network"] if single else color[run.optimizer],
                  label=None if label in named else label)
        named.add(label)
        drawn.append(curve)
    axes.set(
        title="Loss by iteration" if against == "iteration" else "Loss by wall time",
        xlabel="iteration" if against == "iteration" else "wall time (s)", ylabel="loss")
    if not drawn:
        axes.set_axis_off()
        return
    losses = np.concatenate([loss[np.isfinite(loss)] for _, loss in drawn])
    if len(losses) and losses.min() > 0:
        logarithmic(axes.yaxis)
    last = [x[-1] for x, _ in drawn]
    # Where one run is far longer than another, if what is left of the start says enough.
    if not single and max(last) > 5 * min(last) and all(np.sum(x > 0) > 2 for x, _ in drawn):
        logarithmic(axes.xaxis)
    if single and np.isfinite(drawn[-1][1]).any():
        note(axes, f"best {np.nanmin(drawn[-1][1]):.3g}")
    axes.legend(loc="best")


def growth(runs, stem):
    """Memory and time against the number of steps, an optimiser a line."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.2, 3.3))
    color = colors(runs)
    for optimizer in dict.fromkeys(run.optimizer for run in runs):
        own = sorted((run for run in runs if run.optimizer == optimizer), key=lambda r: r.steps)
        steps = [run.steps for run in own]
        for axes, values in ((left, [1e-6 * run.peak_memory for run in own]),
                             (right, [run.seconds for run in own])):
            axes.plot(steps, values, "o-", color=color[optimizer], label=optimizer)
    left.set(title="Memory against steps", ylabel="peak memory of a rank (MB)")
    left.set_ylim(bottom=0)
    right.set(title="Time against steps", ylabel="seconds an iteration")
    seconds = [run.seconds for run in runs]
    if max(seconds) > min(seconds):
        logarithmic(right.yaxis)
    for axes in (left, right):
        axes.set_xlabel("steps of a trial")
        logarithmic(axes.xaxis)
        axes.legend(loc="best")
    heading(figure, runs[0].task)
    save(figure, stem)


def examples(run, stem):
    """What the network does in some trials, beside what was wanted where the loss counts it."""
    output, target = run.examples["output"], run.examples["target"]
    weight = run.examples.get("loss_weight")
    if weight is not None:
        target = np.where(weight > 0, target, np.nan)
    # Trials stand one after the other in the file; a task of few has some of them twice.
    steps = int(run.steps or len(output))
    trials = np.stack([output, target], axis=1).reshape(-1, steps, 2, output.shape[1])
    kept = [i for i in range(len(trials))
            if not any(np.allclose(trials[i], trials[j], equal_nan=True) for j in range(i))]
    width = output.shape[1]
    rows = min(width, MOST_OUTPUTS)
    figure, grid = plt.subplots(
        rows, len(kept), figsize=(max(4.5, 3.1 * len(kept)), 1.5 * rows + 0.9), squeeze=False,
        sharex=True)
    for place, trial in enumerate(trials[kept]):
        for d in range(rows):
            axes = grid[d, place]
            wanted = trial[:, 1, d]
            axes.plot(wanted, color=PALETTE["truth"], linewidth=1.4, label="wanted",
                      marker="." if lonely(wanted) else None)
            axes.plot(trial[:, 0, d], color=PALETTE["network"], linewidth=1.2, label="network")
        kind = "Held-out trial" if run.is_held_out else "Trained trial"
        grid[0, place].set_title(f"{kind} {place + 1}")
        grid[-1, place].set_xlabel("step")
    for d in range(rows):
        grid[d, 0].set_ylabel(f"output {d + 1}")
    handles, labels = grid[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=2)
    some = f", {rows} of {width} outputs" if rows < width else ""
    heading(figure, f"{run.task}: {run.label}{some}")
    save(figure, stem)


def lonely(values):
    """Whether a line would not show some value, as it has no neighbour."""
    known = np.concatenate([[False], np.isfinite(values), [False]])
    return bool((known[1:-1] & ~known[:-2] & ~known[2:]).any())


def attractor(run, stem):
    """The autonomous run beside the true system: where it goes, and its return map."""
    paths = (("the system", run.examples["true_run"], PALETTE["truth"]),
             ("the network", run.examples["autonomous_run"], PALETTE["network"]))
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(12, 3.6))
    for axes, (name, path, color) in zip((left, middle), paths, strict=True):
        # One picture: thousands of crossing lines are slow to draw, and slower to open.
        axes.plot(path[:, 0], path[:, 2], color=color, linewidth=0.3, rasterized=True)
        axes.set(title=f"{counted(len(path), 'step')} of {name}", xlabel="x", ylabel="z")
    for name, path, color in paths:
        z = path[:, 2]
        peaks = z[1:-1][(z[1:-1] > z[:-2]) & (z[1:-1] >= z[2:])]
        right.plot(peaks[:-1], peaks[1:], ".", color=color, markersize=3,
                   label=f"{name}, {counted(max(0, len(peaks) - 1), 'pair')}")
    right.set(title="Return map", xlabel="maximum of z", ylabel="next maximum of z")
    right.legend(loc="best")
    save(figure, stem)
