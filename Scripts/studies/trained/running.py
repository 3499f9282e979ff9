"""Runs the jobs of a study that have no result yet: train, simulate, fit, evaluate."""
import fcntl
import json
import os
import sys
import time

from ..running import Failure, checked, failure_file, note_failure, noted_failure
from .study import Teacher

# What a fit holds out, so that `evaluate` has frames to score: the least that is whole trials.
HELD_OUT = ("--holdout", "0.02")
# Minutes between two checkpoints of a training.
CHECKPOINT_MINUTES = "5"


# The exit code of a training that did not come to its loss.
MISSED = 1


class Untrained(Failure):
    """A training without its result."""


def run(jobs, folder):
    """Runs them one after the other; a failure leaves the others alone. How many failed."""
    untrained, failures = {}, 0
    for number, job in enumerate(jobs, 1):
        result = job.place if isinstance(job, Teacher) else folder / job.result_file
        if result.exists():
            continue
        print(f"{number}/{len(jobs)} {job.name}", file=sys.stderr, flush=True)
        result.parent.mkdir(parents=True, exist_ok=True)
        try:
            if isinstance(job, Teacher):
                train(job)
            elif job.teacher in untrained:
                raise untrained[job.teacher]
            else:
                fit(job, folder, result)
            failure_file(result).unlink(missing_ok=True)
        except Failure as failure:
            note_failure(result, failure)
            failures += 1
            if isinstance(failure, Untrained) and not isinstance(job, Teacher):
                untrained[job.teacher] = failure
    return failures


def fit(job, folder, result):
    """Fits one recording and tries the model on another."""
    recording, probe = (record(job, flags, folder) for flags in (job.record, job.probe))
    model = folder / job.model_file
    began = time.monotonic()
    checked("fit", recording, "-o", model, *HELD_OUT, *job.fit.flags, "--quiet", ranks=job.ranks)
    if job.fit.refine:
        refine(model, job)
    seconds = time.monotonic() - began
    scores = checked(
        "evaluate", model, "--recording", probe, "--json", *job.evaluate, ranks=job.ranks)
    part = result.with_suffix(f".{os.getpid()}")
    part.write_text(json.dumps({"seconds": seconds, "evaluation": json.loads(scores)}, indent=1))
    part.rename(result)


def refine(model, job):
    """Puts the refined network in the place of the fitted one."""
    refined = model.with_suffix(".refined.h5")
    checked("refine", model, "-o", refined, *job.fit.refine, "--quiet", ranks=job.ranks)
    refined.rename(model)


def record(job, flags, folder):
    """A recording of the job's teacher, made when missing."""
    path = folder / job.recording_file(flags)
    if not path.exists():
        teacher = train(job.teacher)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.h5")
        checked("simulate", teacher, "-o", part, *flags, "--quiet", ranks=1)
        part.rename(path)
    return path


def train(teacher):
    """The teacher's file, made when missing; tasks of a job array wait for each other.

    One that missed its loss would do so again: that it did is noted beside it.
    """
    path = teacher.place
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            exit_code, message = noted_failure(path) or (0, "")
            if exit_code == MISSED:
                raise Untrained(exit_code, message)
            print(f"  {' '.join(map(str, teacher.arguments))}", file=sys.stderr, flush=True)
            part = path.with_suffix(".part.h5")
            checkpoint = path.with_suffix(".checkpoint")
            try:
                checked(
                    *teacher.arguments, "-o", part, "--checkpoint", checkpoint, "--checkpoint-every",
                    CHECKPOINT_MINUTES, "--quiet", ranks=teacher.ranks, failure=Untrained)
            except Untrained as failure:
                note_failure(path, failure)
                raise
            part.rename(path)
            failure_file(path).unlink(missing_ok=True)
    return path
