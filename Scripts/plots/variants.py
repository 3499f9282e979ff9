"""What tells runs of one task apart: their optimisers, and the settings in which they differ."""
from .style import CATEGORIES

# Optimisers in the palette's order: each has its colour on every figure.
OPTIMIZERS = ("sofo", "adam", "fgd", "sofo-first-order", "force", "adamw", "soap", "muon", "eggroll")
# Settings that may tell runs of one optimiser apart, and how a label says them.
SETTINGS = (
    ("hidden", "n = {}"), ("tangents", "K = {}"), ("learning-rate", "rate {}"),
    ("damping", "damping {}"), ("damping-rule", "{}"), ("tangent-kind", "{}"),
    ("whitening", "whitening {}"), ("batch", "batch {}"), ("clip", "clip {}"),
    ("steps", "{} steps"), ("bits", "{} bits"), ("dimensions", "{} dimensions"),
    ("supervision", "loss at {}"), ("cell", "{}"), ("precision", "{}"),
)
STYLES = ("-", "--", ":", "-.")


def places(optimizers):
    """Where each optimiser stands in the palette: the listed ones first, then others by name."""
    listed = [*OPTIMIZERS, *sorted(set(optimizers) - set(OPTIMIZERS))]
    return {name: listed.index(name) for name in optimizers}


def colors(optimizers):
    """A colour for each optimiser, the same on every figure."""
    return {name: CATEGORIES[place % len(CATEGORIES)] for name, place in places(optimizers).items()}


def share(run):
    """K / P of a run, or None."""
    tangents, parameters = run.settings.get("tangents"), run.parameters
    return tangents / parameters if tangents and parameters else None


def words(run, key, form):
    value = run.settings[key]
    if key == "tangents" and share(run):
        return f"K/P = {share(run):.2g}"
    return form.format(f"{value:g}" if isinstance(value, (int, float)) else value)


def labels(runs):
    """A label for each run: its optimiser, and what tells it from others of that optimiser.

    Runs that differ in their seeds alone share one. A setting that differs for every optimiser
    alike, as the size of the network, still tells them apart.
    """
    result = []
    for run in runs:
        same = [other for other in runs if other.optimizer == run.optimizer]
        parts = [run.optimizer]
        for key, form in SETTINGS:
            values = {str(other.settings.get(key)) for other in same}
            if len(values) > 1 and key in run.settings:
                parts.append(words(run, key, form))
        if len({other.parameters for other in same}) > 1 and "hidden" not in run.settings:
            parts.append(f"{run.parameters:,} parameters")
        result.append(", ".join(parts))
    return result


def looks(runs):
    """Label, colour and style of each run: no two labels share colour and style.

    An optimiser that has one label keeps its own colour.
    """
    names = labels(runs)
    own = places({run.optimizer for run in runs})
    distinct = list(dict.fromkeys(names))
    if len(distinct) == len(own):
        place = {name: own[run.optimizer] for name, run in zip(names, runs, strict=True)}
    else:
        place = {name: number for number, name in enumerate(distinct)}
    return [
        {"label": name, "color": CATEGORIES[place[name] % len(CATEGORIES)],
         "linestyle": STYLES[place[name] // len(CATEGORIES) % len(STYLES)]} for name in names]
