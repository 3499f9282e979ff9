"""Studies of networks that are generated: r of the weights against wall time or a setting."""
import dataclasses
import os

from . import figures, study, summary
from .catalogue import STUDIES
from .outcome import outcome
from .running import run

__all__ = ["STUDIES", "jobs", "outcome", "run", "write"]

# The flags of Scripts/study that say nothing here.
USELESS = {"teachers": "no network is trained", "teacher_ranks": "no network is trained"}


def jobs(given):
    """All fits that were asked for."""
    size = dataclasses.replace(given.study.sizes[given.size], **{
        name: getattr(given, name) for name in ("neurons", "frames", "minutes") if getattr(given, name)})
    seeds = range(given.seed, given.seed + (given.networks or size.networks))
    return list(study.jobs(given.study, size, seeds, given.methods, given.ranks))


def write(given, found, stem):
    """Table, JSON and figure of what there is, and the table as text."""
    table = summary.rows(given.study, found)
    summary.write_table(stem.with_suffix(".csv"), table)
    summary.write_document(
        stem.with_suffix(".json"), given.study,
        {"size": given.size, "ranks": given.ranks, "machine": os.uname().nodename,
         "cores": os.cpu_count()}, table, found)
    print(summary.text(given.study, table), flush=True)
    figures.draw(given.study, found, stem)
