"""Forecasts of `ganglion follow`, while it runs or from what it wrote."""
from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .needed import needed

Name = str | os.PathLike[str]


@dataclass(frozen=True)
class Forecast:
    """What is expected after a frame.

    `values[h, i]` is what `cells[i]` (an index from 0) will show h + 1 frames later, in the units
    of the source; NaN where a cell is not fitted. There is one row where time was too short for
    more. `frame` is the frame's number, and `time` its time in seconds, where the source says it.
    """

    frame: int
    time: float | None
    cells: np.ndarray[tuple[int], np.dtype[np.int64]]
    values: np.ndarray[tuple[int, int], np.dtype[np.float32]]


def forecasts(source: Name | Iterable[str], *, timeout: float | None = None) -> Iterator[Forecast]:
    """Each forecast of a run of `ganglion follow`, in the order of the frames.

    `source` is the address that the run publishes at (`--publish 5560` is
    "tcp://127.0.0.1:5560"), the file that `--forecast-out` writes, or its lines: `sys.stdin`, or
    the output of a process. At an address one hears what comes after the call, for ever or until
    `timeout` seconds have brought nothing, which raises `TimeoutError`; who is slow misses some,
    and `frame` tells. Lines end where they end, a last one that is half written is left out.

    Raises `ImportError` where an address needs pyzmq, and `ValueError` for lines of something
    else.
    """
    if isinstance(source, str) and "://" in source:
        return _heard(_subscribed(source, timeout), source, timeout)
    if timeout is not None:
        raise ValueError("timeout is for addresses: lines do not wait")
    return _written(source) if isinstance(source, str | os.PathLike) else _parsed(source, "line")


def _subscribed(address: str, timeout: float | None) -> Any:
    zmq = needed("zmq", "live", package="pyzmq")
    socket = zmq.Context.instance().socket(zmq.SUB)
    socket.setsockopt(zmq.SUBSCRIBE, b"forecast")
    socket.setsockopt(zmq.LINGER, 0)
    if timeout is not None:
        socket.setsockopt(zmq.RCVTIMEO, round(1000 * timeout))
    socket.connect(address)
    return socket


def _heard(socket: Any, address: str, timeout: float | None) -> Iterator[Forecast]:
    import zmq

    with socket:
        while True:
            try:
                _, header, values = socket.recv_multipart()
            except zmq.Again:
                raise TimeoutError(f"no forecast from {address} in {timeout} s") from None
            told = json.loads(header)
            yield _forecast(told, np.frombuffer(values, "<f4").reshape(-1, len(told["cells"])))


def _written(path: Name) -> Iterator[Forecast]:
    with open(path, encoding="utf-8") as lines:
        yield from _parsed(lines, f"{os.fspath(path)}, line")


def _parsed(lines: Iterable[str], where: str) -> Iterator[Forecast]:
    for number, line in enumerate(lines, start=1):
        try:
            told = json.loads(line)
            if told["event"] != "forecast":
                continue
            # None, which is NaN, has no other way into float32.
            forecast = _forecast(told, np.array(told["values"], "f8").astype("f4"))
        except (KeyError, TypeError, ValueError) as error:
            if not line.endswith("\n"):
                return
            raise ValueError(
                f"{where} {number} is no forecast of `ganglion follow`: {line[:60]!r}") from error
        yield forecast


def _forecast(told: dict[str, Any], values: np.ndarray[Any, np.dtype[np.float32]]) -> Forecast:
    if values.shape[1:] != (len(told["cells"]),):
        raise ValueError("rows are not of the cells")
    return Forecast(told["frame"], told["time"], np.array(told["cells"], "i8"), values)
