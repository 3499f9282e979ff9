"""The figure of what `ganglion evaluate -o` wrote."""
import numpy as np

from .fit import rollout, skill
from .reading import array, setting, text
from .style import INK, MODEL, QUIET, note, plt, save


def draw(file, stem):
    """Skill, free-running prediction, attractor, fixed points: what is there."""
    panels = [skill] if "score/skill" in file else []
    panels += [rollout] if "score/rollout_mse" in file else []
    panels += [spectra] if "attractor/power_network" in file else []
    panels += [eigenvalues] if "fixed_points/eigenvalue_real" in file else []
    if not panels:
        raise OSError("no frame was held out, so there are no scores to draw")
    figure, axes = plt.subplots(1, len(panels), figsize=(3.6 * len(panels), 3.1), squeeze=False)
    for panel, place in zip(panels, axes[0]):
        panel(place, file)
    name = text(file.attrs.get("input_file", file.filename)).rsplit("/", 1)[-1]
    pearson = setting(file, "connectivity_pearson")
    figure.suptitle(
        name + (f"   connectivity: Pearson {pearson:.3f}" if pearson is not None else ""),
        x=0.01, ha="left", fontsize=11)
    save(figure, stem)


def spectra(axes, file):
    """Mean power spectra of the free-running network and of the recording."""
    frequency = array(file, "frequency")[1:]
    for name, label, color in (("recorded", "recorded", INK), ("network", "network", MODEL)):
        axes.loglog(frequency, array(file, f"attractor/power_{name}")[1:], color=color, label=label)
    axes.set(title="Free run: power spectra", xlabel="cycles a frame", ylabel="power density")
    axes.legend(loc="lower left")
    distances = [
        f"{label} {np.nanmedian(array(file, f'attractor/{name}')):.2f}"
        f" ({np.nanmedian(array(file, f'attractor/{name}_yardstick')):.2f})"
        for label, name in (("states", "wasserstein"), ("spectra", "spectral_distance"))]
    note(axes, "median distance (yardstick)\n" + "\n".join(distances), "upper right")


def eigenvalues(axes, file):
    """Eigenvalues of the Jacobian at each fixed point, beside the unit circle."""
    angle = np.linspace(0, 2 * np.pi, 200)
    axes.plot(np.cos(angle), np.sin(angle), color=QUIET, linewidth=0.8)
    real, imaginary = array(file, "fixed_points/eigenvalue_real"), array(
        file, "fixed_points/eigenvalue_imaginary")
    for x, y in zip(real[:10], imaginary[:10]):
        axes.plot(x, y, "o", markersize=2, alpha=0.6)
    unstable = array(file, "fixed_points/unstable")
    note(axes, f"{len(unstable)} fixed points\nunstable: {int(unstable.min())} to "
               f"{int(unstable.max())} directions", "lower left")
    axes.set(title="Eigenvalues at fixed points", xlabel="real", ylabel="imaginary")
    axes.set_aspect("equal", adjustable="datalim")
