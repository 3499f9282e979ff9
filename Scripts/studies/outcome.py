"""What came out of one job: its curve of r against wall time, and how it ended."""
import dataclasses

import h5py
import numpy as np

from .running import told_failure

# What the program calls the endings that a table names.
ENDINGS = {"diverged": "diverged", "stopped": "stopped"}


@dataclasses.dataclass(frozen=True)
class Outcome:
    """A job and what is known of its result."""
    job: object
    state: str  # done, stopped (its time was up), diverged, failed or missing
    message: str = ""
    seconds: np.ndarray | None = None  # since the fit began, of each point
    r: np.ndarray | None = None  # of all off-diagonal weights with the truth

    @property
    def has_result(self):
        return self.r is not None and len(self.r) > 0

    @property
    def start(self):
        return float(self.r[0]) if self.has_result else np.nan

    @property
    def best(self):
        return float(np.nanmax(self.r)) if self.has_result else np.nan

    @property
    def final(self):
        return float(self.r[-1]) if self.has_result else np.nan

    @property
    def total(self):
        return float(self.seconds[-1]) if self.has_result else np.nan

    def seconds_to(self, bar):
        """Wall time until r first reaches a bar; nan if it does not."""
        if not self.has_result:
            return np.nan
        reached = np.flatnonzero(self.r >= bar)
        return float(self.seconds[reached[0]]) if len(reached) else np.nan


def outcome(job, folder):
    """Reads what a job has left."""
    result = folder / job.result_file
    if result.exists():
        return of_result(job, result)
    failure = told_failure(result)
    return Outcome(job, "missing") if failure is None else Outcome(job, "failed", failure)


def of_result(job, path):
    with h5py.File(path) as file:
        log, ending = file["log/method"], file.attrs["method_ending"]
        seconds, r = log["seconds"][:], log["weight_correlation"][:]
    # Points of `--curve` are fits of their own: a longer one that took less time has passed through
    # what the shorter ones ended with, so these took no longer.
    seconds = np.minimum.accumulate(seconds[::-1])[::-1]
    ending = ending.decode() if isinstance(ending, bytes) else str(ending)
    known = np.isfinite(r)
    return Outcome(job, ENDINGS.get(ending, "done"), "", seconds[known], r[known])
