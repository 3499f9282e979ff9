"""Runs what the user's guide shows: guide.py [--pictures] [ARTICLE ...]

Of an article, blocks marked `shell` and `python` run in their order in a new folder, and what a
block marked `text` behind one shows must be among what that printed: numbers to 5 %, and
"..." for lines or words left out. Blocks marked `bash` are for clusters: their commands are
held against the flags of the program (see flags.py). With --pictures the figures that articles show
and their commands drew go into the resources of the pages, anew.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
CATALOGUE = CHECKOUT / "Sources" / "ganglion" / "Documentation.docc"
ARTICLES = sorted((CATALOGUE / "Guide").rglob("*.md"))
PROGRAM = CHECKOUT / ".build" / "release" / "ganglion"
# What numbers may differ by: processors and libraries round differently.
TOLERANCE = 0.05
LONGEST = 240  # seconds


@dataclass
class Block:
    language: str
    text: str
    line: int


def blocks(text):
    """The fenced blocks of an article."""
    return [
        Block(match[1], match[2], text.count("\n", 0, match.start()) + 1)
        for match in re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)]


def run(article, folder, python=sys.executable, package=None):
    """Runs an article in a folder; returns complaints."""
    for name in ("Scripts", "Jobs", "Tests"):
        (folder / name).symlink_to(CHECKOUT / name)
    paths = [str(PROGRAM.parent), str(Path(python).parent), os.environ["PATH"]]
    environment = os.environ | {
        "PATH": os.pathsep.join(paths), "OPENBLAS_NUM_THREADS": "1", "COLUMNS": "80",
        "GANGLION_PYTHON_DIR": str(Path(python).parents[2]),
        "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_mpi_yield_when_idle": "1"}
    if package:
        environment["PYTHONPATH"] = str(package)
    if os.getuid() == 0:
        environment |= {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    printed = None
    complaints = []
    for block in blocks(article.read_text()):
        where = f"{article.name}:{block.line}"
        if block.language in ("shell", "python"):
            words = ["bash", "-euo", "pipefail", "-c"] if block.language == "shell" else [python, "-c"]
            result = subprocess.run(
                [*words, block.text], cwd=folder, env=environment, capture_output=True, text=True,
                stdin=subprocess.DEVNULL, timeout=LONGEST, check=False)
            printed = result.stdout + result.stderr
            if result.returncode != 0:
                return [*complaints, f"{where}: exit code {result.returncode}\n{block.text}{printed}"]
        elif block.language == "text" and printed is not None:
            complaints += [f"{where}: not printed: {line}" for line in unprinted(block.text, printed)]
    return complaints


def unprinted(shown, printed):
    """Lines that an article shows and the command before did not print, in this order."""
    rest = [line.split() for line in printed.splitlines()]
    missing = []
    for line in filter(None, (line.split() for line in shown.splitlines())):
        if line == ["..."]:
            continue
        place = next((i for i, other in enumerate(rest) if alike(line, other)), None)
        if place is None:
            missing.append(" ".join(line))
        else:
            rest = rest[place + 1:]
    return missing


def alike(shown, printed):
    """Whether words agree, numbers to a tolerance; "..." at the end stands for any words."""
    if shown[-1] == "..." and len(printed) >= len(shown) - 1:
        shown, printed = shown[:-1], printed[:len(shown) - 1]
    return len(shown) == len(printed) and all(map(close, shown, printed))


def close(shown, printed):
    if shown == printed:
        return True
    try:
        a, b = (float(word.rstrip(".,;):").lstrip("(")) for word in (shown, printed))
    except ValueError:
        return False
    return abs(a - b) <= TOLERANCE * max(abs(a), abs(b))


def pictures(article):
    """The figures that an article shows, without their ending."""
    return re.findall(r"!\[[^\]]*\]\(([\w-]+)\)", article.read_text())


def small(drawing):
    """A drawing with places to a hundredth of a pixel and no indentation; its texts stay as they are."""
    def rounded(number):
        return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")

    def tag(found):
        return re.sub(r"-?\d+\.\d{3,}", rounded, found[0])

    return re.sub(r"\n\s+", "\n", re.sub(r"<[^>]*>", tag, drawing))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", action="store_true")
    parser.add_argument("--package", type=Path, help="where the Python package is installed")
    parser.add_argument("articles", nargs="*", type=Path, default=ARTICLES, metavar="ARTICLE")
    options = parser.parse_args()
    failed = False
    for article in options.articles:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            complaints = run(article, folder, package=options.package)
            failed |= bool(complaints)
            print(article.name, *(complaints or ["runs"]), sep="\n  ", flush=True)
            for name in pictures(article) if options.pictures else ():
                drawn = next(folder.rglob(f"{name}.svg"), None)
                if drawn:
                    (CATALOGUE / "Resources" / f"{name}.svg").write_text(small(drawn.read_text()))
    sys.exit(failed)


if __name__ == "__main__":
    main()
