"""Reading results: datasets that may be absent, and the recording a model was made from."""
import json
from pathlib import Path

import numpy as np


def array(file, path):
    """The dataset as float64, or None."""
    return np.asarray(file[path], dtype=np.float64) if path in file else None


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def configuration(file):
    """The resolved configuration; {} for files without one."""
    try:
        return json.loads(text(file.attrs.get("configuration", "{}")))
    except json.JSONDecodeError:
        return {}


def setting(file, *names):
    """The first of the names that is a number among the attributes or settings, or None."""
    settings = configuration(file)
    for name in names:
        for source in (file.attrs, settings):
            try:
                return float(source[name])
            except (KeyError, TypeError, ValueError):
                continue
    return None


def beside(file, name):
    """A path as the run knew it, else the same file name beside the result; or None."""
    if not name:
        return None
    for path in (Path(name), Path(file.filename).parent / Path(name).name):
        if path.is_file():
            return path
    return None


def kind(file):
    """'fit', 'train', 'comparison', 'recording', 'evaluation', or None."""
    if "W" in file and "neuron" in file:
        return "fit"
    if "comparison/optimizer" in file:
        return "comparison"
    if "evaluation" in file or "log/loss" in file:
        return "train"
    if "rates" in file:
        return "recording"
    if configuration(file).get("command") == "evaluate":
        return "evaluation"
    return None
