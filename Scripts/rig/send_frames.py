"""Sends frames to `ganglion follow pull+tcp://127.0.0.1:5556 --bind`; needs pyzmq.

Copy it beside your acquisition, and call `send` once a frame.
"""
import json
import struct
from collections.abc import Sequence

import zmq

socket = zmq.Context.instance().socket(zmq.PUSH)
socket.connect("tcp://127.0.0.1:5556")


def send(values: Sequence[float], number: int, seconds: float) -> None:
    """One frame: its number from 0, its time, and a value a cell; NaN where one is missing."""
    header = json.dumps({"number": number, "time": seconds, "n": len(values)}).encode()
    socket.send_multipart([header, struct.pack(f"<{len(values)}f", *values)])
