"""What a study is: its recordings and the fits of each."""
import dataclasses
import hashlib
import json

from .methods import is_rival


@dataclasses.dataclass(frozen=True)
class Size:
    """How large a study is."""
    neurons: int
    frames: int  # transitions that are fitted
    networks: int
    minutes: float  # after which a rival stops where it is


@dataclasses.dataclass(frozen=True)
class Fit:
    """One method in one setting of a study."""
    method: str  # its curve
    flags: tuple
    x: float | None = None  # where it stands on the figure's axis, if that is not time
    group: str = ""  # what is drawn and summed apart, such as the start

    @property
    def label(self):
        return label(self.method, self.group, self.x)


@dataclasses.dataclass(frozen=True)
class Published:
    """What the paper shows of a method."""
    method: str
    how: str  # "measured" from its result files, "read off" its figures to about 5 %
    r: float | None = None  # a level, where x is time
    points: tuple = ()  # pairs of x and r otherwise
    group: str = ""
    seconds: float | None = None  # to the study's bar, on the authors' machine


@dataclasses.dataclass(frozen=True)
class Study:
    """A study of the paper; `fits(size)` are all fits of one of its networks."""
    name: str
    title: str
    setting: str  # in words, and where it differs from the paper's
    sizes: dict
    generate: tuple  # flags of `generate chaotic` beside the size
    fits: tuple
    bar: float  # the r that "seconds to" counts
    axis: str = ""  # what x is; empty: the figure is r against wall time
    is_logarithmic: bool = False
    published: tuple = ()


@dataclasses.dataclass(frozen=True)
class Job:
    """One fit of one network, with all that tells its result from others."""
    study: str
    fit: Fit
    seed: int
    recording: tuple  # arguments of `generate`
    flags: tuple  # flags of `fit`
    ranks: int

    @property
    def name(self):
        return f"{self.fit.label}, seed {self.seed}"

    @property
    def recording_file(self):
        return f"recordings/{self.seed}-{digest(self.recording)}.h5"

    @property
    def result_file(self):
        identity = digest([self.recording, self.flags, self.ranks])
        return f"fits/{self.fit.label.replace(' ', '-')}-{self.seed}-{identity}.h5"


def label(method, group, x):
    """What tells a fit of a study from its others, in words."""
    return " ".join(filter(None, (method, group, "" if x is None else f"{x:g}")))


def digest(value):
    """The same for equal values in every run: JSON has no hidden order here."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:12]


def jobs(study, size, seeds, methods, ranks):
    """The jobs of a study: all fits of the first network, then those of the next."""
    chosen = [fit for fit in study.fits if not methods or fit.method in methods]
    for seed in seeds:
        recording = (
            "generate", "chaotic", "--neurons", str(size.neurons), "--frames", str(size.frames + 1),
            *study.generate, "--seed", str(seed))
        for fit in chosen:
            limit = ("--max-time", f"{size.minutes:g}") if is_rival(fit.flags) else ()
            flags = ("--holdout", "0", *limit, *fit.flags)
            yield Job(study.name, fit, seed, recording, flags, ranks)
