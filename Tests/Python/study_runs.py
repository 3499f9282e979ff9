"""What tests of Scripts/study share: a folder, a program that stands in, and what it was asked for."""
import csv
import os
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
sys.path.insert(0, str(CHECKOUT / "Scripts"))

# A program that notes what it was asked for; what else it does follows.
NOTING = f"""#!{sys.executable}
import json, os, sys
arguments = sys.argv[1:]
with open(os.environ["STAND_IN_LOG"], "a") as log:
    print(*arguments, file=log)
"""


class StudyRuns(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = Path(place.name)

    def stand_in(self, text):
        """A program that notes its calls and then does what the text says."""
        path = self.folder / "ganglion"
        path.write_text(NOTING + text)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    def run_study(self, program, *flags, **environment):
        return subprocess.run(
            [CHECKOUT / "Scripts" / "study", *map(str, flags), "-o", self.folder / "study"],
            capture_output=True, text=True, check=False,
            env={**os.environ, "GANGLION_PROGRAM": str(program),
                 "STAND_IN_LOG": str(self.folder / "log"), **environment})

    def calls(self, command=""):
        lines = (self.folder / "log").read_text().splitlines()
        return [line for line in lines if line.startswith(command)]

    def rows(self, name):
        with open(self.folder / "study" / f"{name}.csv", newline="") as file:
            return list(csv.DictReader(file))
