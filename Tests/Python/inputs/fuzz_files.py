"""Gives commands each other's files, under every flag that names one: nothing may be lost.

python fuzz_files.py GANGLION [--seed S] [--tries N] [--verbose]

Each try is a command with names drawn from a folder of recordings, results, notes, links,
pipes and names of nothing. It fails where a file changes or goes that the command line does
not name as an output, or that was not of that output's kind before; where something is left
behind by a command that fails; where the exit code is none of the documented ones, or not
exactly one message is printed.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

import h5py
import numpy

DOCUMENTED = {0, 64, 65, 66, 73, 74, 75, 78}
QUICK = ["--alpha", "0.3", "--lambda", "0.1", "--iterations", "3", "--time-axis", "0"]
SMALL = ["--hidden", "8", "--steps", "10", "--iterations", "2", "--batch", "2", "--tangents", "2"]

# The words of a command before its files; @ is a file that is read.
COMMANDS = {
    "fit": ["@"] + QUICK,
    "evaluate": ["@"],
    "export": ["@"],
    "report": ["@"],
    "simulate": ["@", "--steps", "5"],
    "generate": ["chaotic", "--neurons", "3", "--frames", "20"],
    "train": ["flipflop"] + SMALL,
}
# Further flags: of files that are read, of datasets in such files, and of files that are written.
READS = {
    "fit": ["--neuropil", "--config"],
    "evaluate": ["--recording", "--truth", "--config"],
    "export": ["--recording", "--config"],
    "report": ["--recording", "--scores", "--config"],
    "simulate": ["--recording", "--config"],
    "generate": ["--config"],
    "train": ["--config"],
}
DATASETS = {"fit": ["--mask", "--signs", "--regions"]}
WRITES = {"fit": ["--log", "--checkpoint"], "train": ["--log", "--checkpoint"]}


def prepare(ganglion, folder):
    """Fills a folder with files of all kinds; their names, and those of nothing."""

    def run(*words):
        subprocess.run([ganglion, *words], cwd=folder, check=True, capture_output=True)

    with h5py.File(f"{folder}/one.h5", "w") as file:
        t = numpy.arange(60)[:, None]
        file["traces"] = 0.5 * numpy.sin(0.2 * t * (1 + 0.3 * numpy.arange(4)))
        file["m"] = numpy.ones((4, 4))
        file["s"] = numpy.ones(4)
    run("generate", "chaotic", "--neurons", "4", "--frames", "60", "-o", "g.h5")
    run("fit", "g.h5", *QUICK, "-o", "model.h5", "--log", "run.jsonl")
    run("evaluate", "model.h5", "-o", "scores.h5")
    run("export", "model.h5", "-o", "traces.nwb")
    run("report", "model.h5", "-o", "page.html")
    run("simulate", "model.h5", "--steps", "40", "-o", "simulated.h5")
    run("train", "flipflop", *SMALL, "-o", "trained.h5")
    stop = ["--checkpoint", "checkpoint", "--max-time", "1e-9"]
    subprocess.run([ganglion, "fit", "one.h5", *QUICK, "-o", "m", *stop], cwd=folder, capture_output=True,
                   check=False)
    with h5py.File(f"{folder}/linked.h5", "w") as file:
        file["rates"] = h5py.ExternalLink("simulated.h5", "/rates")
        file["traces"] = h5py.ExternalLink("one.h5", "/traces")
    layout = h5py.VirtualLayout(shape=(41, 4), dtype="f4")
    layout[:] = h5py.VirtualSource("simulated.h5", "rates", shape=(41, 4))
    with h5py.File(f"{folder}/virtual.h5", "w") as file:
        file.create_virtual_dataset("traces", layout)
    for name in ["notes.txt", "checkpoint2.previous", "page2.html", "notes.jsonl"]:
        with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
            file.write("quiet: true\n" if name == "notes.txt" else "notes\n")
    open(f"{folder}/empty", "w", encoding="utf-8").close()
    os.mkdir(f"{folder}/sub")
    os.symlink("one.h5", f"{folder}/soft.h5")
    os.symlink("../simulated.h5", f"{folder}/sub/soft.h5")
    os.symlink("new.h5", f"{folder}/dangling.h5")
    os.link(f"{folder}/g.h5", f"{folder}/hard.h5")
    os.link(f"{folder}/model.h5", f"{folder}/sub/hard.h5")
    os.mkfifo(f"{folder}/pipe")
    there = sorted(name for name in os.listdir(folder) if name not in ("pipe", "m"))
    readable = there + ["sub/soft.h5", "sub/../one.h5", "./model.h5", "sub/hard.h5"]
    nothing = ["new.h5", "sub/new.h5", "none/new.h5", "results/", "checkpoint2", "new.jsonl", "pipe"]
    return readable, nothing


def kind(path, flag, command):
    """Whether a file is what a command writes under a flag."""
    if not os.path.exists(path) or os.path.getsize(path) == 0:
        return True
    with open(path, "rb") as file:
        head = file.read()
    if flag == "--checkpoint":
        return b"ganglion checkpoint" in (head[:19], head[-85:-66])
    if flag == "--log":
        return head.startswith(b'{"') and b'"elapsed_s"' in head.split(b"\n")[0]
    if command == "report":
        return b'name="generator" content="Ganglion"' in head
    if not h5py.is_hdf5(path):
        return False
    with h5py.File(path) as file:
        if file.attrs.get("software") not in (b"Ganglion", "Ganglion"):
            return False
        return json.loads(file.attrs["configuration"])["command"].split(" ")[0] == command


def snapshot(folder):
    """What each name of a folder is: a file with its content, a link with its target."""
    found = {}
    for place, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(place, name)
            text = os.readlink(path) if os.path.islink(path) else ""
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    text += hashlib.sha256(file.read()).hexdigest()
            found[os.path.relpath(path, folder)] = text
    return found


def line(rng, readable, nothing):
    """A random command line: its words, and its outputs by flag."""
    command = rng.choice(sorted(COMMANDS))
    words = [rng.choice(readable) if word == "@" else word for word in COMMANDS[command]]
    for flag in READS[command]:
        if rng.random() < 0.15:
            words += [flag, rng.choice(readable)]
    for flag in DATASETS.get(command, []):
        if rng.random() < 0.15:
            words += [flag, rng.choice(["one.h5", "soft.h5"]) + (":/m" if flag == "--mask" else ":/s")]
    outputs = {"-o": rng.choice(readable + nothing)}
    for flag in WRITES.get(command, []):
        if rng.random() < 0.4:
            outputs[flag] = rng.choice(readable + nothing)
    if command in ("fit", "train") and rng.random() < 0.2:
        words.append("--dry-run")
    for flag, name in outputs.items():
        words += [flag, name]
    return [command, *words], outputs


def complaint(folder, words, outputs, before, kinds, result):
    """What is wrong with an outcome; None if nothing is."""
    after = snapshot(folder)
    allowed = {os.path.realpath(f"{folder}/{name}"): kinds[flag] for flag, name in outputs.items()}
    if "--checkpoint" in outputs:
        earlier = os.path.realpath(f"{folder}/{outputs['--checkpoint']}") + ".previous"
        allowed.setdefault(earlier, kind(earlier, "--checkpoint", words[0]))
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) == after.get(name):
            continue
        path = os.path.realpath(f"{folder}/{name}")
        if path not in allowed:
            # Another name of an output changes with it only where it is a link to it.
            return f"{name} has changed"
        if not allowed[path]:
            return f"{name} was of another kind and has changed"
        if "--dry-run" in words:
            return f"{name} has changed in a dry run"
    if result is None:
        return "hung"
    if result.returncode not in DOCUMENTED:
        return f"exit {result.returncode}"
    messages = result.stderr.count("ganglion: error:")
    if messages != (result.returncode != 0):
        return f"{messages} messages"
    return None


def trial(ganglion, folder, pristine, rng, readable, nothing):
    """One try in a fresh copy of the folder; its words, what is wrong, and the outcome."""
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run(["cp", "-a", pristine, folder], check=True)
    words, outputs = line(rng, readable, nothing)
    before = snapshot(folder)
    kinds = {flag: kind_or_pipe(f"{folder}/{name}", flag, words[0]) for flag, name in outputs.items()}
    try:
        result = subprocess.run([ganglion, *words], cwd=folder, capture_output=True, text=True,
                                timeout=60, check=False)
    except subprocess.TimeoutExpired:
        result = None
    return words, complaint(folder, words, outputs, before, kinds, result), result


def kind_or_pipe(path, flag, command):
    """As `kind`; nothing but a regular file can be of one."""
    return (os.path.isfile(path) and kind(path, flag, command)) or not os.path.exists(path)


def explore(ganglion, seed, tries, verbose=False):
    """Runs tries; the failures, as text."""
    failures = []
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as place:
        pristine, folder = f"{place}/pristine", f"{place}/work"
        os.mkdir(pristine)
        readable, nothing = prepare(ganglion, pristine)
        for _ in range(tries):
            words, problem, result = trial(ganglion, folder, pristine, rng, readable, nothing)
            text = f"{problem or 'ok'}: {' '.join(words)}\n  {result and result.returncode}: " + (
                result.stderr.strip() if result else "")
            if problem:
                failures.append(text)
            if problem or verbose:
                print(text, flush=True)
    return failures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ganglion")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tries", type=int, default=200)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    failures = explore(os.path.abspath(options.ganglion), options.seed, options.tries,
                       options.verbose)
    print(f"{options.tries} tries, {len(failures)} failures")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
