#!/usr/bin/env python3
"""Single-row calls against a running hearthd, beside a bare Python echo of the same frames: all in one run, taking
turns.

    latency.py MODEL [SOCKET]

What stays the same between machines are the ratios; the times are of this one. `taskset -c 0` around it shows the cost
without the waking of a second processor, provided that hearthd is pinned there too.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import tempfile
import time
from typing import Callable, Dict, List

import numpy as np

from hearth_client import AsyncClient, Client, RemoteModel, _frames, _inference
from hearth_client._rows import rows_from

ROUNDS, CALLS, WARM_UP = 15, 1000, 1000


def echo_server(path: str, reply: bytes) -> int:
    """A process that answers whatever comes with `reply`."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(1)
    pid = os.fork()
    if pid == 0:
        connected, _ = listener.accept()
        while connected.recv(65536):
            connected.sendall(reply)
        os._exit(0)
    listener.close()
    return pid


def connect(path: str) -> socket.socket:
    connected = socket.socket(socket.AF_UNIX)
    connected.connect(path)
    return connected


def exchange(connected: socket.socket, request: bytes) -> bytes:
    connected.sendall(request)
    return connected.recv(65536)


def times(call: Callable[[], object], count: int) -> List[int]:
    clock = time.perf_counter_ns
    taken = []
    for _ in range(count):
        began = clock()
        call()
        taken.append(clock() - began)
    return taken


def main() -> None:
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    model = sys.argv[1]
    client = Client(sys.argv[2] if len(sys.argv) == 3 else None, timeout=5)
    columns = client.get(model).column_count
    flat = np.random.default_rng(1).uniform(0, 100, columns)
    values, matrix = flat.tolist(), flat.reshape(1, -1)
    remote = RemoteModel(model, client)

    rows = rows_from(values)
    payload = _inference.predict_head(model, "", 0, rows.byte_count) + bytes(rows.buffer)
    data = _frames.request_head(_inference.PREDICT, len(payload)) + payload + _frames.request_tail(5.0)
    request = _frames.HEADER.pack(len(data), 1, _frames.REQUEST, 0) + data
    hearthd = connect(client.socket_path)
    reply = exchange(hearthd, request)
    folder = tempfile.TemporaryDirectory()
    path = os.path.join(folder.name, "echo.sock")
    child = echo_server(path, reply)
    echo = connect(path)

    loop = asyncio.new_event_loop()
    async_client = AsyncClient(client.socket_path, timeout=5)
    cases: Dict[str, Callable[[], object]] = {
        "bare socket, Python echo": lambda: exchange(echo, request),
        "bare socket, hearthd": lambda: exchange(hearthd, request),
        "Client.predict, list": lambda: client.predict(model, values),
        "Client.predict, ndarray": lambda: client.predict(model, matrix),
        "RemoteModel.score_samples": lambda: remote.score_samples(matrix),
        "AsyncClient.predict": lambda: loop.run_until_complete(async_client.predict(model, values)),
    }
    taken: Dict[str, List[int]] = {name: [] for name in cases}
    for call in cases.values():
        times(call, WARM_UP)
    for _ in range(ROUNDS):
        for name, call in cases.items():
            taken[name] += times(call, CALLS)

    print(f"{len(request)} bytes out, {len(reply)} back, {ROUNDS * CALLS} calls each, {os.cpu_count()} processors")
    floor = sorted(taken["bare socket, Python echo"])[ROUNDS * CALLS // 2]
    for name, found in taken.items():
        found.sort()
        p50, p99 = found[len(found) // 2], found[len(found) * 99 // 100]
        print(f"{name:28} p50 {p50 / 1000:7.1f} us   p99 {p99 / 1000:7.1f} us   {p50 / floor:5.2f} x the echo's p50")

    async def together() -> float:
        began = time.perf_counter()
        for _ in range(20):
            await asyncio.gather(*(async_client.predict(model, values) for _ in range(200)))
        return (time.perf_counter() - began) / 4000

    print(f"AsyncClient, 200 in flight: {loop.run_until_complete(together()) * 1e6:.1f} us a call")
    loop.run_until_complete(async_client.close())
    loop.close()
    echo.close()
    os.waitpid(child, 0)
    folder.cleanup()


if __name__ == "__main__":
    main()
