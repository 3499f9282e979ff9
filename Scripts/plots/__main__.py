"""Scripts/figures [-o FOLDER] FILE..."""
import argparse
import sys
from pathlib import Path

from .drawing import draw_all


def main():
    parser = argparse.ArgumentParser(prog="Scripts/figures")
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("files", nargs="+", type=Path)
    options = parser.parse_args()
    failed = 0
    for path, problem in draw_all(options.files, options.output):
        failed = 65 if path.exists() else 66
        print(f"figures: {path}: {problem}", file=sys.stderr)
    sys.exit(failed)


main()
