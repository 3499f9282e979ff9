"""What came out of one job: its scores, and how it ended."""
import dataclasses
import json

import numpy as np

from ..running import told_failure


@dataclasses.dataclass(frozen=True)
class Outcome:
    """A job and what is known of its result."""
    job: object
    state: str  # done, failed or missing
    message: str = ""
    seconds: float = np.nan  # wall time of the whole fit, reading and writing included
    evaluation: dict | None = None

    def value(self, score):
        """A score; nan where the evaluation has none, or it is a share of nothing."""
        if self.evaluation is None:
            return np.nan
        if score.name == "seconds":
            return self.seconds
        value = at(self.evaluation, score.path)
        whole = at(self.evaluation, score.of) if score.of else 1
        return value / whole if whole else np.nan


def at(tree, path):
    """The number at a path of nested objects; nan where there is none."""
    for name in path:
        if not isinstance(tree, dict) or tree.get(name) is None:
            return np.nan
        tree = tree[name]
    return float(tree)


def outcome(job, folder):
    """Reads what a job has left."""
    result = folder / job.result_file
    if result.exists():
        told = json.loads(result.read_text())
        return Outcome(job, "done", "", told["seconds"], told["evaluation"])
    failure = told_failure(result)
    return Outcome(job, "missing") if failure is None else Outcome(job, "failed", failure)
