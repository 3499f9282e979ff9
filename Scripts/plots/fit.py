"""The figure of one fitted model."""
import h5py
import numpy as np

from . import traces
from .reading import array, beside, setting, text
from .style import DIVERGING, PALETTE, counted, heading, logarithmic, note, plt, save

# Weights read for a picture; beyond it rows are taken at equal distances.
MOST_WEIGHTS = 1_000_000
# What the curves of a choice are called.
LABELS = {"error": "held-out error", "clipped": "targets beyond ±1 (share)"}


def draw(file, stem):
    """Connectivity, objective, skill, held-out traces, rollout, selection: what is there."""
    panels = [connectivity, objective, skill]
    panels += [rollout] if any(name.startswith("rollout") for name in file.get("score", ())) else []
    panels += [
        (lambda axes, file, group=group: selection(axes, file, group))
        for group in selections(file)
    ]
    prediction = traces.load(file)
    columns = 2 if len(panels) == 4 else 3
    rows = -(-len(panels) // columns)
    heights = [3.3] * rows + ([3.4] if prediction else [])
    figure = plt.figure(figsize=(10.5, sum(heights)))
    grid = figure.add_gridspec(len(heights), columns, height_ratios=heights)
    for index, panel in enumerate(panels):
        panel(figure.add_subplot(grid[index // columns, index % columns]), file)
    if prediction:
        traces.draw(figure, grid[-1, :], prediction)
    name = text(file.attrs.get("input_file", file.filename)).rsplit("/", 1)[-1]
    W = file["W"]
    alpha, ridge = setting(file, "alpha"), setting(file, "lambda")
    parts = [f"{name}: {counted(W.shape[0], 'neuron')}"]
    parts += [f"α = {alpha:.3g}"] if alpha else []
    parts += [f"λ = {ridge:.1g}"] if ridge else []
    heading(figure, "   ".join(parts))
    save(figure, stem)


def some_rows(dataset):
    step = max(1, -(-dataset.shape[0] * dataset.shape[1] // MOST_WEIGHTS))
    rows = np.arange(0, dataset.shape[0], step)
    return rows, np.asarray(dataset[::step], dtype=np.float64)


def truth_of(file, shape):
    """/truth/W of this file, or of the recording it was fitted to, as an open dataset."""
    if "truth/W" in file:
        return file["truth/W"], None
    path = beside(file, text(file.attrs.get("input_file", "")))
    if path and h5py.is_hdf5(path):
        source = h5py.File(path)
        if "truth/W" in source and source["truth/W"].shape == shape:
            return source["truth/W"], source
        source.close()
    return None, None


def connectivity(axes, file):
    rows, W = some_rows(file["W"])
    truth, source = truth_of(file, file["W"].shape)
    if truth is None:
        limit = np.nanpercentile(np.abs(W), 99) or 1
        picture = axes.imshow(
            W, cmap=DIVERGING, vmin=-limit, vmax=limit, aspect="auto", interpolation="nearest",
            extent=(0, W.shape[1], file["W"].shape[0], 0))
        axes.figure.colorbar(picture, ax=axes, shrink=0.8, label="weight")
        axes.set(title="Fitted connectivity", xlabel="presynaptic neuron", ylabel="neuron")
        part(axes, rows, file)
        return
    _, true = some_rows(truth)
    if source is not None:
        source.close()
    off = np.ones(W.shape, dtype=bool)
    off[np.arange(len(rows)), rows] = False
    off &= np.isfinite(W)
    x, y = true[off], W[off]
    limit = np.percentile(np.abs(x), 99.9)
    reach = max(limit, np.percentile(np.abs(y), 99.9))
    axes.hexbin(
        x, y, gridsize=60, bins="log", cmap="Greys", mincnt=1, linewidths=0.1,
        extent=(-limit, limit, -reach, reach))
    axes.axline((0, 0), slope=1, color=PALETTE["truth"], linewidth=1)
    slope = (x @ y) / (x @ x)
    axes.set_title("Connectivity, off the diagonal")
    part(axes, rows, file, f"Pearson {np.corrcoef(x, y)[0, 1]:.3f}, slope {slope:.2f}")
    axes.set(
        xlabel="true weight", ylabel="recovered weight",
        xlim=(-limit, limit), ylim=(-reach, reach))


def part(axes, rows, file, text=""):
    """Says so where a picture holds only some rows of W."""
    total = file["W"].shape[0]
    rest = f"{len(rows):,} of {total:,} neurons" if len(rows) < total else ""
    if text or rest:
        note(axes, "; ".join(filter(None, (text, rest))))


def objective(axes, file):
    """The distance to the last value, as a share of the whole descent."""
    values = array(file, "log/objective")
    axes.set(title="Objective", xlabel="iteration", ylabel="above its last value, relative")
    if values is None or len(values) < 2:
        axes.set_axis_off()
        return
    drop = abs(values[0] - values[-1])
    gap = (values[:-1] - values[-1]) / drop if drop > 0 else np.full(1, 1e-16)
    axes.plot(np.arange(len(gap)), np.maximum(gap, 1e-16), color=PALETTE["network"])
    logarithmic(axes.yaxis)
    optimality = array(file, "diagnostics/optimality")
    if optimality is not None and np.isfinite(optimality).any():
        worst = np.nanmax(optimality)
        note(axes, f"optimality: median {np.nanmedian(optimality):.1e}, worst {worst:.1e}")


def skill(axes, file):
    values = array(file, "score/skill")
    axes.set(title="Held-out skill", xlabel="neurons, ordered", ylabel="skill")
    if values is None or not np.isfinite(values).any():
        axes.set_axis_off()
        return
    shown = np.sort(values[np.isfinite(values)])
    share = np.linspace(0, 1, len(shown))
    axes.axhline(0, color=PALETTE["persistence"], linewidth=0.8, label="persistence")
    axes.plot(share, shown, color=PALETTE["network"], label="network")
    persistence = array(file, "score/persistence_mse")
    for name in ("linear", "mean"):
        error = array(file, f"score/{name}_mse")
        if error is None or persistence is None:
            continue
        with np.errstate(divide="ignore", invalid="ignore"):
            other = 1 - error / persistence
        other = np.sort(other[np.isfinite(other)])
        axes.plot(np.linspace(0, 1, len(other)), other, color=PALETTE[name], label=name)
    low = min(np.percentile(shown, 2), 0)
    axes.set_ylim(low - 0.08 * (1 - low), 1.02)
    axes.legend(loc="best")
    note(axes, f"{counted(len(shown), 'neuron')}: median {np.median(shown):.3f}, "
               f"above 0: {np.mean(shown > 0):.0%}")
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")


def rollout(axes, file):
    names = {"mse": ("network", "network"), "persistence_mse": ("persistence", "persistence"),
             "linear_mse": ("linear", "linear"), "mean_mse": ("mean", "mean"),
             "decay_mse": ("mean", "own decay")}
    for name, (colour, meaning) in names.items():
        values = array(file, f"score/rollout_{name}")
        if values is not None:
            axes.plot(
                np.arange(1, len(values) + 1), values, color=PALETTE[colour], label=meaning,
                linestyle="--" if meaning == "own decay" else "-")
    axes.set(title="Free-running prediction", xlabel="frames ahead", ylabel="mean squared error")
    logarithmic(axes.yaxis)
    axes.legend(loc="best")
    starts = array(file, "score/rollout_start")
    if starts is not None:
        note(axes, f"mean over {counted(len(starts), 'held-out start')}")


def selections(file):
    """Groups /selection/<name> that hold `candidate` and at least one curve."""
    group = file.get("selection", {})
    return [
        name for name in group
        if isinstance(group[name], h5py.Group) and "candidate" in group[name]]


def selection(axes, file, name):
    group = file["selection"][name]
    candidates = np.asarray(group["candidate"], dtype=np.float64)
    order = np.argsort(candidates)
    meanings = {"clipped": "clipped"}
    for key in group:
        if key in ("candidate", "chosen") or group[key].shape != candidates.shape:
            continue
        axes.plot(candidates[order], np.asarray(group[key])[order], "o-", markersize=3,
                  color=PALETTE[meanings.get(key, "network")], label=LABELS.get(key, key))
    if any("error" in key for key in group):
        axes.axhline(1, color=PALETTE["persistence"], linewidth=0.8, label="persistence")
    chosen = chosen_of(group)
    if chosen is not None:
        axes.axvline(chosen, color=PALETTE["guide"], linewidth=0.8, linestyle=":", label="chosen")
    if len(candidates) > 2 and candidates.min() > 0 and np.ptp(np.log10(candidates)) > 0.9:
        logarithmic(axes.xaxis)
    result = f": {chosen:.3g}" if chosen is not None else ""
    axes.set(title=f"Choice of {name}{result}", xlabel=name, ylabel="error / persistence")
    axes.legend(loc="best")


def chosen_of(group):
    """The candidate that was taken, or None."""
    for attributes in (group["candidate"].attrs, group.attrs):
        if "chosen" in attributes:
            return float(attributes["chosen"])
    return float(group["chosen"][()]) if "chosen" in group else None
