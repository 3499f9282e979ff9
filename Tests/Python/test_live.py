"""Forecasts of `ganglion follow`, as the Python package reads them."""
import json
import math
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

import numpy as np
import package
from test_follow_sockets import has_sockets
from test_report import PROGRAM


def setUpModule():
    global ganglion
    ganglion = package.installed()


def line(frame, values):
    told = {"event": "forecast", "frame": frame, "time": None, "cells": [0, 4], "values": values}
    return json.dumps(told) + "\n"


class LineTests(unittest.TestCase):
    def test_lines(self):
        told = [line(7, [[1, 2], [3, None]]), '{"event": "status"}\n', line(8, [[0.1, 0]])]
        first, second = ganglion.forecasts(told)
        self.assertEqual((first.frame, first.time, list(first.cells)), (7, None, [0, 4]))
        np.testing.assert_array_equal(first.values, np.array([[1, 2], [3, math.nan]], "f4"))
        self.assertEqual((second.frame, second.values.shape), (8, (1, 2)))

    def test_a_file_that_is_being_written(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "forecasts.jsonl"
            path.write_text(line(7, [[1, 2]]) + line(8, [[3, 4]])[:-9])
            self.assertEqual([forecast.frame for forecast in ganglion.forecasts(path)], [7])

    def test_lines_of_something_else(self):
        for text in ("time,cell\n", "[1]\n", line(1, [[1, 2, 3]])):
            with self.subTest(text=text), self.assertRaisesRegex(ValueError, "line 1 is no forecast"):
                list(ganglion.forecasts([text]))

    def test_nobody_publishes(self):
        with self.assertRaisesRegex(TimeoutError, "no forecast from ipc:"):
            next(ganglion.forecasts("ipc:///tmp/nobody-is-there", timeout=0.05))
        with self.assertRaisesRegex(ValueError, "timeout is for addresses"):
            ganglion.forecasts([], timeout=1)


@unittest.skipUnless(PROGRAM.exists(), "no .build/release/ganglion")
class RunTests(unittest.TestCase):
    def test_heard_as_written(self):
        """What is published, and what the file of the same run has."""
        if not has_sockets():
            self.skipTest("built without ZeroMQ")
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            ganglion.run("generate", "chaotic", neurons=6, frames=300, output=place / "a.h5", quiet=True)
            address = f"ipc://{folder}/forecasts"
            heard = []
            source = ganglion.forecasts(address, timeout=30)

            def listen():
                for forecast in source:
                    heard.append(forecast)
                    if forecast.frame == 299:
                        break

            listener = threading.Thread(target=listen)
            listener.start()
            subprocess.run(
                [PROGRAM, "follow", place / "a.h5", "--replay", "200", "-o", place / "m.h5", "--publish",
                 address, "--forecast-out", place / "f.jsonl", "--horizon", "3", "--warmup", "0.5",
                 "--window", "40", "--alpha", "0.1", "--lambda", "1e-2", "--quiet"],
                check=True, timeout=60)
            listener.join(timeout=60)
            written = {forecast.frame: forecast for forecast in ganglion.forecasts(place / "f.jsonl")}
            # The first ones may pass before the listener is connected.
            self.assertGreater(len(heard), 150)
            for forecast in heard:
                other = written[forecast.frame]
                self.assertEqual(forecast.time, other.time)
                np.testing.assert_array_equal(forecast.cells, np.arange(6))
                np.testing.assert_array_equal(forecast.values, other.values)
                # Where time is short, only the next frame is forecast.
                self.assertIn(forecast.values.shape, ((3, 6), (1, 6)))


if __name__ == "__main__":
    unittest.main()
