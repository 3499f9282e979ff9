"""Ganglion from Python: run the program, open and draw its results, hear it live, convert recordings.

What needs a further package (xarray, matplotlib, pyzmq, zarr) says so when it is called; running the
program needs none.
"""
from .conversion import ConversionError, Converted, convert
from .figures import draw
from .live import Forecast, forecasts
from .results import NotAModel, open_model, open_result, settings
from .running import GanglionError, fit, run, train

__version__ = "0.1.0"

__all__ = [
    "ConversionError", "Converted", "Forecast", "GanglionError", "NotAModel", "convert", "draw",
    "fit", "forecasts", "open_model", "open_result", "run", "settings", "train",
]
