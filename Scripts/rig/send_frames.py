"""Sends frames to `ganglion follow pull+tcp://127.0.0.1:5556 --bind`; needs pyzmq.

Copy it beside your acquisition, and call `send` once a frame, with its number from 0, its time, and a
value a cell.
"""
import json
import struct
from collections.abc import Sequence

import zmq

socket = zmq.Context.instance().socket(zmq.PUSH)
socket.connect("tcp://127.0.0.1:5556")


def send(values: Sequence[float], number: int, seconds: float) -> None:
    """One frame; NaN stands for a value that is missing."""
    count = len(values)
    told = {"number": number, "time": seconds, "n": count}
    numbers = struct.pack(f"<{count}f", *values)
    socket.send_multipart([json.dumps(told).encode(), numbers])
