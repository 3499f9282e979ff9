"""Learning curves of one run, or of several runs on one task."""
from pathlib import Path

import numpy as np

from .reading import array, configuration, setting, text
from .style import PALETTE, counted, heading, logarithmic, note, plt, save
from .variants import colors, looks, share


class Run:
    """What a figure needs of a run, read once."""

    def __init__(self, file):
        settings = self.settings = configuration(file)
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
        # Free ones, where the file says.
        self.parameters = int(settings.get("parameters") or sum(
            int(np.prod(file[f"parameters/{name}"].shape)) for name in file.get("parameters", ())))

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
    if not single and all(run.evaluation.get("accuracy") is not None for run in runs):
        panels.append("accuracy")
    columns = min(len(panels), 2)
    rows = -(-len(panels) // columns)
    figure, grid = plt.subplots(
        rows, columns, figsize=(4.6 * columns, 3.3 * rows), squeeze=False)
    for axes, panel in zip(grid.flat, panels, strict=False):
        if panel in ("iteration", "elapsed"):
            learning(axes, runs, panel)
        elif panel == "accuracy":
            accuracy(axes, runs)
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
    single, named, drawn = len(runs) == 1, set(), []
    if single and runs[0].log.get("loss") is not None and runs[0].evaluation:
        x, loss = runs[0].log.get(against), runs[0].log["loss"]
        if x is not None:
            axes.plot(x, loss, color=PALETTE["training"], linewidth=0.8, label="training batch")
            drawn.append((x, loss))
    for run, look in zip(runs, looks(runs), strict=True):
        curve = run.curve(against)
        if curve is None:
            continue
        if single:
            look = {"color": PALETTE["network"],
                    "label": "held out" if run.is_held_out else "the trained trial"}
        axes.plot(*curve, **once(look, named))
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


def once(look, named):
    """A look whose label a legend has not got yet, or none."""
    label = look["label"]
    fresh = label not in named
    named.add(label)
    return {**look, "label": label if fresh else None}


def accuracy(axes, runs):
    """Share of right decisions on held-out trials by iteration."""
    named = set()
    for run, look in zip(runs, looks(runs), strict=True):
        axes.plot(run.evaluation["iteration"], 100 * run.evaluation["accuracy"],
                  **once(look, named))
    axes.set(title="Accuracy by iteration", xlabel="iteration", ylabel="held-out accuracy (%)")
    axes.legend(loc="best")


def sweep(runs, stem):
    """Curves of several shares of directions, K / P, and what each comes to."""
    runs = sorted(runs, key=share)
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(12.6, 3.6))
    named, all_looks = set(), looks(runs)
    for run, look in zip(runs, all_looks, strict=True):
        look = once(look, named)
        left.plot(run.log["iteration"], run.log["loss"], linewidth=0.9, **look)
        middle.plot(run.evaluation["iteration"], run.evaluation["loss"], **look)
    left.set(title="Training batches", xlabel="iteration", ylabel="loss")
    middle.set(title="Held out", xlabel="iteration", ylabel="loss")
    told = all(run.evaluation.get("accuracy") is not None for run in runs)
    for run, look in zip(runs, all_looks, strict=True):
        best = (100 * np.nanmax(run.evaluation["accuracy"]) if told
                else np.nanmin(run.evaluation["loss"]))
        right.plot(share(run), best, "o", color=look["color"])
    right.set(title="Best on held-out trials", xlabel="K / P",
              ylabel="accuracy (%)" if told else "loss")
    logarithmic(right.xaxis)
    for axes in (left, middle) if told else (left, middle, right):
        logarithmic(axes.yaxis)
    left.legend(loc="best")
    heading(figure, f"{runs[0].task}: {counted(len(runs), 'run')} by their share of directions")
    save(figure, stem)


def growth(runs, stem):
    """Memory and time against the number of steps, an optimiser a line."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.2, 3.3))
    optimizers = list(dict.fromkeys(run.optimizer for run in runs))
    color = colors(optimizers)
    for optimizer in optimizers:
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
