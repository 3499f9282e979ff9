"""The paper's figure of a study: r of W against wall time, or against what is varied."""
import numpy as np
from plots.style import CATEGORIES, heading, logarithmic, plt, save

# Points of a median curve over time.
POINTS = 200
LINES = {"": "-", "ridge": "-", "random": "-."}
PUBLISHED = (0, (5, 2))


def draw(study, outcomes, stem):
    """Our curves are drawn through, published ones dashed and named so."""
    known = [one for one in outcomes if one.has_result]
    methods = list(dict.fromkeys(
        [fit.method for fit in study.fits] + [value.method for value in study.published]))
    color = {method: CATEGORIES[i % len(CATEGORIES)] for i, method in enumerate(methods)}
    figure, axes = plt.subplots(figsize=(8.6, 4.4))
    if study.axis:
        against_setting(axes, study, known, color)
    else:
        against_time(axes, known, color)
        for value in study.published:
            axes.axhline(
                value.r, color=color[value.method], linestyle=PUBLISHED, linewidth=0.9,
                label=f"published, {' '.join(filter(None, (value.method, value.group)))}: {value.r:g}")
    axes.set_ylabel("r of the weights with the truth")
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=7)
    networks = len({one.job.seed for one in known})
    size = next((one.job.recording for one in known), None)
    told = f" (N {size[3]}, {int(size[5]) - 1} transitions, networks: {networks})" if size else ""
    heading(figure, study.title + told)
    save(figure, stem)


def curves(outcomes):
    """Outcomes by method and start."""
    found = {}
    for one in outcomes:
        found.setdefault((one.job.fit.method, one.job.fit.group), []).append(one)
    return found


def against_time(axes, outcomes, color):
    for (method, group), own in curves(outcomes).items():
        first = max(min(one.seconds[one.seconds > 0], default=np.inf) for one in own)
        last = max(one.total for one in own)
        label = " ".join(filter(None, (method, group)))
        style = {"color": color[method], "linestyle": LINES.get(group, "-")}
        if not first < last:
            axes.plot([last], [np.median([one.final for one in own])], "o", label=label, **style)
            continue
        times = np.geomspace(first, last, POINTS)
        # What a run has at a time is what it had last; what has ended stays.
        values = np.array([
            one.r[np.clip(np.searchsorted(one.seconds, times, "right") - 1, 0, None)] for one in own])
        axes.plot(times, np.median(values, axis=0), label=label, **style)
        if len(own) > 1:
            axes.fill_between(times, values.min(axis=0), values.max(axis=0), alpha=0.15,
                              color=color[method], linewidth=0)
    axes.set_xlabel("wall time of the fit (s)")
    if outcomes:
        logarithmic(axes.xaxis)


def against_setting(axes, study, outcomes, color):
    for (method, group), own in curves(outcomes).items():
        places = sorted({one.job.fit.x for one in own})
        values = [[one.best for one in own if one.job.fit.x == x] for x in places]
        axes.plot(places, [np.median(v) for v in values], "o", markersize=3, color=color[method],
                  linestyle=LINES.get(group, "-"), label=" ".join(filter(None, (method, group))))
        axes.fill_between(places, [min(v) for v in values], [max(v) for v in values], alpha=0.15,
                          color=color[method], linewidth=0)
    for value in study.published:
        axes.plot(*zip(*value.points, strict=True), color=color[value.method], linestyle=PUBLISHED,
                  linewidth=0.9, label=f"published, {value.method}")
    axes.set_xlabel(study.axis)
    if study.is_logarithmic:
        logarithmic(axes.xaxis)
