"""Holds commands of the program that stand in a text against its `--help`, without running them."""
import functools
import re
import shlex
import subprocess
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
# What job files do with the words behind their own.
JOBS = {"fit-recording": "fit", "train-task": "train", "fit-array": "animals", "scaling-study": "scaling"}


def unknown(text, program):
    """What is wrong with the commands of a block, in words."""
    found = []
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        found += [f"no {word}" for word in words if re.match(r"(Jobs|Scripts)/", word) and not exists(word)]
        for command, flags in commands(words):
            known = known_flags(program, *command)
            if known is None:
                found.append(f"no command {' '.join(command)}")
            else:
                found += [f"{' '.join(command)} has no {flag}" for flag in flags if flag not in known]
    return found


def exists(path):
    """Whether a file is there; pip names parts of a package behind it in brackets."""
    return (CHECKOUT / path.split("[")[0]).exists()


def commands(words):
    """Each command of a line as its name in words, with the flags given to it."""
    for place, word in enumerate(words):
        job = re.fullmatch(r"(?:.*/)?Jobs/([\w-]+)\.(?:sbatch|pbs|lsf)", word)
        rest = words[place + 1:]
        if Path(word).name == "ganglion" and rest:
            rest = rest[:next((i for i, one in enumerate(rest) if one in ("|", ">", "&&", ";")), len(rest))]
            if rest[0] == "plan" and rest[1:2] != ["train"]:
                rest = ["plan", "fit", *rest[1:]]
            count = 2 if rest[0] in ("generate", "plan") else 1
            if not rest[0].startswith("-"):
                yield from separated(tuple(rest[:count]), rest[count:])
        elif job and job[1] in JOBS:
            yield from separated((JOBS[job[1]],), rest)


def separated(command, rest):
    """The command's own flags, and behind `--` those of the job that it runs."""
    own = rest[:rest.index("--")] if "--" in rest else rest
    yield command, [flag.split("=")[0] for flag in own if re.match(r"--?[a-z]", flag)]
    if "--" in rest and len(rest) > len(own) + 1:
        job = rest[len(own) + 1:]
        yield (job[0],), [flag.split("=")[0] for flag in job[1:] if re.match(r"--?[a-z]", flag)]


@functools.cache
def known_flags(program, *command):
    """The flags of a command by its help; None where there is no such command."""
    result = subprocess.run([program, *command, "--help"], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        return None
    return set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", result.stdout)) | {"--help"}
