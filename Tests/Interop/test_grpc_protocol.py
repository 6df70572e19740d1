"""gRPC over HTTP/2 by hand: the head, the messages and the status of a call (grpc's PROTOCOL-HTTP2.md)."""

from __future__ import annotations

import gzip
import struct
import zlib
from typing import Dict, Iterator, Optional, Set, Tuple
from urllib.parse import unquote

import frames as h
import numpy as np
import pytest
from frames import Peer, fields, frame, message
from hearth_client import Client
from server import FOREST, ROW, Hearth

OK, CANCELLED, INVALID_ARGUMENT, DEADLINE_EXCEEDED, NOT_FOUND = 0, 1, 3, 4, 5
RESOURCE_EXHAUSTED, UNIMPLEMENTED, INTERNAL = 8, 12, 13


@pytest.fixture
def peer(hearth: Hearth) -> Iterator[Peer]:
    with Peer(hearth.socket) as peer:
        yield peer
        assert peer.is_alive() and peer.call(1001).grpc_status == OK, "the connection goes on"


def predict_request(row: object, model: str = FOREST) -> bytes:
    """A PredictRequest."""
    values = np.asarray(row, "<f8").tobytes()
    size = struct.pack("B", len(model.encode())) + model.encode()
    length, header = len(values), b""
    while length > 0x7F:
        header += bytes([length & 0x7F | 0x80])
        length >>= 7
    return b"\x0a" + size + b"\x22" + header + bytes([length]) + values


def scores(reply: h.Reply) -> bytes:
    """The message of a reply."""
    assert reply.data[0] == 0 and struct.unpack(">I", reply.data[1:5])[0] == len(reply.data) - 5
    return reply.data[5:]


def send(peer: Peer, stream: int, given: h.Fields, *data: bytes) -> h.Reply:
    peer.send(peer.headers(stream, given))
    for index, part in enumerate(data):
        peer.send(frame(h.DATA, h.END_STREAM if index == len(data) - 1 else 0, stream, part))
    return peer.reply(stream)


def test_a_reply_has_the_shape_that_clients_expect(peer: Peer, versions: Dict[str, str]) -> None:
    reply = peer.call(1, h.PREDICT, predict_request(ROW))
    assert reply.head[":status"] == "200"
    assert reply.head["content-type"] in ("application/grpc", "application/grpc+proto")
    assert reply.trailers == {"grpc-status": "0"} or reply.trailers == {"grpc-status": "0", "grpc-message": ""}
    assert versions["first"].encode() in scores(reply)
    assert set(reply.head) <= {":status", "content-type", "grpc-encoding", "grpc-accept-encoding", "date", "server"}


def test_a_failure_is_trailers_only_with_its_message_percent_encoded(peer: Peer) -> None:
    peer.send(peer.request(1, h.PREDICT, predict_request(ROW, "ünbekannt %")))
    reply = peer.reply(1)
    assert not reply.data and reply.head[":status"] == "200"
    assert reply.head["content-type"].startswith("application/grpc")
    assert reply.grpc_status in (NOT_FOUND, INVALID_ARGUMENT)
    text = reply.grpc_message
    assert text.isascii() and text.isprintable() and "%25" in text
    assert "ünbekannt %" in unquote(text)


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/json", "application/grp", "application/grpc-web", "application/grpc-web+proto", ""],
)
def test_another_content_type_is_http_415(peer: Peer, content_type: str) -> None:
    given = [item for item in fields() if item[0] != "content-type"]
    if content_type:
        given = [*given, ("content-type", content_type)]
    reply = send(peer, 1, given, message())
    assert reply.head[":status"] == "415" and reply.grpc_status in (None, INTERNAL, UNIMPLEMENTED, 2)


@pytest.mark.parametrize(
    "content_type", ["application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8"]
)
def test_these_content_types_are_grpc(peer: Peer, content_type: str) -> None:
    given = [item for item in fields() if item[0] != "content-type"]
    assert send(peer, 1, [*given, ("content-type", content_type)], message()).grpc_status == OK


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", "OPTIONS", "get"])
def test_another_method_is_http_405(peer: Peer, method: str) -> None:
    reply = send(peer, 1, fields(method=method), message())
    assert reply.head[":status"] == "405"


@pytest.mark.parametrize(
    "path",
    ["/", "//", "/hearth.v1.Inference", "/hearth.v1.Inference/", "/hearth.v1.Inference/predict", "/none.Such/Predict",
     "/hearth.v1.Inference/Predict/", "/hearth.v1.Inference/Predict?x=1", "hearth.v1.Inference/Predict", "*",
     "/hearth.v1.Inference/Predict\xff", "/" + "x" * 2000],
)  # fmt: skip
def test_an_unknown_call_is_unimplemented_and_named(peer: Peer, path: str) -> None:
    reply = send(peer, 1, fields(path.encode("latin-1") if "\xff" in path else path), message())  # type: ignore[arg-type]
    assert reply.grpc_status == UNIMPLEMENTED and not reply.data
    # Named as on the fast lane: without the slash of HTTP's path.
    assert path[:50].replace("\xff", "").removeprefix("/") in unquote(reply.grpc_message)


@pytest.mark.parametrize(
    ("timeout", "status"),
    [("1S", OK), ("10000m", OK), ("99999999H", OK), ("00000001M", OK), ("99999999u", OK), ("0S", DEADLINE_EXCEEDED),
     ("1n", DEADLINE_EXCEEDED)],
)  # fmt: skip
def test_a_timeout_is_kept(peer: Peer, timeout: str, status: int) -> None:
    assert peer.call(1, h.PREDICT, predict_request(ROW), ("grpc-timeout", timeout)).grpc_status == status


@pytest.mark.parametrize(
    "timeout", ["", "S", "1", "abc", "-1S", "+1S", "1s", "1.5S", "123456789S", "1 S", "1SS", "0x1S"]
)
def test_a_timeout_that_is_none_is_told(peer: Peer, timeout: str) -> None:
    reply = peer.call(1, h.PREDICT, predict_request(ROW), ("grpc-timeout", timeout))
    assert reply.grpc_status in (INVALID_ARGUMENT, INTERNAL) and "grpc-timeout" in reply.grpc_message


def test_gzip_is_read(peer: Peer) -> None:
    plain = scores(peer.call(1, h.PREDICT, predict_request(ROW)))
    given = fields(h.PREDICT, ("grpc-encoding", "gzip"))
    packed = gzip.compress(predict_request(ROW))
    assert scores(send(peer, 3, given, message(packed, 1))) == plain
    # The flag decides message by message.
    assert scores(send(peer, 5, given, message(predict_request(ROW)))) == plain
    assert scores(send(peer, 7, given, *(bytes([byte]) for byte in message(packed, 1)))) == plain


def test_an_unknown_encoding_is_unimplemented_and_ours_are_named(peer: Peer) -> None:
    for number, name in enumerate(("br", "deflate-raw", "zstd")):
        given = fields(h.PREDICT, ("grpc-encoding", name))
        reply = send(peer, 1 + 2 * number, given, message(predict_request(ROW), 1))
        assert reply.grpc_status == UNIMPLEMENTED, reply
        accepted = {**reply.head, **reply.trailers}["grpc-accept-encoding"]
        assert {"identity", "gzip"} <= {part.strip() for part in accepted.split(",")}


BROKEN: Dict[str, Tuple[bytes, Optional[str], Set[int]]] = {
    # name: body, grpc-encoding, statuses
    "the compressed flag without an encoding": (message(gzip.compress(b""), 1), None, {INTERNAL, INVALID_ARGUMENT}),
    "the compressed flag with identity": (message(b"", 1), "identity", {INTERNAL, INVALID_ARGUMENT}),
    "a flag of 2": (message(b"", 2), None, {INTERNAL, INVALID_ARGUMENT}),
    "a flag of 255": (message(b"", 255), "gzip", {INTERNAL, INVALID_ARGUMENT}),
    "no gzip": (message(b"this is no gzip at all", 1), "gzip", {INTERNAL, INVALID_ARGUMENT}),
    "gzip that ends too early": (message(gzip.compress(bytes(1000))[:-6], 1), "gzip", {INTERNAL, INVALID_ARGUMENT}),
    "gzip with a wrong checksum": (
        message(gzip.compress(bytes(1000))[:-8] + bytes(8), 1), "gzip", {INTERNAL, INVALID_ARGUMENT}),
    "zlib instead of gzip": (message(zlib.compress(bytes(100)), 1), "gzip", {INTERNAL, INVALID_ARGUMENT}),
    "gzip with something behind it": (
        message(gzip.compress(b"") + b"behind", 1), "gzip", {INTERNAL, INVALID_ARGUMENT}),
    "a gzip bomb": (
        message(gzip.compress(bytes(64 << 20)), 1), "gzip", {RESOURCE_EXHAUSTED, INTERNAL, INVALID_ARGUMENT}),
    "no message": (b"", None, {INTERNAL, UNIMPLEMENTED, INVALID_ARGUMENT}),
    "half a prefix": (b"\0\0\0", None, {INTERNAL, INVALID_ARGUMENT}),
    "a message that ends too early": (message(b"\x0a", length=100), None, {INTERNAL, INVALID_ARGUMENT}),
    "two messages": (message() + message(), None, {INTERNAL, UNIMPLEMENTED, INVALID_ARGUMENT}),
    "a byte behind the message": (message() + b"\0", None, {INTERNAL, UNIMPLEMENTED, INVALID_ARGUMENT}),
    "a length of 4 GiB": (message(b"", length=0xFFFF_FFFF), None, {RESOURCE_EXHAUSTED}),
    "a length of 16 MiB and one": (message(b"", length=(16 << 20) + 1), None, {RESOURCE_EXHAUSTED}),
    "no protobuf": (message(b"\xff\xff\xff\xff"), None, {INTERNAL, INVALID_ARGUMENT}),
    "a field that is longer than the message": (message(b"\x0a\x7fab"), None, {INTERNAL, INVALID_ARGUMENT}),
    "a text that is no UTF-8": (message(b"\x0a\x04\xff\xfe\xfd\xfc"), None, {INTERNAL, INVALID_ARGUMENT}),
    "a text with an overlong encoding": (message(b"\x0a\x02\xc0\xaf"), None, {INTERNAL, INVALID_ARGUMENT}),
    "a field of another type": (message(b"\x08\x01"), None, {INTERNAL, INVALID_ARGUMENT, NOT_FOUND}),
    "values that are no whole doubles": (message(b"\x22\x03abc"), None, {INTERNAL, INVALID_ARGUMENT}),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_message_is_a_status_with_a_sentence(peer: Peer, case: str) -> None:
    body, encoding, statuses = BROKEN[case]
    given = fields(h.PREDICT, *([("grpc-encoding", encoding)] if encoding else []))
    if len(body) > 16000:
        peer.send(peer.headers(1, given))
        for start in range(0, len(body), 16000):
            last = start + 16000 >= len(body)
            peer.send(frame(h.DATA, h.END_STREAM if last else 0, 1, body[start : start + 16000]))
        reply = peer.reply(1)
    else:
        reply = send(peer, 1, given, body)
    assert reply.grpc_status in statuses, (reply, unquote(reply.grpc_message))
    assert len(unquote(reply.grpc_message)) > 15 and not reply.data, "a sentence"


def test_a_too_long_message_is_refused_before_it_has_come(peer: Peer) -> None:
    peer.send(peer.headers(1, fields(h.PREDICT)), frame(h.DATA, 0, 1, message(b"x", length=200 << 20)))
    reply = peer.reply(1)
    assert reply.grpc_status == RESOURCE_EXHAUSTED
    assert "209715200" in reply.grpc_message and "16777216" in reply.grpc_message


def test_many_calls_at_once_each_get_their_own_answer(peer: Peer, hearth: Hearth) -> None:
    rows = np.random.default_rng(2).normal(size=(200, 8))
    with Client(hearth.socket) as client:
        expected = [client.predict(FOREST, row)["score_samples"].tobytes() for row in rows]
    block = [peer.headers(1 + 2 * number, fields(h.PREDICT)) for number in range(len(rows))]
    bodies = [message(predict_request(row)) for row in rows]
    # All heads, then the messages byte-wise in turns.
    peer.send(*block)
    for part in range(3):
        for number, body in enumerate(bodies):
            piece = body[part * 40 : part * 40 + 40 if part < 2 else None]
            peer.send(frame(h.DATA, h.END_STREAM if part == 2 else 0, 1 + 2 * number, piece))
        peer.send(h.window_update(0, 1 << 20))
    for number, want in enumerate(expected):
        assert want in scores(peer.reply(1 + 2 * number))


def test_a_cancelled_call_disturbs_no_other(peer: Peer) -> None:
    for number in range(0, 200, 2):
        peer.send(
            peer.headers(1 + 2 * number, fields(h.PREDICT)),
            frame(h.DATA, 0, 1 + 2 * number, message(b"x", length=100)),
            h.rst(1 + 2 * number), peer.request(3 + 2 * number, h.PREDICT, predict_request(ROW)),
        )  # fmt: skip
        assert peer.reply(3 + 2 * number).grpc_status == OK
    assert not any(peer.replies.get(1 + 2 * number) for number in range(0, 200, 2))


def test_a_watch_goes_on_until_it_is_cancelled(peer: Peer) -> None:
    path = "/hearth.v1.Models/Watch"
    peer.send(peer.headers(1, fields(path)), frame(h.DATA, h.END_STREAM, 1, message()))
    while 1 not in peer.replies or len(peer.replies[1].data) < 10:
        assert peer.next() is not None
    assert peer.is_alive() and not peer.replies[1].is_ended
    peer.send(h.rst(1))
    count = len(peer.replies[1].data)
    assert peer.is_alive() and peer.is_alive()
    assert len(peer.replies[1].data) == count


def test_a_reply_larger_than_every_window_comes_whole(hearth: Hearth) -> None:
    # 30,000 rows: 720 kB of reply through windows of 64 KiB.
    rows = np.random.default_rng(4).normal(size=(30_000, 8))
    with Peer(hearth.socket, timeout=30) as peer, Client(hearth.socket, timeout=30) as client:
        peer.send(h.frame(h.SETTINGS), peer.headers(1, fields(h.PREDICT)))
        body = message(predict_request(rows))
        room = {0: 65535, 1: peer.settings.get(h.INITIAL_WINDOW_SIZE, 65535)}
        at = 0
        while at < len(body):
            size = min(16384, len(body) - at, *room.values())
            if size > 0:
                peer.send(frame(h.DATA, h.END_STREAM if at + size == len(body) else 0, 1, body[at : at + size]))
                at += size
                room = {stream: left - size for stream, left in room.items()}
                continue
            found = peer.next()
            assert found is not None
            if found.kind == h.WINDOW_UPDATE:
                room[found.stream] += struct.unpack(">I", found.payload)[0]
            elif found.kind == h.SETTINGS and not found.flags:
                room[1] += peer.settings.get(h.INITIAL_WINDOW_SIZE, 65535) - 65535
        taken = 0
        while not (1 in peer.replies and peer.replies[1].is_ended):
            found = peer.next()
            assert found is not None
            if found.kind == h.DATA:
                assert len(found.payload) <= 16384
                taken += len(found.payload)
                if taken >= 32768:
                    peer.send(h.window_update(0, taken), h.window_update(1, taken))
                    taken = 0
        assert client.predict(FOREST, rows)["score_samples"].tobytes() in scores(peer.replies[1])
