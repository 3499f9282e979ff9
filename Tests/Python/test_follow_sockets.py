"""The senders and the subscriber of Scripts/rig, as they stand there, with `ganglion follow`."""
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

import h5py
from test_report import PROGRAM

RIG = Path(__file__).parents[2] / "Scripts/rig"

# Each runs as a process of its own, at addresses of its own.
SENDER = """
import math, sys, time
for t in range(150):
    send([0.4 * math.sin(0.1 * (2 + i // 2) * t + i % 2 * math.pi / 2) for i in range(6)], t, 0.1 * t)
    time.sleep(0.02)
time.sleep(60)
"""
READER = """
import json
for told, rows in forecasts():
    print(json.dumps([told["frame"], rows]), flush=True)
"""


def rate(t, i):
    return 0.4 * math.sin(0.1 * (2 + i // 2) * t + i % 2 * math.pi / 2)


def has_sockets():
    answer = subprocess.run([PROGRAM, "follow", "tcp://*:1", "-o", "/dev/null/m", "--bind", "--any-host"],
                            capture_output=True, text=True, check=False)
    return "without ZeroMQ" not in answer.stderr


@unittest.skipUnless(PROGRAM.exists(), "no .build/release/ganglion")
class SocketTests(unittest.TestCase):
    def start(self, *words, **options):
        process = subprocess.Popen(words, **options)
        self.addCleanup(lambda: (process.kill(), process.communicate()))
        return process

    def test_sender_and_subscriber(self):
        if not has_sockets():
            self.skipTest("built without ZeroMQ")
        with tempfile.TemporaryDirectory() as folder:
            model, log = Path(folder) / "model.h5", Path(folder) / "run.jsonl"
            frames, published = (f"ipc://{folder}/{name}" for name in ("frames", "forecasts"))
            follower = self.start(
                PROGRAM, "follow", f"pull+{frames}", "--bind", "-o", model, "--warmup", "4", "--window",
                "50", "--alpha", "0.5", "--lambda", "1e-4", "--self-connections", "--scale", "none",
                "--publish", published, "--horizon", "2", "--log", log, cwd=folder,
                stderr=subprocess.PIPE, text=True)
            scripts = []
            for name, loop, own, given in [("send_frames", SENDER, frames, "tcp://127.0.0.1:5556"),
                                           ("read_forecasts", READER, published, "tcp://127.0.0.1:5560")]:
                script = Path(folder) / f"{name}.py"
                script.write_text((RIG / f"{name}.py").read_text().replace(given, own) + loop)
                scripts.append(script)
            reader = self.start(sys.executable, scripts[1], stdout=subprocess.PIPE, text=True)
            # A subscriber that stalls holds nobody up.
            stalled = self.start(sys.executable, scripts[1], stdout=subprocess.PIPE)
            time.sleep(0.5)
            os.kill(stalled.pid, signal.SIGSTOP)
            self.start(sys.executable, scripts[0])
            heard = []
            for line in reader.stdout:
                heard.append(json.loads(line))
                if heard[-1][0] == 149:
                    break
            follower.send_signal(signal.SIGINT)
            errors = follower.communicate(timeout=60)[1]
            self.assertEqual(follower.returncode, 75, errors)
            error = persistence = 0.0
            for (frame, rows), (after, _) in zip(heard, heard[1:], strict=False):
                self.assertEqual(after, frame + 1)
                for i, value in enumerate(rows[0]):
                    error += (value - rate(after, i)) ** 2
                    persistence += (rate(frame, i) - rate(after, i)) ** 2
            self.assertGreater(len(heard), 50)
            self.assertLess(error, 0.1 * persistence)
            with h5py.File(model) as file:
                self.assertEqual(file["live/frames"][()], 150)

    def test_nobody_sends(self):
        """It says where frames are waited for, and who connects: both ends may wait for the other."""
        if not has_sockets():
            self.skipTest("built without ZeroMQ")
        with tempfile.TemporaryDirectory() as folder:
            for flags, says in (([], ", to which this connects (else give --bind)"),
                                (["--bind"], ", where senders connect")):
                source = f"pull+ipc://{folder}/frames"
                with self.subTest(flags=flags):
                    follower = self.start(PROGRAM, "follow", source, *flags, "-o", f"{folder}/model.h5",
                                          stderr=subprocess.PIPE, text=True)
                    limit = threading.Timer(60, follower.kill)
                    limit.start()
                    told = follower.stderr.readline()
                    limit.cancel()
                    follower.send_signal(signal.SIGINT)
                    follower.communicate(timeout=60)
                    self.assertRegex(told, r"^waiting \d+ s for the first frame of ")
                    self.assertIn(source + says, told)


if __name__ == "__main__":
    unittest.main()
