"""Calls the program as its command line does; a failure is an exception with its message."""
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

Name = str | os.PathLike[str]
Value = bool | float | str | os.PathLike[str] | Sequence[float | str | os.PathLike[str]] | None

# Where the program is looked for after PATH: the build of the checkout that the user is in.
BUILT = Path(".build/release/ganglion")


class GanglionError(RuntimeError):
    """The program ended with an error; the message is the program's own.

    `code` is its exit code: 64 usage, 65 bad data, 66 missing input, 70 internal error, 73
    cannot create output, 74 I/O error, 75 stopped at a checkpoint, 78 configuration, 1 not
    converged under --strict.
    """

    def __init__(self, code: int, message: str, command: Sequence[str]) -> None:
        super().__init__(message)
        self.code = code
        self.command = list(command)


def run(
    command: str,
    *arguments: Name,
    ranks: int | None = None,
    launcher: Sequence[str] | None = None,
    program: Name | None = None,
    folder: Name | None = None,
    **flags: Value,
) -> str:
    """Runs one command of the program and returns what it printed.

    Flags are those of `ganglion COMMAND --help`, with `_` for `-`, and a `_` behind words that
    Python keeps for itself: `run("fit", "a.h5", output="m.h5", alpha=0.1, lambda_="auto")`.
    True gives the bare flag, a list repeats the flag, False and None leave it out.

    `ranks` starts it under `mpirun -n ranks`, and `launcher` under any words, such as
    `["srun", "--mpi=pmix"]`. The program is `program`, else the variable GANGLION, else
    `ganglion` on PATH, else `.build/release/ganglion` below the working directory. `folder` is
    the working directory of the run.

    Raises `GanglionError` with the program's message and exit code, and `FileNotFoundError`
    where there is no program or launcher.
    """
    words = [*_launch(ranks, launcher), found(program), command]
    words += [os.fspath(argument) for argument in arguments]
    for name, value in flags.items():
        words += _flag(name, value)
    result = subprocess.run(
        words, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if result.returncode != 0:
        said = result.stderr.strip() or result.stdout.strip() or "it said nothing"
        raise GanglionError(_code(result.returncode), said, words)
    return result.stdout


def fit(recordings: Name | Sequence[Name], output: Name, **flags: Value) -> Path:
    """`ganglion fit`: fits a network to one or several recordings, and returns the model's path.

    Further arguments are those of `run`, `ranks` and flags alike.
    """
    several = [recordings] if isinstance(recordings, str | os.PathLike) else list(recordings)
    return _written("fit", several, output, flags)


def train(task: str, output: Name, **flags: Value) -> Path:
    """`ganglion train`: trains a network on a task, and returns the run's path."""
    return _written("train", [task], output, flags)


def found(program: Name | None = None) -> str:
    """The program's path; raises `FileNotFoundError` where it is nowhere."""
    if program is not None:
        return os.fspath(program)
    for candidate in (os.environ.get("GANGLION"), shutil.which("ganglion")):
        if candidate:
            return candidate
    if BUILT.exists():
        return str(BUILT.absolute())
    raise FileNotFoundError(
        f"no program ganglion: it is not on PATH, not at {BUILT}, and the variable GANGLION is"
        " not set; build it with `swift build -c release`")


def _written(
    command: str, arguments: Sequence[Name], output: Name, flags: dict[str, Value]
) -> Path:
    run(command, *arguments, output=output, **flags)  # type: ignore[arg-type]
    folder = flags.get("folder")
    return Path(os.fspath(folder), output) if isinstance(folder, str | os.PathLike) else Path(output)


def _launch(ranks: int | None, launcher: Sequence[str] | None) -> list[str]:
    if ranks is not None and launcher is not None:
        raise ValueError("give ranks or launcher, not both: the launcher says how many ranks there are")
    if launcher is not None:
        return list(launcher)
    return [] if ranks is None else ["mpirun", "-n", str(ranks)]


def _flag(name: str, value: Value) -> list[str]:
    flag = "--" + name.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return []
    if value is True:
        return [flag]
    if isinstance(value, str | os.PathLike):
        return [f"{flag}={os.fspath(value)}"]
    if isinstance(value, Sequence):
        return [word for one in value for word in _flag(name, one)]
    return [f"{flag}={value}"]


def _code(returned: int) -> int:
    """What a shell would say of a process that a signal ended."""
    return 128 - returned if returned < 0 else returned
