"""Runs the jobs of a study that have no result yet."""
import json
import os
import subprocess
import sys

# Lines of a failed run that are kept: the last one says why.
KEPT_LINES = 5


def run(jobs, folder):
    """Runs them one after the other; a failure leaves the others alone."""
    for number, job in enumerate(jobs, 1):
        result = folder / job.result_file
        if result.exists():
            continue
        print(f"{number}/{len(jobs)} {job.name}", file=sys.stderr, flush=True)
        recording = record(job, folder)
        result.parent.mkdir(parents=True, exist_ok=True)
        finished = program(
            "fit", recording, "-o", result, *job.flags, "--quiet", ranks=job.ranks)
        if result.exists():
            failure_file(result).unlink(missing_ok=True)
        else:
            note_failure(result, finished.returncode, last_lines(finished))


def record(job, folder):
    """The job's recording, made when missing; tasks of a job array may make it at once."""
    path = folder / job.recording_file
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.h5")
    made = program(*job.recording, "-o", part, ranks=1)
    if made.returncode:
        raise SystemExit(f"study: {' '.join(job.recording)}: {made.stderr.strip()}")
    part.rename(path)
    return path


def failure_file(result):
    """Where it stands that a run failed."""
    return result.with_suffix(".failed")


def last_lines(finished):
    """What a run that failed said at last."""
    return "\n".join(finished.stderr.strip().splitlines()[-KEPT_LINES:])


def note_failure(result, exit_code, message):
    """Keeps and says how a run without a result ended."""
    failure_file(result).write_text(json.dumps({"exit_code": exit_code, "message": message}))
    print(f"  exit code {exit_code}: {message}", file=sys.stderr, flush=True)


def told_failure(result):
    """What was kept of a run that failed, in words; None where there is nothing."""
    note = failure_file(result)
    if not note.exists():
        return None
    told = json.loads(note.read_text())
    return f"exit code {told['exit_code']}: {told['message']}"


def program(*arguments, ranks):
    """One run of the program; without a launcher it takes all cores."""
    command = [os.environ["GANGLION_PROGRAM"], *map(str, arguments)]
    if ranks > 1:
        command = ["mpirun", "-n", str(ranks), "--oversubscribe", *command]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
