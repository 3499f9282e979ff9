"""Studies of networks that are trained: what a fit recovers of a network with a task."""
from .catalogue import STUDIES
from .collecting import write
from .outcome import outcome
from .running import run
from .study import jobs, teachers

__all__ = ["STUDIES", "jobs", "outcome", "run", "teachers", "write"]

# The flags of Scripts/study that say nothing here.
USELESS = {"frames": "recordings are of whole trials", "minutes": "fits run to their tolerance"}
