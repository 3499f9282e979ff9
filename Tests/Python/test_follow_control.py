"""Requests to `ganglion follow --control`, its page, and what it says of pulses."""
import json
import os
import random
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import h5py
import numpy as np
import zmq
from test_follow_sockets import has_sockets
from test_report import PROGRAM

CELLS, FRAMES = 6, 200


def frames():
    t = np.arange(FRAMES)[:, None]
    i = np.arange(CELLS)[None, :]
    return (0.4 * np.sin(0.1 * (2 + i // 2) * t + i % 2 * np.pi / 2)).astype("f4")


def framed(values, number):
    header = b"GNGF" + np.uint32(len(values)).tobytes() + np.uint64(number).tobytes()
    return header + np.float64(0.1 * number).tobytes() + values.tobytes()


@unittest.skipUnless(PROGRAM.exists(), "no .build/release/ganglion")
class ControlTests(unittest.TestCase):
    def setUp(self):
        if not has_sockets():
            self.skipTest("built without ZeroMQ")
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.folder = Path(directory.name)
        self.address = f"ipc://{self.folder}/control"
        os.mkfifo(self.folder / "frames")
        # Held open, so that there is no end.
        self.pipe = os.open(self.folder / "frames", os.O_RDWR)
        self.addCleanup(os.close, self.pipe)

    def start(self, *more):
        follower = subprocess.Popen(
            [PROGRAM, "follow", "frames", "--framed", "-o", "model.h5", "--warmup", "8", "--window", "60",
             "--alpha", "0.5", "--lambda", "1e-4", "--scale", "none", "--horizon", "3", "--control",
             self.address, "--log", "run.jsonl", *more], cwd=self.folder, stderr=subprocess.PIPE, text=True)
        self.addCleanup(lambda: (follower.kill(), follower.communicate()))
        for number, values in enumerate(frames()):
            os.write(self.pipe, framed(values, number))
        self.socket = zmq.Context.instance().socket(zmq.REQ)
        self.addCleanup(self.socket.close, 0)
        self.socket.setsockopt(zmq.RCVTIMEO, 30_000)
        self.socket.connect(self.address)
        return follower

    def ask(self, *parts):
        self.socket.send_multipart([p if isinstance(p, bytes) else json.dumps(p).encode() for p in parts])
        return json.loads(self.socket.recv())

    def wait_for_all(self):
        answer = self.ask({"do": "status"})
        for _ in range(600):
            if answer["frames"] == FRAMES:
                break
            time.sleep(0.05)
            answer = self.ask({"do": "status"})
        self.assertEqual(answer["frames"], FRAMES)
        return answer

    def test_requests(self):
        follower = self.start("--read-out", "2,4", "--forecast-out", "forecasts.jsonl", "--page", "page.html",
                              "--snapshot", "1000")
        answer = self.wait_for_all()
        self.assertTrue(answer["ok"])
        self.assertEqual(answer["frame"], FRAMES - 1)
        self.assertTrue(self.ask({"do": "snapshot"})["ok"])
        # Both come with the next second or so, and are whole when they do.
        for _ in range(300):
            if all((self.folder / name).exists() for name in ("model.h5", "page.html")):
                break
            time.sleep(0.05)
        with h5py.File(self.folder / "model.h5") as file:
            weights, bias = file["W"][...], file["b"][...]
        answer = self.ask({"do": "perturb", "cells": [0, 3], "read_out": [2, 4], "amplitude": 0.5})
        self.assertEqual((answer["ok"], answer["cells"], answer["horizon"]), (True, [0, 3], 3))

        # The sweep is done: the network of the snapshot is that of the answer, but for its tolerance.
        def run(rates):
            read = []
            for _ in range(3):
                rates = 0.5 * rates + 0.5 * np.tanh(weights @ rates + bias)
                read.append(rates[[2, 4]].mean())
            return np.array(read)

        now = frames()[-1].astype(float)
        for place, cell in enumerate([0, 3]):
            pulse = now.copy()
            pulse[cell] += 0.5
            found = np.array(answer["responses"])[:, place]
            np.testing.assert_allclose(found, run(pulse) - run(now), atol=2e-3)
        # A small pulse does what the derivative says.
        small = self.ask({"do": "perturb", "cells": [*range(CELLS)], "read_out": [2, 4], "amplitude": 1e-4})
        last = json.loads((self.folder / "forecasts.jsonl").read_text().splitlines()[-1])
        np.testing.assert_allclose(last["sensitivity"], np.array(small["responses"])[-1] / 1e-4, atol=2e-3)
        page = (self.folder / "page.html").read_text()
        self.assertIn('http-equiv="refresh" content="2"', page)
        self.assertIn("Skill, 3 frames ahead", page)
        self.assertNotIn("<script", page)
        self.assertTrue(self.ask({"do": "stop"})["ok"])
        errors = follower.communicate(timeout=60)[1]
        self.assertEqual(follower.returncode, 75, errors)
        self.assertIn("because of a request after 200 frames", errors)

    def test_rubbish(self):
        follower = self.start()
        for request, says in [
            (b"", "no JSON object"), (b"[1]", "no JSON object"), ({}, '"do" is none of'),
            (b"{" * 60_000, "no JSON object"), ({"do": "perturb"}, '"cells" needs 1 to 64'),
            ({"do": "perturb", "cells": [6], "read_out": [0]}, "from 0 to 5"),
            ({"do": "perturb", "cells": [0.5], "read_out": [0]}, "from 0 to 5"),
            ({"do": "perturb", "cells": [1] * 65, "read_out": [0]}, "1 to 64"),
            ({"do": "perturb", "cells": [1], "read_out": [0], "amplitude": 1e300}, "beyond 2"),
            ({"do": "perturb", "cells": [1], "read_out": [0], "amplitude": "x"}, "beyond 2"),
        ]:
            answer = self.ask(request)
            self.assertFalse(answer["ok"])
            self.assertIn(says, answer["reason"])
        self.assertEqual(self.ask({"do": "status"}, b"more")["reason"], "a request is one part")
        noise = random.Random(3)
        whole = json.dumps({"do": "perturb", "cells": [1, 2], "read_out": [0], "amplitude": 0.1}).encode()
        for _ in range(300):
            text = bytearray(whole)
            for _ in range(noise.randrange(1, 6)):
                text[noise.randrange(len(text))] = noise.randrange(256)
            self.ask(bytes(text[:noise.randrange(len(text) + 1)] if noise.random() < 0.3 else text))
        # Who sends more than a request may have is cut off, and the others are not.
        other = zmq.Context.instance().socket(zmq.REQ)
        self.addCleanup(other.close, 0)
        other.connect(self.address)
        other.send(b" " * (1 << 20))
        self.assertTrue(self.wait_for_all()["ok"])
        follower.send_signal(signal.SIGINT)
        errors = follower.communicate(timeout=60)[1]
        self.assertEqual(follower.returncode, 75, errors)

    def test_only_this_machine(self):
        answer = subprocess.run(
            [PROGRAM, "follow", "-", "--framed", "-o", "/dev/null/m", "--control", "tcp://*:5561"],
            capture_output=True, text=True, check=False)
        self.assertEqual(answer.returncode, 64)
        self.assertIn("--control tcp://*:5561 is open to other machines", answer.stderr)


if __name__ == "__main__":
    unittest.main()
