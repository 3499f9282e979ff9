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
        note = failure_file(result)
        if result.exists():
            note.unlink(missing_ok=True)
        else:
            text = "\n".join(finished.stderr.strip().splitlines()[-KEPT_LINES:])
            note.write_text(json.dumps({"exit_code": finished.returncode, "message": text}))
            print(f"  exit code {finished.returncode}: {text}", file=sys.stderr, flush=True)


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


def program(*arguments, ranks):
    """One run of the program; without a launcher it takes all cores."""
    command = [os.environ["GANGLION_PROGRAM"], *map(str, arguments)]
    if ranks > 1:
        command = ["mpirun", "-n", str(ranks), "--oversubscribe", *command]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
