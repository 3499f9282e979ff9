"""One table of a study: medians and ranges over networks, a row a method and setting."""
import csv
import json

import numpy as np

from .study import label

COLUMNS = (
    "method", "start", "x", "done", "asked", "r", "r_least", "r_most", "r_start", "r_last", "seconds",
    "reached", "seconds_to_bar", "seconds_to_bar_least", "seconds_to_bar_most", "exceptions")


def rows(study, outcomes):
    """The table, in the order of the study's fits."""
    by_fit = {}
    for one in outcomes:
        by_fit.setdefault(one.job.fit, []).append(one)
    return [row(study, fit, own) for fit, own in by_fit.items()]


def row(study, fit, outcomes):
    known = [one for one in outcomes if one.has_result]
    best = [one.best for one in known]
    to_bar = [one.seconds_to(study.bar) for one in known]
    reached = [seconds for seconds in to_bar if np.isfinite(seconds)]
    return {
        "method": fit.method, "start": fit.group or "ridge", "x": fit.x,
        "done": len(known), "asked": len(outcomes),
        **spread("r", best), "r_start": middle([one.start for one in known]),
        "r_last": middle([one.final for one in known]),
        "seconds": middle([one.total for one in known]), "reached": len(reached),
        **spread("seconds_to_bar", reached),
        "exceptions": exceptions(outcomes)}


def exceptions(outcomes):
    """How those ended that are not done, in words."""
    return "; ".join(
        f"seed {one.job.seed} {one.state}{': ' if one.message else ''}{one.message}"
        for one in outcomes if one.state != "done")


def middle(values):
    """The median, None of nothing."""
    return float(np.median(values)) if values else None


def spread(name, values):
    """Median, least and most under a column's name."""
    return {name: middle(values), f"{name}_least": min(values, default=None),
            f"{name}_most": max(values, default=None)}


def write_table(path, table, columns=COLUMNS):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows({
            key: f"{value:.6g}" if isinstance(value, float) else value
            for key, value in one.items()} for one in table)


def write_document(path, study, about, table, outcomes):
    """All of it for programs: ours and what was published, apart."""
    document = {
        "study": study.name, "title": study.title, "setting": study.setting, **about,
        "bar": study.bar, "ours": table,
        "runs": [{
            "method": one.job.fit.method, "start": one.job.fit.group or "ridge", "x": one.job.fit.x,
            "seed": one.job.seed, "state": one.state, "message": one.message,
            "result": one.job.result_file,
            "seconds": one.seconds.tolist() if one.has_result else None,
            "r": one.r.tolist() if one.has_result else None} for one in outcomes],
        "published": [vars(value) for value in study.published]}
    path.write_text(json.dumps(document, indent=1) + "\n")


def text(study, table):
    """The table for the terminal."""
    lines = [f"{'method':26} {'runs':>7} {'r (least to most)':24} {f's to r {study.bar:g}':>18}"]
    for one in table:
        name = label(one["method"], one["start"] if one["start"] != "ridge" else "", one["x"])
        r = "-" if one["r"] is None else f"{one['r']:.4f} ({one['r_least']:.4f} to {one['r_most']:.4f})"
        to_bar = "-" if one["seconds_to_bar"] is None else f"{one['seconds_to_bar']:.3g}"
        if one["reached"] and one["reached"] < one["done"]:
            to_bar += f" ({one['reached']} of {one['done']})"
        lines.append(f"{name:26} {one['done']:>3}/{one['asked']:<3} {r:24} {to_bar:>18}")
        if one["exceptions"]:
            lines.append(f"  {one['exceptions']}")
    return "\n".join(lines)
