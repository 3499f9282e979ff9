"""What a study of trained networks is: teachers, recordings of them, fits, and probes."""
import dataclasses
import os
from pathlib import Path

from ..study import digest, label


@dataclasses.dataclass(frozen=True)
class Task:
    """What a teacher learns, and the recording that a fit of it is tried on."""
    words: tuple  # of `train`, with the criterion that ends it
    rates: tuple  # pairs of a size from which on Adam takes a learning rate, and that rate
    probe: tuple  # flags of `simulate`: trials that no fit has seen

    def train(self, neurons, seed):
        rate = max(pair for pair in self.rates if pair[0] <= neurons)[1]
        return ("train", *self.words, "--learning-rate", rate, "--hidden", str(neurons),
                "--seed", str(seed))


@dataclasses.dataclass(frozen=True)
class Fit:
    """One way to record a teacher and to fit the recording."""
    method: str  # its curve
    flags: tuple  # of `fit`
    record: tuple = ()  # of `simulate`
    seen: tuple = ()  # of `simulate`, for recording and probe: which cells, what time scales
    refine: tuple = ()  # of `refine`, after the fit; none where the fit is left as it is
    x: float | None = None  # where it stands on the figure's axis
    group: str = ""  # what is drawn and summed apart
    task: Task | None = None  # where it is not the study's
    neurons: int | None = None  # where it is not the size's

    @property
    def label(self):
        return label(self.method, self.group, self.x)


@dataclasses.dataclass(frozen=True)
class Score:
    """A number of an evaluation, by its place in the JSON that `evaluate` prints."""
    name: str
    title: str
    path: tuple
    of: tuple = ()  # the place of what it is a share of


@dataclasses.dataclass(frozen=True)
class Published:
    """What the paper shows of a score."""
    score: str
    how: str  # "measured" from its result files, "read off" its figures to about 5 %
    points: tuple  # pairs of x and score
    group: str = ""


@dataclasses.dataclass(frozen=True)
class Size:
    """How large a study is."""
    neurons: int
    networks: int
    fits: tuple


@dataclasses.dataclass(frozen=True)
class Study:
    """A study of the paper with teachers that were trained."""
    name: str
    title: str
    setting: str  # in words, and where it differs from the paper's
    task: Task
    sizes: dict
    scores: tuple
    axis: str
    is_logarithmic: bool = False
    evaluate: tuple = ()  # further flags of `evaluate`
    published: tuple = ()

    @property
    def fits(self):
        """Those of all sizes, once each."""
        return tuple(dict.fromkeys(fit for size in self.sizes.values() for fit in size.fits))


@dataclasses.dataclass(frozen=True)
class Teacher:
    """One training."""
    arguments: tuple
    ranks: int
    seed: int

    @property
    def name(self):
        return f"teacher, seed {self.seed}: {' '.join(self.arguments)}"

    @property
    def file(self):
        return f"teachers/{self.seed}-{digest([self.arguments, self.ranks])}.h5"

    @property
    def place(self):
        """Its file; studies share teachers."""
        return Path(os.environ["STUDY_FOLDER"]) / self.file


@dataclasses.dataclass(frozen=True)
class Job:
    """One fit of one recording of one teacher, with all that tells its result from others."""
    fit: Fit
    teacher: Teacher
    record: tuple  # flags of `simulate`, for the recording that is fitted
    probe: tuple  # and for the one that it is tried on
    evaluate: tuple  # flags of `evaluate`
    ranks: int

    @property
    def seed(self):
        return self.teacher.seed

    @property
    def name(self):
        return f"{self.fit.label}, seed {self.seed}"

    def recording_file(self, flags):
        return f"recordings/{self.seed}-{digest([self.teacher.file, flags])}.h5"

    @property
    def result_file(self):
        return f"fits/{self.stem}.json"

    @property
    def model_file(self):
        return f"fits/{self.stem}.h5"

    @property
    def stem(self):
        flags = [self.fit.flags, self.fit.refine] if self.fit.refine else self.fit.flags
        identity = digest([
            self.teacher.file, self.record, self.probe, flags, self.evaluate, self.ranks])
        return f"{self.fit.label.replace(' ', '-')}-{self.seed}-{identity}"


def jobs(given):
    """All fits that were asked for: those of the first network, then those of the next."""
    study, size = given.study, given.study.sizes[given.size]
    found = []
    for seed in range(given.seed, given.seed + (given.networks or size.networks)):
        for fit in size.fits:
            if given.methods and fit.method not in given.methods:
                continue
            task = fit.task or study.task
            fit = sized(fit, given.neurons)
            neurons = given.neurons or fit.neurons or size.neurons
            # Which cells are seen, and their time scales, are drawn anew for each network.
            seen = (*fit.seen, "--network-seed", str(seed))
            found.append(Job(
                fit, Teacher(task.train(neurons, seed), given.teacher_ranks or 1, seed),
                record=(*seen, *fit.record, "--seed", str(seed)),
                probe=(*seen, *task.probe, "--seed", str(seed + PROBES)),
                evaluate=study.evaluate, ranks=given.ranks))
    return list(dict.fromkeys(found))


def sized(fit, neurons):
    """The fit with so many neurons, where it has a number of its own, which its group names."""
    if not neurons or not fit.neurons:
        return fit
    return dataclasses.replace(fit, neurons=neurons, group=f"N {neurons}")


# Added to a seed for trials that no fit has seen.
PROBES = 1_000_000


def teachers(jobs):
    """The trainings of jobs, once each."""
    return list(dict.fromkeys(job.teacher for job in jobs))
