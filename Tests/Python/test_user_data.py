"""Every real recording goes through `inspect`, and through `fit` by the command it printed.

Skips where the folder of recordings is not: GANGLION_DATA, or shared/data beside the checkout.
"""
import json
import os
import shlex
import subprocess
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np
from test_report import PROGRAM

CHECKOUT = Path(__file__).parents[2]
PLACES = [os.environ.get("GANGLION_DATA"), CHECKOUT / "../shared/data", CHECKOUT / "../../shared/data"]
DATA = next((Path(place).resolve() for place in PLACES if place and Path(place).exists()), None)


def recordings():
    """Each file, and each folder of a Suite2p plane as one."""
    found = []
    for path in sorted(DATA.rglob("*")):
        if path.suffix in (".h5", ".nwb", ".csv", ".mat", ".json"):
            found.append(path)
        elif path.name == "F.npy":
            found.append(path.parent)
    return found


@unittest.skipUnless(PROGRAM.exists(), "no .build/release/ganglion")
@unittest.skipUnless(DATA, "no folder of recordings: set GANGLION_DATA")
class UserData(unittest.TestCase):
    def test_the_printed_commands_fit(self):
        fitted = 0
        for path in recordings():
            with self.subTest(path=path.name), tempfile.TemporaryDirectory() as folder:
                result = subprocess.run(
                    [PROGRAM, "inspect", path, "--json"], capture_output=True, text=True,
                    check=False, timeout=60)
                if path.suffix == ".mat" and not h5py.is_hdf5(path):
                    self.assertEqual(result.returncode, 65)
                    self.assertIn("scipy.io.loadmat", result.stderr)
                    continue
                self.assertEqual(result.returncode, 0, result.stderr)
                candidates = [c for c in json.loads(result.stdout) if c["command"]]
                command = shlex.split(candidates[0]["command"])
                self.assertEqual(command[0], "ganglion")
                fit = subprocess.run(
                    [PROGRAM, *command[1:]], cwd=folder, capture_output=True, text=True,
                    check=False, timeout=300)
                self.assertEqual(fit.returncode, 0, fit.stderr)
                with h5py.File(Path(folder) / command[command.index("-o") + 1]) as file:
                    neurons = np.prod(candidates[0]["shape"][1 - candidates[0]["time_axis"]])
                    self.assertLessEqual(len(file["neuron"]), neurons)
                    self.assertTrue(np.isfinite(file["W"][:]).all())
                    self.assertTrue(np.isfinite(file["score/mse"][:]).any())
                    fitted += 1
        self.assertGreaterEqual(fitted, 1)


if __name__ == "__main__":
    unittest.main()
