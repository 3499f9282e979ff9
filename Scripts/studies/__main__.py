"""Command line of Scripts/study."""
import argparse
import dataclasses
import os
import sys
from pathlib import Path

from . import figures, running, summary
from .catalogue import STUDIES
from .outcome import outcome
from .study import jobs

MISSING = 66  # the exit code of a collection that lacks runs


def part(text):
    """I/N as two numbers."""
    try:
        number, count = map(int, text.split("/"))
    except ValueError:
        number, count = 0, 0
    if not 1 <= number <= count:
        raise argparse.ArgumentTypeError(f"{text} is no part: expected I/N with I from 1 to N, as 3/10")
    return number, count


def natural(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text}: expected a whole number from 1 on")
    return int(text)


class Parser(argparse.ArgumentParser):
    """Ends with the exit code that the program has for wrong usage."""

    def error(self, message):
        print(f"{self.prog}: {message}", file=sys.stderr)
        raise SystemExit(os.EX_USAGE)


def options():
    parser = Parser(prog="study")
    parser.add_argument("name", choices=STUDIES)
    parser.add_argument("--size", choices=("small", "published"), default="small")
    parser.add_argument("--networks", type=natural)
    parser.add_argument("--seed", type=natural, default=1)
    parser.add_argument("--method", default="")
    for name in ("neurons", "frames", "minutes"):
        parser.add_argument(f"--{name}", type=natural)
    parser.add_argument("--ranks", type=natural, default=1)
    parser.add_argument("--part", type=part)
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--collect", action="store_true")
    action.add_argument("--list", action="store_true")
    parser.add_argument("-o", "--output", type=Path)
    given = parser.parse_args()
    given.study = STUDIES[given.name]
    given.methods = [name for name in given.method.split(",") if name]
    known = list(dict.fromkeys(fit.method for fit in given.study.fits))
    for name in given.methods:
        if name not in known:
            parser.error(f"--method {name}: {given.name} has {', '.join(known)}")
    given.folder = given.output or Path(os.environ["STUDY_FOLDER"]) / f"{given.name}-{given.size}"
    return given


def collect(given, todo):
    """Table, JSON and figure of what there is; the exit code says whether all of it is."""
    found = [outcome(job, given.folder) for job in todo]
    table = summary.rows(given.study, found)
    given.folder.mkdir(parents=True, exist_ok=True)
    stem = given.folder / given.name
    summary.write_table(stem.with_suffix(".csv"), table)
    summary.write_document(
        stem.with_suffix(".json"), given.study,
        {"size": given.size, "ranks": given.ranks, "machine": os.uname().nodename,
         "cores": os.cpu_count()}, table, found)
    print(summary.text(given.study, table), flush=True)
    figures.draw(given.study, found, stem)
    missing = [one.job for one in found if one.state == "missing"]
    for job in missing:
        print(f"study: missing: {job.name} ({given.folder / job.result_file})", file=sys.stderr)
    return MISSING if missing else 0


def main():
    given = options()
    size = given.study.sizes[given.size]
    size = dataclasses.replace(size, **{
        name: getattr(given, name) for name in ("neurons", "frames", "minutes") if getattr(given, name)})
    seeds = range(given.seed, given.seed + (given.networks or size.networks))
    todo = list(jobs(given.study, size, seeds, given.methods, given.ranks))
    if given.list:
        for number, job in enumerate(todo, 1):
            print(f"{number:4} {outcome(job, given.folder).state:8} {job.name}")
        return 0
    if not given.collect:
        own = todo[given.part[0] - 1::given.part[1]] if given.part else todo
        running.run(own, given.folder)
        if given.part:
            return 0
    return collect(given, todo)


sys.exit(main())
