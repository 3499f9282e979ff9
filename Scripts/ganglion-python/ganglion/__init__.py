"""Ganglion from Python: run the program, open its results, draw them, convert recordings.

What needs a further package (xarray, matplotlib, zarr) says so when it is called; running the
program needs none.
"""
from .conversion import ConversionError, Converted, convert
from .figures import draw
from .results import NotAModel, open_model, open_result, settings
from .running import GanglionError, fit, run, train

__version__ = "0.1.0"

__all__ = [
    "ConversionError", "Converted", "GanglionError", "NotAModel", "convert", "draw", "fit",
    "open_model", "open_result", "run", "settings", "train",
]
