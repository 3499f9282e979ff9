"""Scripts/figures [-o FOLDER] FILE..."""
import argparse
import sys
from pathlib import Path

import h5py

from . import evaluation, fit, reading, recording, train


def main():
    parser = argparse.ArgumentParser(prog="Scripts/figures")
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("files", nargs="+", type=Path)
    options = parser.parse_args()
    runs, failed = [], 0
    for path in options.files:
        stem = (options.output or path.parent) / path.stem
        try:
            with h5py.File(path) as file:
                kind = reading.kind(file)
                if kind == "fit":
                    fit.draw(file, stem)
                elif kind == "evaluation":
                    evaluation.draw(file, stem)
                elif kind == "recording":
                    recording.draw(file, stem)
                elif kind == "train":
                    runs.append(train.Run(file))
                    train.draw([runs[-1]], stem)
                    if "output" in runs[-1].examples:
                        train.examples(runs[-1], stem)
                    if "autonomous_run" in runs[-1].examples:
                        train.attractor(runs[-1], stem)
                else:
                    raise OSError("neither a model, its scores, a run nor a recording of ganglion")
        except OSError as error:
            failed = 66 if not path.exists() else 65
            print(f"figures: {path}: {error}", file=sys.stderr)
    for task in sorted({run.task for run in runs}):
        same = [run for run in runs if run.task == task]
        folder = options.output or same[0].path.parent
        if len(same) > 1:
            train.draw(same, folder / f"{task}-comparison")
        if len({run.steps for run in same if run.peak_memory}) > 1:
            train.growth([run for run in same if run.peak_memory], folder / f"{task}-growth")
    sys.exit(failed)


main()
