"""The Python package of the program as `pip install` puts it, for the tests of this folder."""
import functools
import importlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from test_report import PROGRAM

SOURCE = Path(__file__).parents[2] / "Scripts" / "ganglion-python"


@functools.cache
def installed():
    """Installs the package into a folder that goes when the process ends, and imports it from there."""
    place = tempfile.TemporaryDirectory()
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
         "--no-build-isolation", "--no-compile", "--target", place.name, SOURCE], check=True)
    sys.path.insert(0, place.name)
    os.environ["GANGLION"] = str(PROGRAM)
    package = importlib.import_module("ganglion")
    package.place = place  # kept as long as the package
    return package
