"""What a trained network does in its task: trials, movements, neurons, errors, attractors."""
import numpy as np

from .style import CATEGORIES, PALETTE, counted, heading, logarithmic, plt, save

# Outputs and inputs that are drawn of a trial.
MOST_OUTPUTS = 4
MOST_INPUTS = 6
# Units whose mean rates are drawn: those whose rates change most.
MOST_UNITS = 8
# Seconds of a step and of a bin of the reaches.
REACH_STEP, REACH_BIN = 0.002, 0.01
# Metres of the arm's segments, and the angles at which it rests, in degrees.
SEGMENTS, REST = (0.3, 0.3), (20, 140)


def draw(run, stem, names):
    """Every figure for which the run has the numbers."""
    if "output" in run.examples:
        examples(run, names.further(f"{stem}-example"))
    if "autonomous_run" in run.examples:
        attractor(run, names.further(f"{stem}-attractor"))
    if "error_since_switch" in run.examples:
        switches(run, names.further(f"{stem}-switch"))
    if "center_out_hand" in run.examples:
        hands([run], names.further(f"{stem}-hand"))
        torques(run, names.further(f"{stem}-torque"))
    if "center_out_rates" in run.examples:
        neurons(run, names.further(f"{stem}-neurons"))


def trials(run):
    """Inputs, outputs and targets by trial; a target is NaN where the loss does not count it."""
    output, target = run.examples["output"], run.examples["target"]
    weight = run.examples.get("loss_weight")
    if weight is not None:
        target = np.where(weight > 0, target, np.nan)
    steps = int(run.steps or len(output))
    given = run.examples.get("input")
    if given is None:
        given = np.zeros((len(output), 0))
    split = [values.reshape(len(output) // steps, steps, values.shape[1])
             for values in (given, output, target)]
    # A task of few trials has some of them twice.
    kept = [i for i in range(len(split[1])) if not any(
        all(np.allclose(v[i], v[j], equal_nan=True) for v in split) for j in range(i))]
    return [values[kept] for values in split]


def examples(run, stem):
    """What the network does in some trials, beside what was wanted where the loss counts it."""
    given, output, target = trials(run)
    width = output.shape[2]
    rows = min(width, MOST_OUTPUTS)
    extra = 1 if given.shape[2] else 0
    figure, grid = plt.subplots(
        rows + extra, len(output),
        figsize=(max(4.5, 3.1 * len(output)), 1.5 * (rows + extra) + 0.9), squeeze=False,
        sharex=True)
    for place in range(len(output)):
        if extra:
            for d in range(min(given.shape[2], MOST_INPUTS)):
                grid[0, place].plot(given[place, :, d], color=CATEGORIES[d], linewidth=0.9)
        for d in range(rows):
            axes = grid[d + extra, place]
            wanted = target[place, :, d]
            axes.plot(wanted, color=PALETTE["truth"], linewidth=1.4, label="wanted",
                      marker="." if lonely(wanted) else None)
            axes.plot(output[place, :, d], color=PALETTE["network"], linewidth=1.2,
                      label="network")
        kind = "Held-out trial" if run.is_held_out else "Trained trial"
        grid[0, place].set_title(f"{kind} {place + 1}")
        grid[-1, place].set_xlabel("step")
    if extra:
        shown = min(given.shape[2], MOST_INPUTS)
        of = f", {shown} of {given.shape[2]}" if shown < given.shape[2] else ""
        grid[0, 0].set_ylabel(f"inputs{of}")
    for d in range(rows):
        grid[d + extra, 0].set_ylabel(f"output {d + 1}")
    handles, labels = grid[-1, 0].get_legend_handles_labels()
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


def switches(run, stem):
    """The error by the time since the hidden system changed, beside the filters'."""
    lines = (("network", "network"), ("filter that is told", "truth"),
             ("filter of a wrong system", "linear"), ("observation", "persistence"),
             ("system's centre", "mean"))
    errors = run.examples["error_since_switch"]
    figure, axes = plt.subplots(figsize=(5.6, 3.6))
    for column, (label, color) in enumerate(lines):
        axes.plot(errors[:, column], color=PALETTE[color], label=label)
    axes.set(title="Error since a switch", xlabel="steps since the system changed",
             ylabel="mean squared error")
    logarithmic(axes.yaxis)
    figure.legend(loc="outside right upper")
    heading(figure, f"{run.task}: {run.label}")
    save(figure, stem)


def by_direction(values, directions):
    return values.reshape(directions, -1, values.shape[1])


def hands(runs, stem):
    """Hand paths to the targets of all directions, one run a panel."""
    figure, grid = plt.subplots(
        1, len(runs), figsize=(4.4 * len(runs), 4.4), squeeze=False, sharex=True, sharey=True)
    for axes, run in zip(grid.flat, runs, strict=True):
        target = run.examples["center_out_target"]
        paths = by_direction(run.examples["center_out_hand"], len(target))
        angles = np.deg2rad(REST[0]), np.deg2rad(sum(REST))
        elbow = SEGMENTS[0] * np.array([np.cos(angles[0]), np.sin(angles[0])])
        rest = elbow + SEGMENTS[1] * np.array([np.cos(angles[1]), np.sin(angles[1])])
        axes.plot(*np.array([[0, 0], elbow, rest]).T, "-o", color=PALETTE["persistence"],
                  linewidth=3, markersize=6, zorder=0, label="arm at rest")
        for direction, path in enumerate(paths):
            color = CATEGORIES[direction % len(CATEGORIES)]
            axes.plot(path[:, 0], path[:, 1], color=color, linewidth=1.2)
            for place in range(target.shape[1] // 2):
                axes.plot(*target[direction, 2 * place:2 * place + 2], color=color, marker="os"[place],
                          markerfacecolor="none", markersize=9, linestyle="none")
        axes.set(title=run.label, xlabel="x (m)", ylabel="y (m)", aspect="equal")
    heading(figure, f"{runs[0].task}: hand paths, a trial a direction")
    save(figure, stem)


def torques(run, stem):
    """Torques on both joints in the trials of the hand paths."""
    directions = len(run.examples["center_out_target"])
    values = by_direction(run.examples["center_out_torque"], directions)
    figure, panels = plt.subplots(2, 1, figsize=(6.4, 4.6), sharex=True)
    time = REACH_STEP * np.arange(values.shape[1])
    for joint, (axes, name) in enumerate(zip(panels, ("Shoulder", "Elbow"), strict=True)):
        for direction in range(directions):
            axes.plot(time, values[direction, :, joint], linewidth=1,
                      color=CATEGORIES[direction % len(CATEGORIES)])
        axes.set(title=name, ylabel="torque (N m)")
        cues(axes, run)
    panels[-1].set_xlabel("time (s); dashed: targets show, go cues")
    heading(figure, f"{run.task}: torques, one colour a direction; {run.label}")
    save(figure, stem)


def neurons(run, stem):
    """Mean rates of single units by direction, those first that change most."""
    directions = len(run.examples["center_out_target"])
    rates = by_direction(run.examples["center_out_rates"], directions)
    order = np.argsort(-rates.std(axis=(0, 1)))[:MOST_UNITS]
    columns = min(4, len(order))
    rows = -(-len(order) // columns)
    figure, grid = plt.subplots(
        rows, columns, figsize=(2.9 * columns, 2.1 * rows + 0.6), squeeze=False, sharex=True)
    time = REACH_BIN * (np.arange(rates.shape[1]) + 0.5)
    for axes, unit in zip(grid.flat, order, strict=False):
        for direction in range(directions):
            axes.plot(time, rates[direction, :, unit], linewidth=1,
                      color=CATEGORIES[direction % len(CATEGORIES)])
        axes.set_title(f"Unit {unit + 1}")
        cues(axes, run)
    for axes in list(grid.flat)[len(order):]:
        axes.set_axis_off()
    for axes in grid[-1]:
        axes.set_xlabel("time (s)")
    for axes in grid[:, 0]:
        axes.set_ylabel("mean rate")
    heading(figure, f"{run.task}: units by direction of the target; {run.label}")
    save(figure, stem)


def cues(axes, run):
    for time in np.ravel(run.examples["center_out_cue"]):
        if time > 0:
            axes.axvline(time, color=PALETTE["guide"], linewidth=0.8, linestyle="--")
