"""Runs `ganglion fit` on broken recordings, the corpus of a seed and random damage to it.

python fuzz.py GANGLION [--seed S] [--damage N] [--ranks R...] [--verbose]

Fails where a run hangs for a minute, dies by a signal, ends with a code that is not the
right one (of random damage: any documented one is right), prints no message or more than
one, or where numbers of ranks disagree in the code or the message. The longer run is
`Scripts/python Tests/Python/inputs/fuzz.py .build/release/ganglion --damage 200 --ranks 1 3`,
about ten minutes; another --seed cuts and damages elsewhere.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile

DOCUMENTED = {0, 64, 65, 66, 74}


def run(ganglion, ranks, folder, path, flags):
    """The exit code (None for a hang) and what was printed to standard error."""
    command = [ganglion, "fit", os.path.join(folder, path)]
    for key, value in flags.items():
        command += [f"--{key}", value]
    command += ["--scale", "zscore-tanh", "--alpha", "0.5", "--lambda", "0.1", "--iterations", "3"]
    command += ["-o", os.path.join(folder, "out.h5")]
    if ranks > 1:
        root = ["--allow-run-as-root"] if os.geteuid() == 0 else []
        command = ["mpirun", *root, "--oversubscribe", "-n", str(ranks), *command]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        return None, "hung"
    return result.returncode, result.stderr


def message(errors):
    """The program's own message, without the rank that had it first and mpirun's frame."""
    own = errors.partition("ganglion: error:")[2].partition("\n-----")[0]
    return re.sub(r"^ rank \d+:", "", own).strip()


def complaint(codes, word, code, errors):
    """What is wrong with an outcome; None if nothing is."""
    messages = errors.count("ganglion: error:")
    if code not in codes:
        return f"exit {code}, expected one of {sorted(codes)}"
    if code != 0 and messages != 1:
        return f"{messages} messages"
    if word and word not in errors:
        return f'no "{word}" in the message'
    return None


def verdict(ganglion, ranks, folder, name, flags, codes, word):
    """Runs a case on each number of ranks; what is wrong, or None, and all outcomes."""
    outcomes = [run(ganglion, count, folder, name, flags) for count in ranks]
    problems = [complaint(codes, word, *outcome) for outcome in outcomes]
    if len({(code, message(errors)) for code, errors in outcomes}) > 1:
        problems.append(f"ranks {ranks} disagree")
    return next(filter(None, problems), None), outcomes


def corpus(folder, seed):
    """Writes the corpus of a seed; its cases."""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus.py")
    subprocess.run([sys.executable, script, folder, str(seed)], check=True, capture_output=True)
    with open(os.path.join(folder, "manifest.json")) as f:
        return [(c["file"], c["flags"], set(c["codes"]), c["word"]) for c in json.load(f)]


def damaged(rng, folder, count):
    """Copies of sound files with bytes changed, cut out or repeated."""
    sound = ["whole.h5", "whole_gzip.h5", "whole.npy", "holes.h5", "cycle.h5", "nowhere.nwb"]
    for index in range(count):
        source = rng.choice(sound)
        with open(os.path.join(folder, source), "rb") as f:
            data = bytearray(f.read())
        for _ in range(rng.randrange(1, 9)):
            place = rng.randrange(len(data))
            kind = rng.randrange(3)
            if kind == 0:
                data[place] = rng.randrange(256)
            elif kind == 1:
                del data[place : place + rng.randrange(1, 64)]
            else:
                data[place:place] = data[place : place + rng.randrange(1, 64)]
        name = f"damaged_{index}{os.path.splitext(source)[1]}"
        with open(os.path.join(folder, name), "wb") as f:
            f.write(data)
        flags = {} if source.endswith(".nwb") else {"time-axis": "0"}
        yield name, flags


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ganglion")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--damage", type=int, default=0)
    parser.add_argument("--ranks", type=int, nargs="+", default=[1])
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        cases = corpus(folder, options.seed)
        rng = random.Random(options.seed)
        for name, flags in damaged(rng, folder, options.damage):
            cases.append((name, flags, DOCUMENTED, ""))
        for case in cases:
            problem, outcomes = verdict(options.ganglion, options.ranks, folder, *case)
            failures += problem is not None
            if problem or options.verbose:
                print(f"{problem or 'ok'}: {case[0]} {case[1]}")
                for code, errors in outcomes:
                    print(f"  {code}: {errors.strip()}")
    print(f"{len(cases)} cases on {options.ranks} ranks, {failures} failures")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
