"""Runs the jobs of a study that have no result yet: train, simulate, fit, evaluate."""
import fcntl
import json
import os
import sys
import time

from ..running import failure_file, last_lines, note_failure, program
from .study import Teacher

# What a fit holds out, so that `evaluate` has frames to score: the least that is whole trials.
HELD_OUT = ("--holdout", "0.02")
# Minutes between two checkpoints of a training.
CHECKPOINT_MINUTES = "5"


class Failure(Exception):
    """A run of the program that ended without its result."""

    def __init__(self, finished):
        self.exit_code = finished.returncode
        self.text = last_lines(finished)
        super().__init__(self.text)


class Untrained(Failure):
    """A training that did not come to its loss."""


def run(jobs, folder):
    """Runs them one after the other; a failure leaves the others alone."""
    untrained = {}
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
            note_failure(result, failure.exit_code, failure.text)
            if isinstance(failure, Untrained) and not isinstance(job, Teacher):
                untrained[job.teacher] = failure


def fit(job, folder, result):
    """Fits one recording and tries the model on another."""
    recording, probe = (record(job, flags, folder) for flags in (job.record, job.probe))
    model = folder / job.model_file
    began = time.monotonic()
    checked("fit", recording, "-o", model, *HELD_OUT, *job.fit.flags, "--quiet", ranks=job.ranks)
    seconds = time.monotonic() - began
    scores = checked(
        "evaluate", model, "--recording", probe, "--json", *job.evaluate, ranks=job.ranks)
    part = result.with_suffix(f".{os.getpid()}")
    part.write_text(json.dumps({"seconds": seconds, "evaluation": json.loads(scores)}, indent=1))
    part.rename(result)


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
    """The teacher's file, made when missing; tasks of a job array wait for each other."""
    path = teacher.place
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            print(f"  {' '.join(teacher.arguments)}", file=sys.stderr, flush=True)
            part = path.with_suffix(".part.h5")
            checkpoint = path.with_suffix(".checkpoint")
            checked(
                *teacher.arguments, "-o", part, "--checkpoint", checkpoint, "--checkpoint-every",
                CHECKPOINT_MINUTES, "--quiet", ranks=teacher.ranks, failure=Untrained)
            part.rename(path)
    return path


def checked(*arguments, ranks, failure=Failure):
    """What a run of the program prints; it has to succeed."""
    finished = program(*arguments, ranks=ranks)
    if finished.returncode:
        raise failure(finished)
    return finished.stdout
