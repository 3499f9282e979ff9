"""Command line of Scripts/study."""
import argparse
import os
import sys
import time
from pathlib import Path

from . import generated, trained

FAILED = 1  # the exit code where runs failed
MISSING = 66  # and of a collection that lacks runs
# What makes, runs and collects each study.
KINDS = {name: kind for kind in (generated, trained) for name in kind.STUDIES}
ALL = "all"
# Flags that are of one study, not of all of them.
SINGULAR = ("method", "neurons", "frames", "minutes", "teacher_ranks", "part")


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
    parser.add_argument("name", choices=(*KINDS, ALL))
    parser.add_argument("--size", choices=("small", "published"), default="small")
    parser.add_argument("--networks", type=natural)
    parser.add_argument("--seed", type=natural, default=1)
    parser.add_argument("--method", default="")
    for name in ("neurons", "frames", "minutes"):
        parser.add_argument(f"--{name}", type=natural)
    parser.add_argument("--ranks", type=natural, default=1)
    parser.add_argument("--teacher-ranks", type=natural)
    parser.add_argument("--part", type=part)
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--collect", action="store_true")
    action.add_argument("--list", action="store_true")
    action.add_argument("--teachers", action="store_true")
    parser.add_argument("-o", "--output", type=Path)
    given = parser.parse_args()
    if given.name != ALL:
        return [one_study(parser, given)]
    for name in SINGULAR:
        if getattr(given, name):
            parser.error(f"--{name.replace('_', '-')} is of one study, and all are asked for; leave it out")
    kinds = {name: kind for name, kind in KINDS.items() if not given.teachers or kind is trained}
    return [one_study(parser, argparse.Namespace(**{
        **vars(given), "name": name, "output": given.output and folder_in(given.output, name, given.size),
    })) for name in kinds]


def folder_in(place, name, size):
    """Where a study goes among others."""
    return place / f"{name}-{size}"


def one_study(parser, given):
    """What was asked for of a study, checked."""
    given.kind = KINDS[given.name]
    given.study = given.kind.STUDIES[given.name]
    for name, reason in given.kind.USELESS.items():
        if getattr(given, name):
            parser.error(f"--{name.replace('_', '-')} does nothing here: {reason}; leave it out")
    given.methods = [name for name in given.method.split(",") if name]
    known = list(dict.fromkeys(fit.method for fit in given.study.fits))
    for name in given.methods:
        if name not in known:
            parser.error(f"--method {name}: {given.name} has {', '.join(known)}")
    given.folder = given.output or folder_in(
        Path(os.environ["STUDY_FOLDER"]), given.name, given.size)
    return given


def collect(given, todo):
    """Writes what there is; the exit code says whether that is all."""
    found = [given.kind.outcome(job, given.folder) for job in todo]
    given.folder.mkdir(parents=True, exist_ok=True)
    given.kind.write(given, found, given.folder / given.name)
    missing = [one.job for one in found if one.state == "missing"]
    for job in missing:
        print(f"study: missing: {job.name} ({given.folder / job.result_file})", file=sys.stderr)
    return MISSING if missing else 0


def study(given):
    """Does what was asked for of a study; the exit code says whether that is all."""
    todo = given.kind.jobs(given)
    if given.list:
        for number, job in enumerate(todo, 1):
            print(f"{number:4} {given.kind.outcome(job, given.folder).state:8} {job.name}")
        return 0
    if given.collect:
        return collect(given, todo)
    if given.teachers:
        todo = trained.teachers(todo)
    began = time.monotonic()
    failures = given.kind.run(
        todo[given.part[0] - 1::given.part[1]] if given.part else todo, given.folder)
    minutes = (time.monotonic() - began) / 60
    print(f"study: {given.name}: {minutes:.1f} minutes", file=sys.stderr, flush=True)
    code = 0 if given.part or given.teachers else collect(given, todo)
    return code or (FAILED if failures else 0)


sys.exit(max(study(given) for given in options()))
