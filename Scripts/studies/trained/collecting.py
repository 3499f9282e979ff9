"""Table, JSON and figure of a study: medians and ranges over teachers."""
import json
import os

import numpy as np

from ..study import label
from ..summary import exceptions, spread, write_table
from . import figures
from .study import Score

SECONDS = Score("seconds", "seconds of the fit", ())


def write(given, found, stem):
    """Writes all of it, and the table as text."""
    study = given.study
    table = rows(study, found)
    write_table(stem.with_suffix(".csv"), table, list(table[0]) if table else [])
    document = {
        "study": study.name, "title": study.title, "setting": study.setting, "size": given.size,
        "ranks": given.ranks, "machine": os.uname().nodename, "cores": os.cpu_count(),
        "scores": {score.name: score.title for score in (*study.scores, SECONDS)}, "ours": table,
        "runs": [one_run(study, one) for one in found],
        "published": [vars(value) for value in study.published]}
    stem.with_suffix(".json").write_text(json.dumps(document, indent=1) + "\n")
    print(text(study, table), flush=True)
    figures.draw(study, found, stem)


def one_run(study, one):
    """A job with its scores, for programs."""
    values = {score.name: one.value(score) for score in (*study.scores, SECONDS)}
    return {
        "method": one.job.fit.method, "group": one.job.fit.group, "x": one.job.fit.x,
        "seed": one.job.seed, "state": one.state, "message": one.message,
        "teacher": one.job.teacher.file, "model": one.job.model_file,
        **{name: value if np.isfinite(value) else None for name, value in values.items()}}


def rows(study, outcomes):
    """The table, in the order of the study's fits."""
    by_fit = {}
    for one in outcomes:
        by_fit.setdefault((one.job.fit.method, one.job.fit.group, one.job.fit.x), []).append(one)
    table = []
    for (method, group, x), own in by_fit.items():
        row = {"method": method, "group": group, "x": x,
               "done": sum(one.state == "done" for one in own), "asked": len(own)}
        for score in (*study.scores, SECONDS):
            values = [one.value(score) for one in own]
            known = [value for value in values if np.isfinite(value)]
            row |= {**spread(score.name, known), f"{score.name}_runs": len(known)}
        row["exceptions"] = exceptions(own)
        table.append(row)
    return table


def text(study, table):
    """The table for the terminal: medians, and the range where there is one."""
    scores = (*study.scores, SECONDS)
    lines = [f"{'method':30} {'runs':>7}  " + "  ".join(f"{score.name:22}" for score in scores)]
    for one in table:
        name = label(one["method"], one["group"], one["x"])
        cells = [f"{cell(one, score.name):22}" for score in scores]
        lines.append(f"{name:30} {one['done']:>3}/{one['asked']:<3}  " + "  ".join(cells))
        if one["exceptions"]:
            lines.append(f"  {one['exceptions']}")
    return "\n".join(lines)


def cell(row, name):
    """A median with its range."""
    if row[name] is None:
        return "-"
    low, high = row[f"{name}_least"], row[f"{name}_most"]
    runs = row[f"{name}_runs"]
    return (f"{row[name]:.3g}" + (f" ({low:.3g} to {high:.3g})" if low != high else "")
            + (f", {runs} of {row['done']}" if runs < row["done"] else ""))
