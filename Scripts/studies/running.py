"""Runs the jobs of a study that have no result yet."""
import json
import os
import subprocess
import sys

# Lines of a failed run that are kept: the last one says why.
KEPT_LINES = 5


class Failure(Exception):
    """A run of the program that ended without its result."""

    def __init__(self, exit_code, text):
        super().__init__(text)
        self.exit_code = exit_code
        self.text = text


def run(jobs, folder):
    """Runs them one after the other; a failure leaves the others alone. How many failed."""
    failures = 0
    for number, job in enumerate(jobs, 1):
        result = folder / job.result_file
        if result.exists():
            continue
        print(f"{number}/{len(jobs)} {job.name}", file=sys.stderr, flush=True)
        result.parent.mkdir(parents=True, exist_ok=True)
        try:
            fit(job, record(job, folder), result)
            failure_file(result).unlink(missing_ok=True)
        except Failure as failure:
            note_failure(result, failure)
            failures += 1
    return failures


def fit(job, recording, result):
    """One fit; what a signal cut short is no result."""
    part = result.with_suffix(".part.h5")
    try:
        checked("fit", recording, "-o", part, *job.flags, "--quiet", ranks=job.ranks)
        part.rename(result)
    finally:
        part.unlink(missing_ok=True)


def record(job, folder):
    """The job's recording, made when missing; tasks of a job array may make it at once."""
    path = folder / job.recording_file
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.h5")
    checked(*job.recording, "-o", part, ranks=1)
    part.rename(path)
    return path


def failure_file(result):
    """Where it stands that a run failed."""
    return result.with_suffix(".failed")


def note_failure(result, failure):
    """Keeps and says how a run without a result ended."""
    failure_file(result).write_text(
        json.dumps({"exit_code": failure.exit_code, "message": failure.text}))
    print(f"  exit code {failure.exit_code}: {failure.text}", file=sys.stderr, flush=True)


def noted_failure(result):
    """What was kept of a run that failed: exit code and message; None where there is nothing."""
    note = failure_file(result)
    if not note.exists():
        return None
    told = json.loads(note.read_text())
    return told["exit_code"], told["message"]


def told_failure(result):
    """The same in words."""
    noted = noted_failure(result)
    return noted and f"exit code {noted[0]}: {noted[1]}"


def checked(*arguments, ranks, failure=Failure):
    """What a run of the program prints; it has to succeed."""
    finished = program(*arguments, ranks=ranks)
    if finished.returncode:
        raise failure(
            finished.returncode, "\n".join(finished.stderr.strip().splitlines()[-KEPT_LINES:]))
    return finished.stdout


def program(*arguments, ranks):
    """One run of the program; without a launcher it takes all cores."""
    command = [os.environ["GANGLION_PROGRAM"], *map(str, arguments)]
    if ranks > 1:
        command = ["mpirun", "-n", str(ranks), "--oversubscribe", *command]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
