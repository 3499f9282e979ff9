"""One look for all figures, and saving them."""
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  (after the backend is chosen)
import numpy as np  # noqa: E402
from matplotlib.colors import LinearSegmentedColormap  # noqa: E402
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator  # noqa: E402

# One colour a meaning, told apart by readers who confuse red and green, or blue and yellow.
# Sources/Foundations/Charts/Palette.swift holds the same, and says what each one means; a test checks
# that both agree.
PALETTE = {
    "recorded": "#1f262d",
    "truth": "#b98a00",
    "network": "#0b6fb8",
    "persistence": "#8a939d",
    "linear": "#b83a08",
    "mean": "#0f9d76",
    "training": "#56a8de",
    "clipped": "#b0478f",
    "predicted": "#3b2a8c",
    "guide": "#59636e",
}
# Kinds without a meaning of their own, in this order (after Tol, "Colour schemes", 2021).
CATEGORIES = [
    "#4477aa", "#cc6677", "#117733", "#999933", "#882255", "#44aa99",
    "#88b0d8", "#e3a9b0", "#6dbb8a", "#cccc77", "#c27b9d", "#9fd6cc",
]
NEGATIVE, POSITIVE = "#2166ac", "#b2182b"
DIVERGING = LinearSegmentedColormap.from_list("diverging", [NEGATIVE, "white", POSITIVE])
INK, AXIS = PALETTE["recorded"], PALETTE["persistence"]

# Ticks that an axis has room for.
MOST_TICKS = 6

plt.rcParams.update({
    "font.size": 9, "axes.titlesize": 10, "axes.titleweight": "bold",
    "axes.titlelocation": "left", "axes.labelcolor": INK, "text.color": INK,
    "axes.edgecolor": AXIS, "xtick.color": INK, "ytick.color": INK, "axes.linewidth": 0.8,
    "axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False,
    "legend.fontsize": 8, "legend.handlelength": 1.6, "lines.linewidth": 1.4,
    "figure.dpi": 100, "savefig.dpi": 200, "figure.constrained_layout.use": True,
    "svg.fonttype": "none",
})


class Names:
    """Where figures go: a place for each result, and none given twice in a run.

    A result's figures are called as its file is, without the ending. Results that would share
    a name keep their endings where those differ (`model.h5.png`), and get the names of their
    folders, as many as tell them apart (`a/model.h5` and `b/model.h5`: `a-model`, `b-model`).
    """

    def __init__(self, paths, folder):
        full = {path: path.resolve() for path in paths}
        bare = [path.with_suffix("") for path in full.values()]
        whole = {path for path in paths if bare.count(full[path].with_suffix("")) > 1}

        def place(path, depth):
            folders = full[path].parts[1:-1][-depth:] if depth else ()
            name = path.name if path in whole else path.stem
            return (folder or path.parent) / "-".join((*folders, name))

        depths = dict.fromkeys(paths, 0)
        for _ in range(max((len(path.parts) for path in full.values()), default=0)):
            places = [place(*item) for item in depths.items()]
            for path, own in zip(paths, places, strict=True):
                depths[path] += places.count(own) > 1
        self.places, self.taken = {}, set()
        for path, depth in depths.items():
            self.places[path] = self.further(place(path, depth))

    def of(self, path):
        """The place of a result's main figure, without an ending."""
        return self.places[path]

    def further(self, place):
        """A place for one more figure; numbered where a figure of this run has it."""
        place, number = Path(place), 2
        free = place
        while free in self.taken:
            free, number = place.with_name(f"{place.name}-{number}"), number + 1
        self.taken.add(free)
        return free


def save(figure, stem):
    """Writes stem.png and stem.svg and names them on standard output."""
    Path(stem).parent.mkdir(parents=True, exist_ok=True)
    # The layout is worked out once, not for each kind of file.
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for kind in ("png", "svg"):
        figure.savefig(f"{stem}.{kind}")
        print(f"{stem}.{kind}", flush=True)
    plt.close(figure)


def heading(figure, text):
    """The figure's own title, at its left."""
    figure.suptitle(text, x=0.01, ha="left", fontsize=11)


def note(axes, text):
    """A line of results between the title and the axes, where no curve is."""
    lines = text.count("\n") + 1
    axes.set_title(axes.get_title(loc="left"), pad=6 + 11 * lines)
    axes.annotate(
        text, (0, 1), xytext=(0, 4), xycoords="axes fraction", textcoords="offset points",
        ha="left", va="bottom", fontsize=8, annotation_clip=False)


def counted(count, noun):
    """A count with its noun: 1 neuron, 3 neurons."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def number(value):
    """A number at a tick: no two of a logarithmic axis alike, and no zeros at its end."""
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1e5:
        return f"{value:.6g}".replace("-", "−")
    digits, power = f"{value:.3e}".split("e")
    return f"{float(digits):g}e{int(power)}".replace("-", "−", digits.startswith("-"))


def logarithmic(axis):
    """Makes an axis logarithmic: a few ticks with room for their labels, minor ones without."""
    axes = axis.axes
    set_scale = axes.set_xscale if axis is axes.xaxis else axes.set_yscale
    set_scale("log", nonpositive="mask")
    low, high = sorted(axis.get_view_interval())
    axis.set_minor_locator(NullLocator())
    if low > 0 and np.isfinite(high):
        axis.set_major_locator(FixedLocator(round_numbers(low, high)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))


def round_numbers(low, high):
    """Powers of ten between two positive numbers, or other round numbers where those are few."""
    decades = np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    step = max(1, -(-int(np.log10(high) - np.log10(low)) // MOST_TICKS))
    values = []
    for digits, every in (((1,), step), ((1, 3), 1), ((1, 2, 5), 1), ((1, 2, 3, 5, 7), 1),
                          (range(1, 10), 1)):
        values = [
            float(f"{digit}e{int(decade)}") for decade in decades if decade % every == 0
            for digit in digits]
        values = [value for value in values if low <= value <= high]
        if len(values) >= 3:
            return values
    found = [value for value in MaxNLocator(4).tick_values(low, high) if low <= value <= high]
    return found if len(found) > len(values) else values
