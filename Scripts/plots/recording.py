"""The figure of a recording made by `ganglion generate`."""
import numpy as np

from .reading import setting
from .style import DIVERGING, INK, OTHER, QUIET, plt, save

MOST_NEURONS, MOST_FRAMES = 400, 1000


def draw(file, stem):
    rates = file["rates"]
    frames, neurons = rates.shape
    shown = np.asarray(rates[:MOST_FRAMES, :MOST_NEURONS], dtype=np.float64)
    dt = setting(file, "dt") or 1
    has_truth = "truth/W" in file and file["truth/W"].shape[0] <= 2000
    figure = plt.figure(figsize=(10.5 if has_truth else 7.5, 5))
    grid = figure.add_gridspec(2, 2 if has_truth else 1, width_ratios=[2, 1] if has_truth else [1])
    raster = figure.add_subplot(grid[0, 0])
    picture = raster.imshow(
        shown.T, aspect="auto", cmap=DIVERGING, vmin=-1, vmax=1, interpolation="nearest",
        extent=(0, len(shown) * dt, shown.shape[1], 0))
    figure.colorbar(picture, ax=raster, label="rate", shrink=0.8)
    raster.set(title=f"{neurons:,} neurons, {frames:,} frames", ylabel="neuron")
    lines = figure.add_subplot(grid[1, 0])
    window = shown[:500]
    for i in range(min(4, window.shape[1])):
        lines.plot(np.arange(len(window)) * dt, window[:, i] - 2.2 * i, color=INK, linewidth=0.9)
    lines.set(title="First neurons", xlabel="time (s)", yticks=[])
    lines.spines["left"].set_visible(False)
    lines.margins(x=0)
    if has_truth:
        spectrum(figure.add_subplot(grid[:, 1]), np.asarray(file["truth/W"], dtype=np.float64))
    save(figure, stem)


def spectrum(axes, W):
    """Eigenvalues of W; a random network of gain g fills the disc of radius g."""
    values = np.linalg.eigvals(W)
    gain = np.sqrt(len(W)) * W.std()
    angle = np.linspace(0, 2 * np.pi, 200)
    axes.plot(gain * np.cos(angle), gain * np.sin(angle), color=QUIET, linewidth=0.9)
    axes.scatter(values.real, values.imag, s=4, color=OTHER, linewidths=0)
    axes.axvline(1, color=INK, linewidth=0.8, linestyle=":")
    axes.set(
        title="Eigenvalues of the true W", xlabel="real part (dotted: 1, where rest is unstable)",
        ylabel="imaginary part", aspect="equal")
