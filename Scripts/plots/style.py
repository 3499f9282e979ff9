"""One look for all figures, and saving them."""
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  (after the backend is chosen)

INK, MODEL, OTHER, QUIET = "#222831", "#d1603d", "#2f6690", "#9aa5b1"
# Distinguishable in greyscale and for colour-blind readers (after Okabe and Ito).
SERIES = ["#d1603d", "#2f6690", "#3a9d79", "#c79a2b", "#8a5a9e", "#5c6670"]
DIVERGING = "RdBu_r"

plt.rcParams.update({
    "font.size": 9, "axes.titlesize": 10, "axes.titleweight": "bold",
    "axes.titlelocation": "left", "axes.labelcolor": INK, "text.color": INK,
    "axes.edgecolor": QUIET, "xtick.color": INK, "ytick.color": INK, "axes.linewidth": 0.8,
    "axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False,
    "legend.fontsize": 8, "lines.linewidth": 1.4, "figure.dpi": 100, "savefig.dpi": 200,
    "figure.constrained_layout.use": True, "svg.fonttype": "none",
})


def save(figure, stem):
    """Writes stem.png and stem.svg and names them on standard output."""
    Path(stem).parent.mkdir(parents=True, exist_ok=True)
    for kind in ("png", "svg"):
        figure.savefig(f"{stem}.{kind}", bbox_inches="tight")
        print(f"{stem}.{kind}")
    plt.close(figure)


def note(axes, text, corner="upper left"):
    """A line of results inside the axes."""
    vertical, horizontal = corner.split()
    x, y = (0.03 if horizontal == "left" else 0.97), (0.96 if vertical == "upper" else 0.04)
    axes.text(
        x, y, text, transform=axes.transAxes, ha=horizontal,
        va="top" if vertical == "upper" else "bottom", fontsize=8,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.5})
