"""The paper's figure of a study: what is recovered against what is varied, a panel a score."""
import numpy as np
from plots.style import CATEGORIES, heading, logarithmic, plt, save

PUBLISHED = (0, (5, 2))
MARKERS = "os^Dv"


def draw(study, outcomes, stem):
    """Our medians are drawn through, with their range; published ones dashed and named so."""
    done = [one for one in outcomes if one.state == "done"]
    curves = {}
    for one in done:
        curves.setdefault((one.job.fit.method, one.job.fit.group), []).append(one)
    groups = list(dict.fromkeys(
        [group for _, group in curves] + [value.group for value in study.published]))
    methods = list(dict.fromkeys(method for method, _ in curves))
    count = len(study.scores)
    figure, axes = plt.subplots(1, count, figsize=(1.4 + 3 * count, 3.6), squeeze=False)
    for place, score in zip(axes[0], study.scores, strict=True):
        for (method, group), own in curves.items():
            curve(place, own, score, label=" ".join(filter(None, (method, group))),
                  color=CATEGORIES[methods.index(method) % len(CATEGORIES)],
                  marker=MARKERS[groups.index(group) % len(MARKERS)])
        for value in study.published:
            if value.score == score.name:
                place.plot(*zip(*value.points, strict=True), color="#59636e", linewidth=0.9,
                           linestyle=PUBLISHED, marker=MARKERS[groups.index(value.group) % len(MARKERS)],
                           markersize=2.5, label=" ".join(filter(None, ("as published", value.group))))
        place.set_title(score.title)
        place.set_xlabel(study.axis)
        if study.is_logarithmic:
            logarithmic(place.xaxis)
        # What diverges tells nothing more by how far.
        place.set_ylim(bottom=max(place.get_ylim()[0], LOWEST))
    handles = {}
    for place in axes[0]:
        handles |= dict(zip(*reversed(place.get_legend_handles_labels()), strict=True))
    figure.legend(handles.values(), handles.keys(), loc="outside right center", fontsize=7)
    networks = len({one.job.seed for one in done})
    heading(figure, f"{study.title} (teachers: {networks})")
    save(figure, stem)


# The lower end of an axis, at most.
LOWEST = -1.2


def curve(axes, outcomes, score, label, **style):
    """Medians of a score over teachers, and the range."""
    places = sorted({one.job.fit.x for one in outcomes})
    values = [[one.value(score) for one in outcomes if one.job.fit.x == x] for x in places]
    values = [[v for v in at if np.isfinite(v)] or [np.nan] for at in values]
    if not np.isfinite([v for at in values for v in at]).any():
        return
    axes.plot(places, [np.median(v) for v in values], markersize=3.5, label=label, **style)
    axes.fill_between(places, [min(v) for v in values], [max(v) for v in values], alpha=0.15,
                      color=style["color"], linewidth=0)
