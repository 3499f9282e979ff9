"""Runs `ganglion fit` on broken recordings, the corpus of a seed and random damage to it.

python fuzz.py GANGLION [--seed S] [--damage N] [--ranks R] [--verbose]

Fails where a run hangs for a minute, dies by a signal, ends with a code that is not the
right one (of random damage: any documented one is right), or prints no message or more
than one. `Scripts/python Tests/Python/fuzz.py .build/release/ganglion --damage 200` takes
about two minutes on one rank.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile

DOCUMENTED = {0, 64, 65, 66, 74}


def run(options, folder, path, flags):
    """The exit code (None for a hang) and what was printed to standard error."""
    command = [options.ganglion, "fit", os.path.join(folder, path)]
    for key, value in flags.items():
        command += [f"--{key}", value]
    command += ["--scale", "zscore-tanh", "--alpha", "0.5", "--lambda", "0.1", "--iterations", "3"]
    command += ["-o", os.path.join(folder, "out.h5")]
    if options.ranks > 1:
        root = ["--allow-run-as-root"] if os.geteuid() == 0 else []
        command = ["mpirun", *root, "--oversubscribe", "-n", str(options.ranks), *command]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except subprocess.TimeoutExpired:
        return None, "hung"
    return result.returncode, result.stderr


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
    parser.add_argument("--ranks", type=int, default=1)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    corpus = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus.py")
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, corpus, folder, str(options.seed)], check=True)
        with open(os.path.join(folder, "manifest.json")) as f:
            cases = [(c["file"], c["flags"], set(c["codes"]), c["word"]) for c in json.load(f)]
        rng = random.Random(options.seed)
        for name, flags in damaged(rng, folder, options.damage):
            cases.append((name, flags, DOCUMENTED, ""))
        for name, flags, codes, word in cases:
            code, errors = run(options, folder, name, flags)
            problem = complaint(codes, word, code, errors)
            failures += problem is not None
            if problem or options.verbose:
                print(f"{problem or 'ok'}: {name} {flags}: {code}\n  {errors.strip()}")
    print(f"{len(cases)} cases, {failures} failures")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
