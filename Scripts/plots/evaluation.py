"""The figure of what `ganglion evaluate -o` wrote."""
import numpy as np

from .fit import rollout, skill
from .reading import array, setting, text
from .style import CATEGORIES, PALETTE, counted, heading, logarithmic, note, plt, save

MOST_FIXED_POINTS = 10
MOST_PAIRS = 6


def draw(file, stem):
    """Skill, free-running prediction, attractor, fixed points, nulls, currents: what is there."""
    panels = [skill] if "score/skill" in file else []
    panels += [rollout] if "score/rollout_mse" in file else []
    panels += [spectra] if "attractor/power_network" in file else []
    panels += [eigenvalues] if "fixed_points/eigenvalue_real" in file else []
    panels += [p_values] if "nulls/p" in file else []
    panels += [currents] if "currents/component" in file else []
    if not panels:
        raise OSError("there are no scores to draw: no frame was held out")
    figure, axes = plt.subplots(1, len(panels), figsize=(3.6 * len(panels), 3.4), squeeze=False)
    for panel, place in zip(panels, axes[0], strict=True):
        panel(place, file)
    name = text(file.attrs.get("input_file", file.filename)).rsplit("/", 1)[-1]
    pearson = setting(file, "connectivity_pearson")
    heading(
        figure, name + (f"   connectivity: Pearson {pearson:.3f}" if pearson is not None else ""))
    save(figure, stem)


def spectra(axes, file):
    """Mean power spectra of the free-running network and of the recording."""
    frequency = array(file, "frequency")[1:]
    lines = (("recorded", "recorded", "recorded", "-"),
             ("network", "network, free-running", "network", "--"))
    for name, label, meaning, dash in lines:
        power = array(file, f"attractor/power_{name}")[1:]
        axes.plot(frequency, power, color=PALETTE[meaning], linestyle=dash, label=label)
    axes.set(title="Free run: power spectra", xlabel="cycles a frame", ylabel="power density")
    logarithmic(axes.xaxis)
    logarithmic(axes.yaxis)
    axes.legend(loc="best")
    distances = [
        f"{label} {np.nanmedian(array(file, f'attractor/{name}')):.2f}"
        f" ({np.nanmedian(array(file, f'attractor/{name}_yardstick')):.2f})"
        for label, name in (("states", "wasserstein"), ("spectra", "spectral_distance"))]
    note(axes, "median distance (yardstick):\n" + ", ".join(distances))


def eigenvalues(axes, file):
    """Eigenvalues of the Jacobian at the fixed points that most starts ended in."""
    angle = np.linspace(0, 2 * np.pi, 200)
    axes.plot(np.cos(angle), np.sin(angle), color=PALETTE["guide"], linewidth=0.8)
    real, imaginary = array(file, "fixed_points/eigenvalue_real"), array(
        file, "fixed_points/eigenvalue_imaginary")
    found = array(file, "fixed_points/found")
    order = np.arange(len(real)) if found is None else np.argsort(-found, kind="stable")
    shown = order[:MOST_FIXED_POINTS]
    # The point that most starts ended in is drawn last, and alone in full colour.
    for place in reversed(shown):
        axes.plot(real[place], imaginary[place], "o", markersize=2, color=PALETTE["network"],
                  alpha=1 if place == shown[0] else 0.35, markeredgewidth=0)
    unstable = array(file, "fixed_points/unstable")[shown].astype(int)
    span = f"{unstable.min()}" if np.ptp(unstable) == 0 else f"{unstable.min()} to {unstable.max()}"
    count = counted(len(real), "fixed point")
    axes.set_title("Eigenvalues at fixed points")
    note(axes, (count if len(shown) == len(real) else f"{len(shown)} of {count}")
         + f", unstable directions: {span}")
    axes.set(xlabel="real", ylabel="imaginary")
    axes.set_aspect("equal", adjustable="datalim")


def p_values(axes, file):
    """How often weights have each p value, against what chance gives."""
    p = array(file, "nulls/p")
    p = p[np.isfinite(p)]
    axes.hist(p, np.linspace(0, 1, 21), density=True, color=PALETTE["network"])
    axes.axhline(1, color=PALETTE["guide"], linewidth=0.8)
    axes.set(title="Weights against nulls", xlabel="p", ylabel="density", xlim=(0, 1))
    found = int(setting(file, "null_discoveries") or 0)
    note(axes, f"{counted(len(p), 'weight')}, {found} at a false discovery rate of 5 %")


def currents(axes, file):
    """The leading components of the currents of the pairs in which most varies."""
    variance, component = array(file, "currents/variance"), array(file, "currents/component")
    time = array(file, "current_time")
    onto, source = ([text(name) for name in file[f"{kind}_region"][:]] for kind in ("target", "source"))
    order = np.argsort(-np.nan_to_num(variance), axis=None)[:MOST_PAIRS]
    for color, pair in zip(CATEGORIES, order, strict=False):
        i, j = np.unravel_index(pair, variance.shape)
        axes.plot(time, component[i, j], color=color, linewidth=0.8,
                  label=f"{source[j]} to {onto[i]}")
    has_clock = text(file["current_time"].attrs.get("units", "1")) == "s"
    axes.set(title="Currents between regions", xlabel="time (s)" if has_clock else "frame",
             ylabel="leading component")
    axes.legend(loc="best", ncols=2)
