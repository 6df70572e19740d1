"""Clients that misbehave on purpose: limits answer, memory stays bounded, a well-behaved client beside goes on.

Each test prints the server's peak memory and how long the calls of the client beside took: before, while two loops
that have nothing to do with the server keep the processors as busy as the abuser and the worker that serves it do, and
during the abuse. What the abuse does to the server is the third against the second: with few processors most of the
rest is the waiting for one. Times are asserted only so far that nobody is starved.
"""

from __future__ import annotations

import contextlib
import resource
import select
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Callable, Iterator, List

import frames as h
import pytest
from beside import Beside, p50_p99
from frames import Peer, connected, fields, frame, message
from hearth_client import Client, HearthError
from server import FOREST, ROW, Hearth
from test_grpc_protocol import predict_request

PEAK_MIB = 400
"""The most that any of this may make of the server: it starts with some 30."""
CONNECTION_COUNT_MAX = 1200


@pytest.fixture(scope="module", autouse=True)
def descriptors() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def server(starting: Callable[..., Hearth]) -> Hearth:
    return starting("--max-connections", str(CONNECTION_COUNT_MAX))


@pytest.fixture
def abuse(server: Hearth, request: pytest.FixtureRequest, capsys: Any) -> Iterator[Any]:
    """`with abuse():` around what is done to the server; afterwards it must be as before."""
    name = request.node.name.removeprefix("test_")

    @contextlib.contextmanager
    def watching(peak_mib: int = PEAK_MIB) -> Iterator[None]:
        with Client(server.socket, timeout=20) as client:
            client.predict(FOREST, ROW)
        begin_memory, begin_descriptors = server.memory("VmRSS"), server.descriptors()
        beside = Beside(server.socket, FOREST, 8, Path(server.folder))
        while not (beside.file.exists() and beside.file.stat().st_size > 2000 * 16):
            assert beside.process.poll() is None
            time.sleep(0.02)
        quiet = time.monotonic()
        keep_processors_busy(0.8)
        begin = time.monotonic()
        try:
            yield
        finally:
            end = time.monotonic()
            beside.stop()
        before, busy, during = beside.times(0, quiet), beside.times(quiet, begin), beside.times(begin, end)
        peak = server.memory("VmHWM")
        assert peak < peak_mib * 1024, f"{peak} KiB"
        assert not during or during[len(during) * 99 // 100] < 1, "the client beside was starved"
        assert server.process is not None and server.process.poll() is None, server.log()
        with Peer(server.socket) as peer, Client(server.socket, timeout=20) as client:
            assert peer.call(1).grpc_status == 0 and client.predict(FOREST, ROW).row_count == 1
        deadline = time.monotonic() + 10
        while server.descriptors() > begin_descriptors + 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert server.descriptors() <= begin_descriptors + 2, "connections stay open"
        after = server.memory("VmRSS")
        with capsys.disabled():
            text = (
                f"\n{name}: {end - begin:.1f} s, peak {peak / 1024:.0f} MiB (before {begin_memory / 1024:.0f}, "
                f"after {after / 1024:.0f})"
            )
            if len(during) > 100:
                p50, p99 = zip(*map(p50_p99, (before, busy, during)))
                text += (
                    f"; beside p50 {p50[0]:.0f}, {p50[1]:.0f}, {p50[2]:.0f} us, p99 {p99[0]:.0f}, {p99[1]:.0f}, "
                    f"{p99[2]:.0f} us: {p99[2] / p99[0]:.1f} x before, {p99[2] / p99[1]:.1f} x busy"
                )
            print(text, end="")

    yield watching


def again(seconds: float = 1.5) -> Iterator[None]:
    """Rounds for so long: what the server ends at once is tried again, or there would be nothing to measure."""
    end = time.monotonic() + seconds
    yield
    while time.monotonic() < end:
        yield


def keep_processors_busy(seconds: float) -> None:
    """Two loops: one in this process, as the abuse will be, one beside it."""
    other = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pass
    finally:
        other.kill()
        other.wait()


def flood(peer: Peer, data: bytes, count: int) -> bool:
    """Sends the same bytes again and again without reading; whether the server took them all."""
    peer.socket.settimeout(3)
    chunk = data * max(1, min(count, (1 << 18) // len(data)))
    for _ in range(0, count * len(data), len(chunk)):
        try:
            peer.socket.sendall(chunk)
        except (BrokenPipeError, ConnectionResetError, socket.timeout):
            return False
    return True


def test_a_thousand_idle_connections(server: Hearth, abuse: Any) -> None:
    with abuse(), contextlib.ExitStack() as stack:
        idle = [stack.enter_context(connected(server.socket, 40)) for _ in range(400)]
        half = [stack.enter_context(Peer(server.socket)) for _ in range(300)]
        used = [stack.enter_context(Peer(server.socket)) for _ in range(300)]
        assert all(peer.call(1).grpc_status == 0 for peer in used)
        with Client(server.socket, timeout=20) as client:
            assert all(client.predict(FOREST, ROW).row_count == 1 for _ in range(100))
        assert all(peer.call(3).grpc_status == 0 for peer in (*half[::10], *used[::10]))
        for number in range(30):
            time.sleep(0.05)
            assert used[number].call(5).grpc_status == 0
        assert len(idle) == 400 and not select.select(idle, [], [], 0)[0], "nobody was sent away"


def test_connections_beyond_the_limit_are_told_and_the_others_go_on(server: Hearth, abuse: Any) -> None:
    with abuse(), contextlib.ExitStack() as stack:
        first = stack.enter_context(Peer(server.socket))
        assert first.call(1).grpc_status == 0
        # The client beside and the first one are connected too: some of these are refused already, and held for it.
        for _ in range(CONNECTION_COUNT_MAX + 10):
            stack.enter_context(connected(server.socket, 40))
        told = []
        for _ in range(20):
            with Peer(server.socket) as peer:
                peer.send(peer.request(1))
                try:
                    told.append(peer.reply(1).grpc_status)
                except AssertionError:
                    told.append(None)
        assert set(told) <= {8, None} and 8 in told, told
        with Client(server.socket, timeout=1, retries=False) as client, pytest.raises(HearthError):
            for _ in range(2):
                client.predict(FOREST, ROW)
        assert first.call(3).grpc_status == 0


def test_what_stays_half_sent_is_ended_after_thirty_seconds(server: Hearth, abuse: Any) -> None:
    with abuse(), contextlib.ExitStack() as stack:
        silent: List[socket.socket] = []
        begun = Peer(server.socket)
        stack.enter_context(begun)
        block = begun.block(fields())
        for start in (
            h.PREFACE[:10],
            h.PREFACE + b"\0\0",
            h.PREFACE + h.settings() + frame(h.HEADERS, 0, 1, block),
            h.PREFACE + h.settings() + frame(h.DATA, 0, 1, length=1000)[:9],
            b"\0\0\x10",
        ):
            for _ in range(40):
                silent.append(stack.enter_context(connected(server.socket, 40)))
                silent[-1].sendall(start)
        # A preface alone, and a call whose message does not come: the connection or the call ends.
        waiting = [stack.enter_context(Peer(server.socket, timeout=40)) for _ in range(40)]
        for peer in waiting:
            peer.send(peer.headers(1, fields(h.PREDICT)), frame(h.DATA, 0, 1, message(b"x", length=1000)))
        slow = []
        for _ in range(50):
            slow.append(stack.enter_context(connected(server.socket, 40)))
            slow[-1].sendall(h.PREFACE + h.settings())
        began = time.monotonic()
        drop = frame(h.HEADERS, h.END_HEADERS, 1, block)
        open_count = len(slow)
        for byte in drop[:-1]:
            # Slow loris: a byte of a frame each second, for ever.
            for connection in slow:
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    connection.send(bytes([byte]))
            time.sleep(1)
            if time.monotonic() - began > 33:
                break
        for connection in silent:
            with contextlib.suppress(ConnectionResetError):
                while connection.recv(65536):
                    pass
        for connection in slow:
            with contextlib.suppress(ConnectionResetError):
                while connection.recv(65536):
                    pass
            open_count -= 1
        for peer in waiting:
            reply = peer.reply(1)
            assert reply.grpc_status is not None or reply.reset is not None
        assert open_count == 0 and 25 < time.monotonic() - began < 50


def test_oversized_headers(server: Hearth, abuse: Any) -> None:
    with abuse():
        for _ in again():
            with Peer(server.socket) as peer:
                parts = [peer.headers(1, fields(h.STATS, ("x", "y" * 16000)), 0)]
                filler = b"\x00\x01a\x7f\x81\x7e" + b"x" * 255
                parts += [frame(h.CONTINUATION, 0, 1, filler * 60)] * 60
                peer.send(*parts)
                peer.until_closed()
        for _ in again():
            with Peer(server.socket) as peer:
                # The dynamic table again and again: small on the wire, large when it is unpacked.
                peer.send(peer.headers(1, fields(h.STATS, ("bomb", "z" * 3900))))
                block = bytes([0x80 | 62]) * 4000
                peer.send(frame(h.HEADERS, h.END_HEADERS | h.END_STREAM, 3, peer.block(fields()) + block))
                with contextlib.suppress(AssertionError):
                    reply = peer.reply(3)
                    assert reply.grpc_status == 8 or reply.reset is not None, reply


def test_a_flood_of_resets_ends_the_connection(server: Hearth, abuse: Any) -> None:
    # CVE-2023-44487, rapid reset.
    with abuse():
        for _ in again():
            with Peer(server.socket) as peer:
                peer.socket.settimeout(20)
                first, later = peer.block(fields(h.PREDICT)), peer.block(fields(h.PREDICT))
                try:
                    sent = 0
                    for base in range(0, 200_000, 100):
                        peer.socket.sendall(
                            b"".join(
                                frame(h.HEADERS, h.END_HEADERS, 1 + 2 * number, later if number else first)
                                + h.rst(1 + 2 * number)
                                for number in range(base, base + 100)
                            )
                        )
                        sent = base
                except (BrokenPipeError, ConnectionResetError, socket.timeout):
                    pass
                assert sent < 199_000, "all resets were taken"


FLOODS = {
    "pings": h.ping(),
    "settings": h.settings((h.INITIAL_WINDOW_SIZE, 65535)),
    "settings that make much of little": h.settings(*[(h.HEADER_TABLE_SIZE, size % 4096) for size in range(1000)]),
    "window updates": h.window_update(0, 1),
    "priorities": frame(h.PRIORITY, 0, 1, struct.pack(">IB", 0, 15)),
    "unknown frames": frame(0x77, 0xFF, 1, bytes(100)),
    "acknowledgements of nothing": h.ping(flags=h.ACK),
}


@pytest.mark.parametrize("kind", FLOODS)
def test_a_flood_of(server: Hearth, abuse: Any, kind: str) -> None:
    data = FLOODS[kind]
    with abuse():
        for _ in again():
            with Peer(server.socket) as peer:
                is_taken = flood(peer, data, min(300_000, (30 << 20) // len(data)))
                # What wants an answer that nobody reads cannot go on for ever.
                assert not (is_taken and kind in ("pings", "settings"))


def test_a_flood_of_empty_data_frames(server: Hearth, abuse: Any) -> None:
    with abuse():
        for _ in again():
            with Peer(server.socket) as peer:
                peer.send(peer.headers(1, fields(h.PREDICT)))
                flood(peer, frame(h.DATA, 0, 1), 300_000)


def test_wrong_content_types_and_texts_by_the_thousand(server: Hearth, abuse: Any) -> None:
    with abuse(), Peer(server.socket, timeout=20) as peer:
        wrong = [item if item[0] != "content-type" else ("content-type", "text/html") for item in fields()]
        for number in range(3000):
            peer.send(
                peer.headers(1 + 4 * number, wrong), frame(h.DATA, h.END_STREAM, 1 + 4 * number, message()),
                peer.request(3 + 4 * number, h.PREDICT, b"\x0a\x06\xff\xfe\xc0\xaf\x80\x81"), h.window_update(0, 4096),
            )  # fmt: skip
            assert peer.reply(1 + 4 * number).head[":status"] == "415"
            assert peer.reply(3 + 4 * number).grpc_status in (3, 13)


def test_ten_thousand_concurrent_streams(server: Hearth, abuse: Any) -> None:
    with abuse(), contextlib.ExitStack() as stack:
        peers = [stack.enter_context(Peer(server.socket, timeout=30)) for _ in range(10)]
        body = message(predict_request(ROW))
        for peer in peers:
            for number in range(1000):
                peer.send(
                    peer.headers(1 + 2 * number, fields(h.PREDICT)), frame(h.DATA, 0, 1 + 2 * number, body[:50])
                )
        assert all(peer.is_alive() for peer in peers)
        for peer in peers:
            for number in range(1000):
                peer.send(frame(h.DATA, h.END_STREAM, 1 + 2 * number, body[50:]), h.window_update(0, 4096))
                if number % 50 == 49:
                    assert peer.reply(1 + 2 * number).grpc_status == 0
        assert all(peer.reply(1 + 2 * number).grpc_status == 0 for peer in peers for number in range(1000))


def test_ten_thousand_streams_on_one_connection_are_refused_beyond_the_limit(server: Hearth, abuse: Any) -> None:
    with abuse(), Peer(server.socket, timeout=20) as peer:
        assert peer.is_alive()
        limit = peer.settings[h.MAX_CONCURRENT_STREAMS]
        for number in range(10_000):
            peer.send(peer.headers(1 + 2 * number, fields(h.PREDICT)))
        while peer.goaway is None and sum(r.reset is not None for r in peer.replies.values()) < 10_000 - limit:
            if peer.next() is None:
                break
        assert peer.goaway is not None or all(
            reply.reset in (h.PROTOCOL_ERROR, h.REFUSED_STREAM) for reply in peer.replies.values()
        )


def test_replies_for_which_no_window_is_opened(server: Hearth, abuse: Any) -> None:
    with abuse(), contextlib.ExitStack() as stack:
        for _ in range(10):
            peer = stack.enter_context(Peer(server.socket))
            peer.socket.settimeout(0.3)
            for number in range(1000):
                try:
                    peer.socket.sendall(peer.request(1 + 2 * number))
                except (socket.timeout, BrokenPipeError, ConnectionResetError):
                    break


def test_replies_that_nobody_reads(server: Hearth, abuse: Any) -> None:
    # Every window is wide open, so the replies leave HTTP/2 and wait in front of the socket: 40 of 1.2 MB on each of
    # five connections.
    request = predict_request([0.5] * 8 * 50_000)
    with abuse(peak_mib=800), contextlib.ExitStack() as stack:
        for _ in range(5):
            peer = stack.enter_context(Peer(server.socket, first=h.settings((h.INITIAL_WINDOW_SIZE, 0x7FFF_FFFF))))
            peer.send(h.window_update(0, 0x7FFF_0000))
            assert peer.is_alive()
            peer.socket.settimeout(1)
            with contextlib.suppress(socket.timeout, BrokenPipeError, ConnectionResetError):
                for number in range(40):
                    stream = 1 + 2 * number
                    body = message(request)
                    # The server's windows are not waited for: what exceeds them ends the connection, which is fair too.
                    peer.socket.sendall(peer.headers(stream, fields(h.PREDICT)))
                    for start in range(0, len(body), 16384):
                        last = start + 16384 >= len(body)
                        peer.socket.sendall(
                            frame(h.DATA, h.END_STREAM if last else 0, stream, body[start : start + 16384])
                        )


def test_large_messages_that_never_end(server: Hearth, abuse: Any) -> None:
    # Each connection may hold 48 MiB of messages that have not come whole; ten of them do, three times: what they held
    # is used again, not more of it.
    with abuse(peak_mib=800):
        for _ in range(3):
            with contextlib.ExitStack() as stack:
                for _ in range(10):
                    fill(stack.enter_context(Peer(server.socket, timeout=10)))


def fill(peer: Peer) -> None:
    """Sends four messages of 16 MiB side by side, none to its end, as far as the server opens its windows."""
    assert peer.is_alive()
    streams = (1, 3, 5, 7)
    room = {0: 65535, **{stream: peer.settings[h.INITIAL_WINDOW_SIZE] for stream in streams}}
    for stream in streams:
        peer.send(peer.headers(stream, fields(h.PREDICT)), frame(h.DATA, 0, stream, message(length=16 << 20)))
        room[0] -= 5
        room[stream] -= 5
    sent = 0
    peer.socket.settimeout(1)
    with contextlib.suppress(TimeoutError):
        while sent < 60 << 20 and not any(reply.is_ended for reply in peer.replies.values()):
            stream = max(streams, key=lambda number: room[number])
            if min(room[stream], room[0]) >= 16384:
                peer.send(frame(h.DATA, 0, stream, bytes(16384)))
                room[stream] -= 16384
                room[0] -= 16384
                sent += 16384
            else:
                found = peer.next()
                if found is None:
                    break
                if found.kind == h.WINDOW_UPDATE:
                    room[found.stream] += struct.unpack(">I", found.payload)[0]
    assert {reply.grpc_status for reply in peer.replies.values()} <= {8, None}
