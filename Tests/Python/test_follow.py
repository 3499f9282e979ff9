"""The sender of the how-to page, as it stands there, feeds `ganglion follow`."""
import json
import math
import re
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import h5py
from test_report import PROGRAM

CHECKOUT = Path(__file__).parents[2]
PAGE = CHECKOUT / "Sources/ganglion/Documentation.docc/Guide/Following.md"

# Pairs that turn: each is told by its partner and itself.
LOOP = """
import math
for t in range(150):
    send([0.4 * math.sin(0.1 * (2 + i // 2) * t + i % 2 * math.pi / 2) for i in range(6)], t, 0.1 * t)
"""


def rate(t, i):
    return 0.4 * math.sin(0.1 * (2 + i // 2) * t + i % 2 * math.pi / 2)


@unittest.skipUnless(PROGRAM.exists(), "no .build/release/ganglion")
class FollowTests(unittest.TestCase):
    def test_sender_of_the_page(self):
        sender = re.search(r"```python\n(import struct.*?)```", PAGE.read_text(), re.DOTALL).group(1)
        with tempfile.TemporaryDirectory() as folder:
            script, model = Path(folder) / "sender.py", Path(folder) / "model.h5"
            script.write_text(sender + LOOP)
            with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE) as process:
                output = subprocess.run(
                    [PROGRAM, "follow", "-", "--framed", "-o", model, "--warmup", "4", "--window", "50",
                     "--alpha", "0.5", "--lambda", "1e-4", "--self-connections", "--scale", "none",
                     "--forecast-out", "-", "--horizon", "2"],
                    stdin=process.stdout, capture_output=True, check=True, text=True).stdout
            lines = [json.loads(line) for line in output.splitlines()]
            self.assertEqual([line["frame"] for line in lines], list(range(41, 150)))
            # Forecasts are of the frames that came next, and closer to them than the latest frame.
            error = persistence = 0.0
            for line, after in zip(lines, lines[1:], strict=False):
                for i, value in enumerate(line["values"][0]):
                    error += (value - rate(after["frame"], i)) ** 2
                    persistence += (rate(line["frame"], i) - rate(after["frame"], i)) ** 2
            self.assertLess(error, 0.1 * persistence)
            with h5py.File(model) as file:
                self.assertEqual(file["live/frames"][()], 150)
                self.assertEqual(file["W"].shape, (6, 6))

    def test_the_whole_sender_of_the_page(self):
        """Its two blocks, one below the other, are a program that sends; here it need not take its time."""
        blocks = re.findall(r"```(?:python)?\n(import (?:struct|math).*?)```", PAGE.read_text(), re.DOTALL)
        self.assertEqual(len(blocks), 2)
        with tempfile.TemporaryDirectory() as folder:
            script, model = Path(folder) / "sender.py", Path(folder) / "model.h5"
            script.write_text("\n".join(blocks).replace("time.sleep(0.01)", "time.sleep(0)"))
            with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE) as process:
                subprocess.run(
                    [PROGRAM, "follow", "-", "--framed", "-o", model, "--warmup", "5"],
                    stdin=process.stdout, capture_output=True, check=True)
            with h5py.File(model) as file:
                self.assertEqual(file["live/frames"][()], 1500)

    def test_the_socket_sender_of_the_page(self):
        file = (CHECKOUT / "Scripts/rig/send_frames.py").read_text()
        self.assertIn(file.partition('"""\nimport json')[2], PAGE.read_text())

    def test_dataset_under_swmr(self):
        with tempfile.TemporaryDirectory() as folder:
            path, model, log = (Path(folder) / name for name in ("live.h5", "model.h5", "run.jsonl"))
            values = [[rate(t, i) for i in range(6)] for t in range(150)]
            with h5py.File(path, "w", libver=("v110", "v110")) as file:
                rates = file.create_dataset("rates", (60, 6), "f4", maxshape=(None, 6), chunks=(16, 6))
                rates[:] = values[:60]
                file.swmr_mode = True
                with subprocess.Popen(
                        [PROGRAM, "follow", f"{path}:/rates", "-o", model, "--rate", "10", "--log", log,
                         "--warmup", "4", "--window", "50", "--alpha", "0.5", "--lambda", "0.01",
                         "--scale", "none"], cwd=folder, stderr=subprocess.PIPE, text=True) as process:
                    while not (log.exists() and '"event":"status"' in log.read_text()):
                        self.assertIsNone(process.poll(), process.stderr.read() if process.poll() else "")
                        time.sleep(0.02)
                    for t in range(60, 150):
                        rates.resize(t + 1, axis=0)
                        rates[t] = values[t]
                        rates.flush()
                        time.sleep(0.005)
                    time.sleep(0.5)
                    (Path(folder) / "STOP").touch()
                    errors = process.communicate(timeout=60)[1]
                self.assertEqual(process.returncode, 75, errors)
            with h5py.File(model) as file:
                self.assertEqual(file["live/frames"][()], 150)


if __name__ == "__main__":
    unittest.main()
