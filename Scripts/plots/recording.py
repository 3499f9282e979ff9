"""The figure of a recording made by `ganglion generate`."""
import numpy as np

from .reading import setting
from .style import DIVERGING, PALETTE, counted, note, plt, save

MOST_NEURONS, MOST_FRAMES = 400, 1000
MOST_LINES, LINE_FRAMES = 4, 500
# Neurons up to which the eigenvalues of the true W are found, some seconds' work.
MOST_EIGENVALUES = 800


def draw(file, stem):
    rates = file["rates"]
    frames, neurons = rates.shape
    shown = np.asarray(rates[:MOST_FRAMES, :MOST_NEURONS], dtype=np.float64)
    dt = setting(file, "dt")
    unit = "frame" if dt is None else "time (s)"
    dt = dt or 1
    has_truth = "truth/W" in file and file["truth/W"].shape[0] <= MOST_EIGENVALUES
    figure = plt.figure(figsize=(10.5 if has_truth else 7.5, 5))
    grid = figure.add_gridspec(2, 2 if has_truth else 1, width_ratios=[2, 1] if has_truth else [1])
    raster = figure.add_subplot(grid[0, 0])
    picture = raster.imshow(
        shown.T, aspect="auto", cmap=DIVERGING, vmin=-1, vmax=1, interpolation="nearest",
        extent=(0, len(shown) * dt, shown.shape[1], 0))
    figure.colorbar(picture, ax=raster, label="rate", shrink=0.8)
    raster.set(title=f"{counted(neurons, 'neuron')}, {counted(frames, 'frame')}", ylabel="neuron")
    if shown.shape != (frames, neurons):
        note(raster, f"shown: the first {counted(shown.shape[1], 'neuron')}, "
                     f"{counted(shown.shape[0], 'frame')}")
    lines = figure.add_subplot(grid[1, 0])
    window = shown[:LINE_FRAMES, :MOST_LINES]
    for i, line in enumerate(window.T):
        lines.plot(np.arange(len(line)) * dt, line - 2.2 * i, color=PALETTE["recorded"],
                   linewidth=0.9)
    lines.set(title=f"The first {counted(window.shape[1], 'neuron')}, "
                    f"{counted(window.shape[0], 'frame')}", xlabel=unit, yticks=[])
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
    axes.plot(gain * np.cos(angle), gain * np.sin(angle), color=PALETTE["guide"], linewidth=0.9)
    axes.scatter(values.real, values.imag, s=4, color=PALETTE["truth"], linewidths=0)
    axes.axvline(1, color=PALETTE["guide"], linewidth=0.8, linestyle=":")
    axes.set(
        title="Eigenvalues of the true W", xlabel="real part (dotted: 1, where rest is unstable)",
        ylabel="imaginary part", aspect="equal")
