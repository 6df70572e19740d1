"""A server whose queue of connections is full: clients wait for room in it, and no longer than they may."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from typing import Iterator

import pytest
import replies
from fake_server import Peer, ok

from hearth_client import AsyncClient, Client, DeadlineExceeded


@contextlib.contextmanager
def full_queue(path: str) -> Iterator[socket.socket]:
    """A listening socket with no room in its queue."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.socket(socket.AF_UNIX))
        listening.bind(path)
        listening.listen(0)
        with contextlib.suppress(BlockingIOError):
            while True:
                waiting = stack.enter_context(socket.socket(socket.AF_UNIX))
                waiting.setblocking(False)
                waiting.connect(path)
        yield listening


@contextlib.contextmanager
def accepting_later(listening: socket.socket) -> Iterator[None]:
    """Lets the client find the queue full, then takes all who wait and answers those who ask."""

    def answer(connected: socket.socket) -> None:
        with connected:
            peer = Peer(connected)
            while (request := peer.receive()) is not None:
                peer.send(ok(request.stream, replies.sums(request)))

    def serve() -> None:
        time.sleep(0.1)
        with contextlib.suppress(OSError):
            while True:
                connected, _ = listening.accept()
                threads.append(threading.Thread(target=answer, args=(connected,)))
                threads[-1].start()

    threads = [threading.Thread(target=serve)]
    threads[0].start()
    try:
        yield
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        threads[0].join()


def test_a_call_waits_for_room(path: str) -> None:
    with full_queue(path) as listening, accepting_later(listening):
        with Client(path, timeout=20, retries=False) as client:
            assert client.predict("m", [[1, 2]])["predict"].tolist() == [3]


def test_a_call_of_asyncio_waits_for_room(path: str) -> None:
    async def call() -> None:
        async with AsyncClient(path, timeout=20, retries=False) as client:
            assert (await client.predict("m", [[1, 2]]))["predict"].tolist() == [3]

    with full_queue(path) as listening, accepting_later(listening):
        asyncio.run(call())


def test_nobody_waits_longer_than_the_timeout(path: str) -> None:
    async def call() -> None:
        async with AsyncClient(path, timeout=0.15) as client:
            with pytest.raises(DeadlineExceeded):
                await client.predict("m", [1.0])

    with full_queue(path):
        began = time.monotonic()
        with Client(path, timeout=0.15) as client, pytest.raises(DeadlineExceeded):
            client.predict("m", [1.0])
        asyncio.run(call())
        assert 0.25 < time.monotonic() - began < 5
