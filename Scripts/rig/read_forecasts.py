"""Reads what `ganglion follow ... --publish 5560` publishes; needs pyzmq."""
import json
import struct
from collections.abc import Iterator

import zmq

socket = zmq.Context.instance().socket(zmq.SUB)
socket.setsockopt(zmq.SUBSCRIBE, b"forecast")
socket.connect("tcp://127.0.0.1:5560")


def forecasts() -> Iterator[tuple[dict, list[tuple[float, ...]]]]:
    """Each forecast: what it is of, and a row of cells for each frame ahead."""
    while True:
        _, header, values = socket.recv_multipart()
        told = json.loads(header)
        yield told, list(struct.iter_unpack(f"<{len(told['cells'])}f", values))
