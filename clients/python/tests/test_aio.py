"""The asyncio client against a server that misbehaves on purpose."""

from __future__ import annotations

import asyncio
import functools
import gc
import os
import threading
import time
from typing import Any, Awaitable, Callable, List, Optional, TypeVar

import numpy as np
import pytest
import replies
from fake_server import FakeServer, Peer, Request, failure, frame, ok

from hearth_client import (
    AsyncClient,
    Cancelled,
    DataLoss,
    DeadlineExceeded,
    NotFound,
    ResourceExhausted,
    Unavailable,
)  # fmt: skip
from hearth_client._frame_reader import FrameReader
from hearth_client._frames import STREAM_ID_MAX

Answering = Callable[[Callable[[Request], Optional[bytes]]], FakeServer]
Serving = Callable[[Callable[[Peer], None]], FakeServer]
Test = TypeVar("Test", bound=Callable[..., Awaitable[None]])


def in_loop(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Runs an async test."""

    @functools.wraps(test)
    def run(*arguments: Any, **named: Any) -> None:
        asyncio.run(asyncio.wait_for(test(*arguments, **named), 30))

    return run


def sums(request: Request) -> bytes:
    return ok(request.stream, replies.sums(request))


@in_loop
async def test_many_calls_share_one_connection_and_each_gets_its_answer(path: str, serving: Serving) -> None:
    def serve(peer: Peer) -> None:
        # Answers in pairs, the second first.
        while (one := peer.receive()) is not None:
            two = peer.receive()
            assert two is not None
            peer.send(sums(two) + sums(one))

    server = serving(serve)
    async with AsyncClient(path, timeout=20) as client:
        values = [float(value) for value in range(500)]
        answers = await asyncio.gather(*(client.predict("m", [[value, 1.0]]) for value in values))
    assert [answer["predict"].tolist() for answer in answers] == [[value + 1] for value in values]
    assert server.connection_count == 1


@in_loop
async def test_answers_byte_by_byte_are_put_together(path: str, serving: Serving) -> None:
    def serve(peer: Peer) -> None:
        while (request := peer.receive()) is not None:
            peer.send_bytewise(sums(request))

    serving(serve)
    async with AsyncClient(path) as client:
        answers = await asyncio.gather(*(client.predict("m", [float(value)]) for value in range(5)))
    assert [answer["predict"].tolist() for answer in answers] == [[0], [1], [2], [3], [4]]


@in_loop
async def test_large_batches_go_out_in_parts(path: str, answering: Answering) -> None:
    server = answering(sums)
    matrix = np.random.default_rng(1).normal(size=(150_000, 8))
    async with AsyncClient(path, timeout=60) as client:
        found = await client.predict("m", matrix)
    assert np.allclose(found["predict"], matrix.sum(axis=1)) and len(server.requests) == 3
    assert found["predict"].flags.aligned and found["predict"].flags.writeable


@in_loop
async def test_a_deadline_ends_one_call_and_its_late_answer_disturbs_nobody(path: str, serving: Serving) -> None:
    late = threading.Event()

    def serve(peer: Peer) -> None:
        while (request := peer.receive()) is not None:
            if replies.predict_request(request.payload)[3] == [1.0]:
                late.wait(10)
            peer.send(sums(request))

    server = serving(serve)
    async with AsyncClient(path) as client:
        began = time.monotonic()
        with pytest.raises(DeadlineExceeded):
            await client.predict("m", [1.0], timeout=0.1)
        assert 0.09 < time.monotonic() - began < 1
        late.set()
        assert (await client.predict("m", [2.0]))["predict"].tolist() == [2]
    assert server.connection_count == 1


@in_loop
async def test_a_cancelled_call_leaves_the_others_alone(path: str, serving: Serving) -> None:
    go = threading.Event()

    def serve(peer: Peer) -> None:
        one, two = peer.receive(), peer.receive()
        assert one is not None and two is not None
        go.wait(10)
        peer.send(sums(one) + sums(two))
        while (request := peer.receive()) is not None:
            peer.send(sums(request))

    server = serving(serve)
    async with AsyncClient(path) as client:
        first = asyncio.ensure_future(client.predict("m", [1.0]))
        second = asyncio.ensure_future(client.predict("m", [2.0]))
        await asyncio.sleep(0.05)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        go.set()
        assert (await second)["predict"].tolist() == [2]
        assert (await client.predict("m", [3.0]))["predict"].tolist() == [3]
    assert server.connection_count == 1


@in_loop
async def test_a_cancelled_first_call_does_not_end_the_others_connecting(path: str, answering: Answering) -> None:
    answering(sums)
    async with AsyncClient(path) as client:
        first = asyncio.ensure_future(client.predict("m", [1.0]))
        second = asyncio.ensure_future(client.predict("m", [2.0]))
        await asyncio.sleep(0)
        first.cancel()
        assert (await second)["predict"].tolist() == [2]
        with pytest.raises(asyncio.CancelledError):
            await first


@in_loop
async def test_a_dropped_connection_goes_unnoticed(path: str, answering: Answering) -> None:
    server = answering(sums)
    async with AsyncClient(path, timeout=10) as client:
        for _ in range(10):
            server.drop_connections()
            answers = await asyncio.gather(*(client.predict("m", [float(value)]) for value in range(20)))
            assert [answer["predict"].tolist() for answer in answers] == [[value] for value in range(20)]
    assert server.connection_count <= 21


@in_loop
async def test_a_call_in_flight_is_made_again_when_it_changes_nothing(path: str, serving: Serving) -> None:
    seen: List[str] = []

    def serve(peer: Peer) -> None:
        while (request := peer.receive()) is not None:
            seen.append(request.method)
            if seen.count(request.method) == 1:
                return
            peer.send(sums(request) if request.method == "Predict" else ok(request.stream, b""))

    serving(serve)
    async with AsyncClient(path) as client:
        assert (await client.predict("m", [1.0]))["predict"].tolist() == [1]
        await client.stats()
        with pytest.raises(Unavailable):
            await client.promote("m", "v")
    assert seen == ["Predict", "Predict", "Stats", "Stats", "Promote"]


@in_loop
async def test_nobody_there_is_unavailable_at_the_deadline(path: str) -> None:
    client = AsyncClient(path, timeout=0.1)
    began = time.monotonic()
    answers = await asyncio.gather(*(client.stats() for _ in range(5)), return_exceptions=True)
    assert all(isinstance(answer, Unavailable) for answer in answers) and time.monotonic() - began < 1
    # Each its own error: a traceback belongs to one caller.
    assert len({id(answer) for answer in answers}) == 5


@in_loop
async def test_a_status_becomes_its_error(path: str, answering: Answering) -> None:
    answering(lambda request: failure(request.stream, 5, "no such model"))
    async with AsyncClient(path) as client:
        with pytest.raises(NotFound, match="no such model"):
            await client.predict("m", [1.0])


@in_loop
async def test_noise_fails_every_call_on_the_connection(path: str, serving: Serving) -> None:
    def serve(peer: Peer) -> None:
        peer.receive()
        peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        peer.receive()

    serving(serve)
    async with AsyncClient(path) as client:
        answers = await asyncio.gather(*(client.predict("m", [1.0]) for _ in range(3)), return_exceptions=True)
    assert all(isinstance(answer, DataLoss) for answer in answers)


@in_loop
async def test_closing_cancels_the_calls_on_their_way(path: str, answering: Answering) -> None:
    answering(lambda request: None)
    client = AsyncClient(path)
    waiting = asyncio.ensure_future(client.predict("m", [1.0]))
    await asyncio.sleep(0.05)
    await client.close()
    with pytest.raises(Cancelled):
        await waiting


@in_loop
async def test_a_server_that_does_not_read_holds_writers_back_until_their_deadline(path: str, serving: Serving) -> None:
    stop = threading.Event()

    def serve(peer: Peer) -> None:
        stop.wait(10)

    serving(serve)
    async with AsyncClient(path, timeout=0.3) as client:
        matrix = np.zeros((60_000, 8))
        answers = await asyncio.gather(*(client.predict("m", matrix) for _ in range(4)), return_exceptions=True)
        stop.set()
    assert all(isinstance(answer, DeadlineExceeded) for answer in answers)


@in_loop
async def test_too_large_a_series_is_refused_and_the_connection_stays(path: str, answering: Answering) -> None:
    server = answering(sums)
    async with AsyncClient(path) as client:
        await client.predict("m", [1.0])
        with pytest.raises(ResourceExhausted):
            await client.detect("s", np.zeros(600_000))
        await client.predict("m", [1.0])
    assert server.connection_count == 1


@in_loop
async def test_stream_ids_that_run_out_make_a_new_connection(path: str, answering: Answering) -> None:
    server = answering(sums)
    async with AsyncClient(path) as client:
        await client.predict("m", [1.0])
        client._transport._connection._next_stream = STREAM_ID_MAX  # type: ignore[union-attr]
        await client.predict("m", [1.0])
        await client.predict("m", [1.0])
    assert [request.stream for request in server.requests] == [1, STREAM_ID_MAX, 1]


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_client_follows_its_caller_into_another_event_loop(path: str, answering: Answering) -> None:
    server = answering(sums)
    client = AsyncClient(path)

    async def once() -> Any:
        return (await client.predict("m", [1.0]))["predict"].tolist()

    assert asyncio.run(once()) == [1]
    assert asyncio.run(once()) == [1]
    assert server.connection_count == 2
    # Nobody closed the client within its loop: asyncio warns of that, here and now.
    del client
    gc.collect()


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
@in_loop
async def test_a_forked_child_takes_a_connection_of_its_own(path: str, answering: Answering) -> None:
    server = answering(sums)
    async with AsyncClient(path) as client:
        await client.predict("m", [1.0])
        pid = os.fork()
        if pid == 0:
            try:
                # The child is inside the parent's loop; it leaves it and runs one of its own.
                asyncio.events._set_running_loop(None)

                async def once() -> None:
                    for value in range(50):
                        assert (await client.predict("m", [float(value)]))["predict"].tolist() == [value]

                loop = asyncio.new_event_loop()
                loop.run_until_complete(once())
                os._exit(0)
            except BaseException:
                import traceback

                traceback.print_exc()
                os._exit(1)
        for value in range(50):
            assert (await client.predict("m", [float(value)]))["predict"].tolist() == [value]
        _, status = await asyncio.get_running_loop().run_in_executor(None, os.waitpid, pid, 0)
        assert status == 0
        await client.predict("m", [1.0])
    assert server.connection_count == 2


@in_loop
async def test_a_watch_gives_events_and_breaks_with_an_error(path: str, serving: Serving) -> None:
    def serve(peer: Peer) -> None:
        request = peer.receive()
        assert request is not None and request.method == "Watch" and request.flags == 1
        peer.send_bytewise(frame(1, replies.event("m", "available"), kind=3))
        peer.send(
            frame(9, b"", kind=3) + frame(1, b"", kind=3, flags=4) + frame(1, replies.event("m", "swapped"), kind=3)
        )

    serving(serve)
    kinds = []
    with pytest.raises(Unavailable):
        async for event in AsyncClient(path).watch("m"):
            kinds.append(event.kind)
    assert kinds == ["available", "swapped"]


@in_loop
async def test_a_watch_ends_with_the_stream(path: str, serving: Serving) -> None:
    def serve(peer: Peer) -> None:
        peer.receive()
        peer.send(frame(1, replies.event("m", "available"), kind=3) + ok(1, b""))
        peer.receive()

    serving(serve)
    assert [event.kind async for event in AsyncClient(path).watch()] == ["available"]


def test_frames_are_the_same_in_every_portion() -> None:
    data = frame(1, b"") + frame(3, b"x" * 5) + frame(5, bytes(range(256)) * 300, kind=3, flags=1) + frame(7, b"end")
    for size in (1, 2, 3, 9, 10, 11, 17, 100, 4096, len(data)):
        reader = FrameReader()
        found = []
        for position in range(0, len(data), size):
            for got in reader.feed(data[position : position + size]):
                found.append((got.stream, got.kind, got.flags, bytes(got.data[got.start : got.end])))
        assert found == [
            (1, 2, 0, b""), (3, 2, 0, b"xxxxx"), (5, 3, 1, bytes(range(256)) * 300), (7, 2, 0, b"end"),
        ]  # fmt: skip
