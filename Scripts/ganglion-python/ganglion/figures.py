"""The figures of Scripts/figures, by the same code."""
from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Sequence
from pathlib import Path

from .needed import needed

Name = str | os.PathLike[str]


def draw(results: Name | Sequence[Name], folder: Name | None = None) -> list[Path]:
    """Draws results of the program as PNG and SVG, and returns the files.

    Models, scores, runs of train and recordings; several runs on one task are compared too.
    Figures go beside each result, or into `folder`, which is made. Raises `FileNotFoundError`
    and `ValueError` with all that could not be drawn; the others are drawn first.
    """
    needed("matplotlib", "figures")
    from .plots.drawing import draw_all

    several = [results] if isinstance(results, str | os.PathLike) else list(results)
    paths = [Path(result) for result in several]
    target = None if folder is None else Path(folder)
    named = io.StringIO()
    with contextlib.redirect_stdout(named):  # the drawing code names each file that it wrote
        problems = draw_all(paths, target)
    if problems:
        lines = "\n".join(f"{path}: {problem}" for path, problem in problems)
        missing = all(not path.exists() for path, _ in problems)
        raise (FileNotFoundError if missing else ValueError)(lines)
    return [Path(line) for line in named.getvalue().splitlines()]
