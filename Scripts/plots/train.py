"""Learning curves of one run, or of several runs on one task."""
from pathlib import Path

import numpy as np

from .reading import array, configuration, setting, text
from .style import INK, SERIES, note, plt, save


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
            if x is None and against == "elapsed" and "iteration" in self.log:
                # The clock of the log, read off at the iterations of the evaluation.
                if self.log.get("elapsed") is not None and values.get("iteration") is not None:
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
    for axes, panel in zip(grid.flat, panels):
        if panel in ("iteration", "elapsed"):
            learning(axes, runs, panel)
        else:
            group, name = panel.split("/")
            values = getattr(runs[0], group)
            x = values.get("iteration", np.arange(len(values[name])))
            axes.plot(x, values[name], color=SERIES[1])
            axes.set(title=name.replace("_", " ").capitalize(), xlabel="iteration")
            positive = values[name][np.isfinite(values[name])]
            if len(positive) and positive.min() > 0 and positive.max() > 30 * positive.min():
                axes.set_yscale("log")
    for axes in list(grid.flat)[len(panels):]:
        axes.set_axis_off()
    size = f", {runs[0].parameters:,} parameters" if runs[0].parameters else ""
    title = f"{runs[0].task}: {runs[0].label}{size}" if single else f"{runs[0].task}{size}"
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    save(figure, stem)


def learning(axes, runs, against):
    optimizers = list(dict.fromkeys(run.optimizer for run in runs))
    named = set()
    for run in runs:
        color = SERIES[optimizers.index(run.optimizer) % len(SERIES)]
        if len(runs) == 1 and run.log.get("loss") is not None and run.evaluation:
            x = run.log.get(against)
            if x is not None:
                axes.plot(x, run.log["loss"], color=color, alpha=0.3, linewidth=0.8,
                          label="training batch")
        curve = run.curve(against)
        if curve is None:
            continue
        label = "held out" if len(runs) == 1 else run.optimizer
        axes.plot(*curve, color=color, label=None if label in named else label)
        named.add(label)
        if len(runs) == 1:
            best = np.nanmin(curve[1])
            note(axes, f"best {best:.3g}", "lower left")
    axes.set_yscale("log")
    last = [curve[0][-1] for curve in (run.curve(against) for run in runs) if curve]
    if last and max(last) > 5 * min(last):
        axes.set_xscale("log")
    axes.set(
        title="Loss by iteration" if against == "iteration" else "Loss by wall time",
        xlabel="iteration" if against == "iteration" else "wall time (s)", ylabel="loss")
    if named:
        axes.legend(loc="upper right")
    if against == "elapsed" and not named:
        axes.set_axis_off()


def growth(runs, stem):
    """Memory and time against the number of steps, an optimiser a line."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.2, 3.3))
    optimizers = list(dict.fromkeys(run.optimizer for run in runs))
    for color, optimizer in zip(SERIES, optimizers):
        own = sorted((run for run in runs if run.optimizer == optimizer), key=lambda r: r.steps)
        steps = [run.steps for run in own]
        for axes, values in ((left, [1e-6 * run.peak_memory for run in own]),
                             (right, [run.seconds for run in own])):
            axes.plot(steps, values, "o-", color=color, label=optimizer)
    left.set(title="Memory against steps", ylabel="peak memory of a rank (MB)")
    left.set_ylim(bottom=0)
    right.set(title="Time against steps", ylabel="seconds an iteration")
    seconds = [run.seconds for run in runs]
    if max(seconds) > min(seconds):
        right.set_yscale("log")
    for axes in (left, right):
        axes.set(xlabel="steps of a trial", xscale="log")
        axes.legend(loc="upper left")
    figure.suptitle(f"{runs[0].task}", x=0.01, ha="left", fontsize=11)
    save(figure, stem)


def examples(run, stem):
    """What the network does on held-out trials, beside what was wanted."""
    # Trials stand one after the other in the file.
    width = run.examples["output"].shape[1]
    output, target = (
        run.examples[name].reshape(-1, int(run.steps), width) for name in ("output", "target"))
    trials = len(output)
    rows = min(width, 4)
    figure, grid = plt.subplots(
        rows, trials, figsize=(3.1 * trials, 1.5 * rows + 0.6), squeeze=False, sharex=True)
    for trial in range(trials):
        for d in range(rows):
            axes = grid[d, trial]
            axes.plot(target[trial, :, d], color=INK, linewidth=1, label="wanted")
            axes.plot(output[trial, :, d], color=SERIES[0], linewidth=1.2, label="network")
        grid[0, trial].set_title(f"Held-out trial {trial + 1}")
        grid[-1, trial].set_xlabel("step")
    for d in range(rows):
        grid[d, 0].set_ylabel(f"output {d + 1}")
    grid[0, 0].legend(loc="upper right")
    figure.suptitle(f"{run.task}: {run.label}", x=0.01, ha="left", fontsize=11)
    save(figure, f"{stem}-example")


def attractor(run, stem):
    """The autonomous run beside the true system: where it goes, and its return map."""
    paths = (("the system", run.examples["true_run"], INK),
             ("the network", run.examples["autonomous_run"], SERIES[0]))
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(12, 3.6))
    for axes, (name, path, color) in zip((left, middle), paths):
        axes.plot(path[:, 0], path[:, 2], color=color, linewidth=0.3)
        axes.set(title=f"{len(path):,} steps of {name}", xlabel="x", ylabel="z")
    for name, path, color in paths:
        z = path[:, 2]
        peaks = z[1:-1][(z[1:-1] > z[:-2]) & (z[1:-1] >= z[2:])]
        right.plot(peaks[:-1], peaks[1:], ".", color=color, markersize=3, label=name)
    right.set(title="Return map", xlabel="maximum of z", ylabel="next maximum of z")
    right.legend(loc="upper right")
    save(figure, f"{stem}-attractor")
