"""Sends frames of an array to standard output at a rate: a process of its own, as a rig is one."""
import struct
import sys
import time

import numpy as np


def framed(values, number, seconds):
    """A frame as `ganglion follow --framed` reads it."""
    header = struct.pack("<4sIQd", b"GNGF", len(values), number, seconds)
    return header + values.astype("<f4").tobytes()


def main(path, rate, at_once):
    """The first frames at once, as if they had come before; the others at `rate`."""
    rates = np.load(path, mmap_mode="r")
    start = None
    for t, values in enumerate(rates):
        if t >= at_once:
            start = start or time.monotonic() - t / rate
            time.sleep(max(0, start + t / rate - time.monotonic()))
        sys.stdout.buffer.write(framed(values, t, t / rate))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))
