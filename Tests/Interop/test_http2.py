"""HTTP/2 by hand: what a server must take, and what it must refuse with which error (RFC 9113, RFC 7541).

The cases follow the sections of the RFC, as the tool h2spec does. "Connection error" means GOAWAY with the code and the
end of the connection; "stream error" means RST_STREAM with the code, the connection lives on (the RFC allows to treat a
stream error as one of the connection, hearthd does not).
"""

from __future__ import annotations

import socket
import struct
from typing import Callable, Dict, Optional, Tuple

import frames as h
import pytest
from frames import Peer, fields, frame, message
from server import Hearth

Sending = Callable[[Peer], bytes]


@pytest.fixture
def peer(hearth: Hearth):  # type: ignore[no-untyped-def]
    with Peer(hearth.socket) as peer:
        yield peer
    with Peer(hearth.socket) as after:
        assert after.call(1).grpc_status == 0, "the server answers others as before"


def opened(peer: Peer, stream: int = 1, *more: Tuple[str, str]) -> bytes:
    """A request whose message has not come."""
    return peer.headers(stream, fields(h.STATS, *more))


def without(name: str) -> h.Fields:
    return [item for item in fields() if item[0] != name]


def test_a_call_works(peer: Peer) -> None:
    reply = peer.call(1)
    assert reply.head[":status"] == "200" and reply.head["content-type"].startswith("application/grpc")
    assert reply.grpc_status == 0 and reply.data[:1] == b"\0"
    assert struct.unpack(">I", reply.data[1:5])[0] == len(reply.data) - 5
    assert all(name == name.lower() for name in [*reply.head, *reply.trailers])
    assert peer.settings[h.MAX_CONCURRENT_STREAMS] >= 100 and peer.settings.get(h.ENABLE_PUSH, 0) == 0


CONNECTION_ERRORS: Dict[str, Tuple[Sending, Tuple[int, ...]]] = {
    # 4.1, 4.2
    "4.2 a frame beyond SETTINGS_MAX_FRAME_SIZE": (
        lambda p: opened(p) + frame(h.DATA, 0, 1, bytes(16385)), (h.FRAME_SIZE_ERROR,)),
    "4.2 headers beyond SETTINGS_MAX_FRAME_SIZE": (
        lambda p: frame(h.HEADERS, h.END_HEADERS, 1, bytes(16385)), (h.FRAME_SIZE_ERROR,)),
    # 4.3 and RFC 7541
    "4.3 a header block that is no HPACK: an index beyond the tables": (
        lambda p: frame(h.HEADERS, h.END_HEADERS | h.END_STREAM, 1, b"\xff\xff\x0f"), (h.COMPRESSION_ERROR,)),
    "4.3 a header block with index 0": (
        lambda p: frame(h.HEADERS, h.END_HEADERS | h.END_STREAM, 1, p.block(fields()) + b"\x80"),
        (h.COMPRESSION_ERROR,)),
    "4.3 a header block that ends inside a field": (
        lambda p: frame(h.HEADERS, h.END_HEADERS | h.END_STREAM, 1, p.block(fields())[:-3]), (h.COMPRESSION_ERROR,)),
    "4.3 a huffman string with the EOS symbol": (
        lambda p: frame(h.HEADERS, h.END_HEADERS, 1, p.block(fields()) + b"\x00\x01x\x84\xff\xff\xff\xff"),
        (h.COMPRESSION_ERROR,)),
    "4.3 huffman padding of more than 7 bits": (
        lambda p: frame(h.HEADERS, h.END_HEADERS, 1, p.block(fields()) + b"\x00\x01x\x82\x1f\xff"),
        (h.COMPRESSION_ERROR,)),
    "4.3 a dynamic table larger than what was offered": (
        lambda p: frame(h.HEADERS, h.END_HEADERS, 1, b"\x3f\xe1\xff\x03" + p.block(fields())),
        (h.COMPRESSION_ERROR,)),
    "4.3 a dynamic table that changes its size at the end of a block": (
        lambda p: frame(h.HEADERS, h.END_HEADERS, 1, p.block(fields()) + b"\x20"), (h.COMPRESSION_ERROR,)),
    "4.3 PRIORITY between HEADERS and CONTINUATION": (
        lambda p: p.headers(1, fields(), 0) + frame(h.PRIORITY, 0, 1, bytes(5)), (h.PROTOCOL_ERROR,)),
    "4.3 HEADERS of another stream before CONTINUATION": (
        lambda p: p.headers(1, fields(), 0) + p.headers(3, fields()), (h.PROTOCOL_ERROR,)),
    # 5.1
    "5.1 DATA on an idle stream": (lambda p: frame(h.DATA, h.END_STREAM, 1, b"x"), (h.PROTOCOL_ERROR,)),
    "5.1 RST_STREAM on an idle stream": (lambda p: h.rst(1), (h.PROTOCOL_ERROR,)),
    "5.1 WINDOW_UPDATE on an idle stream": (lambda p: h.window_update(1, 100), (h.PROTOCOL_ERROR,)),
    "5.1 CONTINUATION on an idle stream": (
        lambda p: frame(h.CONTINUATION, h.END_HEADERS, 1, p.block(fields())), (h.PROTOCOL_ERROR,)),
    "5.1.1 an even stream": (lambda p: opened(p, 2), (h.PROTOCOL_ERROR,)),
    # 5.5: only those extension frames are taken that do not come into a header block
    "5.5 an unknown frame inside a header block": (
        lambda p: p.headers(1, fields(), 0) + frame(0x16, 0, 0, bytes(8)), (h.PROTOCOL_ERROR,)),
    # 6.1
    "6.1 DATA on stream 0": (lambda p: frame(h.DATA, 0, 0, b"x"), (h.PROTOCOL_ERROR,)),
    "6.1 DATA with more padding than content": (
        lambda p: opened(p) + frame(h.DATA, h.PADDED | h.END_STREAM, 1, b"\x06abc"), (h.PROTOCOL_ERROR,)),
    # 6.2
    "6.2 HEADERS on stream 0": (lambda p: opened(p, 0), (h.PROTOCOL_ERROR,)),
    "6.2 HEADERS with more padding than content": (
        lambda p: frame(h.HEADERS, h.END_HEADERS | h.PADDED, 1, b"\xff" + p.block(fields())), (h.PROTOCOL_ERROR,)),
    "6.2 CONTINUATION after END_HEADERS": (
        lambda p: opened(p) + frame(h.CONTINUATION, h.END_HEADERS, 1, p.block([("a", "b")])), (h.PROTOCOL_ERROR,)),
    # 6.3
    "6.3 PRIORITY on stream 0": (lambda p: frame(h.PRIORITY, 0, 0, bytes(5)), (h.PROTOCOL_ERROR,)),
    # 6.4
    "6.4 RST_STREAM on stream 0": (lambda p: h.rst(0), (h.PROTOCOL_ERROR,)),
    "6.4 RST_STREAM of 3 bytes": (
        lambda p: opened(p) + frame(h.RST_STREAM, 0, 1, bytes(3)), (h.FRAME_SIZE_ERROR,)),
    # 6.5
    "6.5 SETTINGS with ACK and content": (lambda p: frame(h.SETTINGS, h.ACK, 0, bytes(6)), (h.FRAME_SIZE_ERROR,)),
    "6.5 SETTINGS on a stream": (lambda p: frame(h.SETTINGS, 0, 1), (h.PROTOCOL_ERROR,)),
    "6.5 SETTINGS of 3 bytes": (lambda p: frame(h.SETTINGS, 0, 0, bytes(3)), (h.FRAME_SIZE_ERROR,)),
    "6.5.2 ENABLE_PUSH of 2": (lambda p: h.settings((h.ENABLE_PUSH, 2)), (h.PROTOCOL_ERROR,)),
    "6.5.2 INITIAL_WINDOW_SIZE beyond 2^31-1": (
        lambda p: h.settings((h.INITIAL_WINDOW_SIZE, 1 << 31)), (h.FLOW_CONTROL_ERROR,)),
    "6.5.2 MAX_FRAME_SIZE below 16384": (lambda p: h.settings((h.MAX_FRAME_SIZE, 16383)), (h.PROTOCOL_ERROR,)),
    "6.5.2 MAX_FRAME_SIZE beyond 2^24-1": (lambda p: h.settings((h.MAX_FRAME_SIZE, 1 << 24)), (h.PROTOCOL_ERROR,)),
    # 6.6
    "6.6 PUSH_PROMISE from a client": (
        lambda p: opened(p) + frame(h.PUSH_PROMISE, h.END_HEADERS, 1, struct.pack(">I", 2) + p.block(fields())),
        (h.PROTOCOL_ERROR,)),
    # 6.7
    "6.7 PING on a stream": (lambda p: frame(h.PING, 0, 1, bytes(8)), (h.PROTOCOL_ERROR,)),
    "6.7 PING of 6 bytes": (lambda p: frame(h.PING, 0, 0, bytes(6)), (h.FRAME_SIZE_ERROR,)),
    # 6.8
    "6.8 GOAWAY on a stream": (lambda p: frame(h.GOAWAY, 0, 1, bytes(8)), (h.PROTOCOL_ERROR,)),
    # 6.9
    "6.9 WINDOW_UPDATE of 0 on the connection": (lambda p: h.window_update(0, 0), (h.PROTOCOL_ERROR,)),
    "6.9 WINDOW_UPDATE of 3 bytes": (lambda p: frame(h.WINDOW_UPDATE, 0, 0, bytes(3)), (h.FRAME_SIZE_ERROR,)),
    "6.9.1 the connection's window beyond 2^31-1": (
        lambda p: h.window_update(0, 0x7FFF_FFFF) * 2, (h.FLOW_CONTROL_ERROR,)),
    # 6.10
    "6.10 CONTINUATION on stream 0": (
        lambda p: p.headers(1, fields(), 0) + frame(h.CONTINUATION, h.END_HEADERS, 0, b""), (h.PROTOCOL_ERROR,)),
    "6.10 CONTINUATION of another stream": (
        lambda p: p.headers(1, fields(), 0) + frame(h.CONTINUATION, h.END_HEADERS, 3, b""), (h.PROTOCOL_ERROR,)),
    "6.10 CONTINUATION behind DATA": (
        lambda p: opened(p) + frame(h.DATA, 0, 1, message()) + frame(h.CONTINUATION, h.END_HEADERS, 1, b""),
        (h.PROTOCOL_ERROR,)),
    "6.10 DATA inside a header block": (
        lambda p: p.headers(1, fields(), 0) + frame(h.DATA, h.END_STREAM, 1, message()), (h.PROTOCOL_ERROR,)),
}  # fmt: skip


@pytest.mark.parametrize("case", CONNECTION_ERRORS)
def test_a_connection_error_ends_the_connection_with_its_code(peer: Peer, case: str) -> None:
    sending, codes = CONNECTION_ERRORS[case]
    peer.send(sending(peer))
    goaway = peer.until_closed()
    assert goaway is not None, "closed without GOAWAY"
    assert goaway.code in codes


STREAM_ERRORS: Dict[str, Tuple[Sending, Tuple[int, ...]]] = {
    "6.9.1 a stream's window beyond 2^31-1": (
        lambda p: opened(p) + h.window_update(1, 0x7FFF_FFFF) * 2, (h.FLOW_CONTROL_ERROR,)),
    "8.1 a second HEADERS that does not end the stream": (
        lambda p: opened(p) + p.headers(1, [("x-test", "1")]), (h.PROTOCOL_ERROR,)),
    "8.1 pseudo-header fields in trailers": (
        lambda p: opened(p) + frame(h.DATA, 0, 1, message())
        + p.headers(1, [(":method", "POST")], h.END_HEADERS | h.END_STREAM),
        (h.PROTOCOL_ERROR,)),
    "8.1.1 content-length above the content": (
        lambda p: p.request(1, h.STATS, b"", ("content-length", "6")), (h.PROTOCOL_ERROR,)),
    "8.1.1 content-length below the content": (
        lambda p: p.request(1, h.STATS, b"", ("content-length", "1")), (h.PROTOCOL_ERROR,)),
    "8.1.1 content-length of several DATA frames": (
        lambda p: opened(p, 1, ("content-length", "4")) + frame(h.DATA, 0, 1, message()[:2])
        + frame(h.DATA, h.END_STREAM, 1, message()[2:]),
        (h.PROTOCOL_ERROR,)),
    "8.1.1 content-length that is no number": (
        lambda p: p.request(1, h.STATS, b"", ("content-length", "five")), (h.PROTOCOL_ERROR,)),
    "8.2.1 an upper-case name": (lambda p: opened(p, 1, ("X-Test", "1")), (h.PROTOCOL_ERROR,)),
    "8.2.1 a name with a space": (lambda p: opened(p, 1, ("x test", "1")), (h.PROTOCOL_ERROR,)),
    "8.2.1 a name with a colon": (lambda p: opened(p, 1, ("x:test", "1")), (h.PROTOCOL_ERROR,)),
    "8.2.1 a value with a line break": (lambda p: opened(p, 1, ("x-test", "a\r\nb")), (h.PROTOCOL_ERROR,)),
    "8.2.1 a value with NUL": (lambda p: opened(p, 1, ("x-test", "a\0b")), (h.PROTOCOL_ERROR,)),
    "8.2.2 connection": (lambda p: opened(p, 1, ("connection", "keep-alive")), (h.PROTOCOL_ERROR,)),
    "8.2.2 keep-alive": (lambda p: opened(p, 1, ("keep-alive", "timeout=5")), (h.PROTOCOL_ERROR,)),
    "8.2.2 proxy-connection": (lambda p: opened(p, 1, ("proxy-connection", "close")), (h.PROTOCOL_ERROR,)),
    "8.2.2 transfer-encoding": (lambda p: opened(p, 1, ("transfer-encoding", "chunked")), (h.PROTOCOL_ERROR,)),
    "8.2.2 upgrade": (lambda p: opened(p, 1, ("upgrade", "h2c")), (h.PROTOCOL_ERROR,)),
    "8.2.2 te other than trailers": (lambda p: opened(p, 1, ("te", "gzip")), (h.PROTOCOL_ERROR,)),
    "8.3 an unknown pseudo-header field": (
        lambda p: p.headers(1, [(":test", "1"), *fields()]), (h.PROTOCOL_ERROR,)),
    "8.3 a pseudo-header field of responses": (
        lambda p: p.headers(1, [(":status", "200"), *fields()]), (h.PROTOCOL_ERROR,)),
    "8.3 a pseudo-header field behind a regular one": (
        lambda p: p.headers(1, [*without(":path"), (":path", h.STATS)]), (h.PROTOCOL_ERROR,)),
    "8.3.1 no :method": (lambda p: p.headers(1, without(":method")), (h.PROTOCOL_ERROR,)),
    "8.3.1 no :scheme": (lambda p: p.headers(1, without(":scheme")), (h.PROTOCOL_ERROR,)),
    "8.3.1 no :path": (lambda p: p.headers(1, without(":path")), (h.PROTOCOL_ERROR,)),
    "8.3.1 an empty :path": (lambda p: p.headers(1, fields("")), (h.PROTOCOL_ERROR,)),
    "8.3.1 :method twice": (lambda p: p.headers(1, [(":method", "POST"), *fields()]), (h.PROTOCOL_ERROR,)),
    "8.3.1 :path twice": (lambda p: p.headers(1, [(":path", h.STATS), *fields()]), (h.PROTOCOL_ERROR,)),
}  # fmt: skip


@pytest.mark.parametrize("case", STREAM_ERRORS)
def test_a_stream_error_resets_the_stream_and_the_connection_lives_on(peer: Peer, case: str) -> None:
    sending, codes = STREAM_ERRORS[case]
    peer.send(sending(peer))
    while (reply := peer.replies.get(1)) is None or reply.reset is None:
        assert peer.next() is not None, f"the connection ended: {peer.goaway}"
    assert reply.reset in codes
    assert peer.is_alive() and peer.call(3).grpc_status == 0


EITHER_ERRORS: Dict[str, Tuple[Sending, Tuple[int, ...]]] = {
    # Stream errors that nghttp2, like others, makes errors of the connection (5.4.2 allows it).
    "5.1 HEADERS on a stream that the client has ended": (
        lambda p: p.headers(1, fields("/hearth.v1.Models/Watch"))
        + frame(h.DATA, h.END_STREAM, 1, message()) + p.headers(1, fields()),
        (h.STREAM_CLOSED,)),
    "5.1 DATA on a stream that the client has ended": (
        lambda p: p.headers(1, fields("/hearth.v1.Models/Watch"))
        + frame(h.DATA, h.END_STREAM, 1, message()) + frame(h.DATA, h.END_STREAM, 1, message()),
        (h.STREAM_CLOSED,)),
    "6.3 PRIORITY of 4 bytes": (
        lambda p: opened(p) + frame(h.PRIORITY, 0, 1, bytes(4)), (h.FRAME_SIZE_ERROR,)),
    "6.9 WINDOW_UPDATE of 0 on a stream": (lambda p: opened(p) + h.window_update(1, 0), (h.PROTOCOL_ERROR,)),
    "5.3.1 (RFC 7540) a stream that depends on itself": (
        lambda p: opened(p) + frame(h.PRIORITY, 0, 1, struct.pack(">IB", 1, 1)), (h.PROTOCOL_ERROR,)),
}  # fmt: skip


@pytest.mark.parametrize("case", EITHER_ERRORS)
def test_an_error_ends_the_stream_or_the_connection_with_its_code(peer: Peer, case: str) -> None:
    sending, codes = EITHER_ERRORS[case]
    peer.send(sending(peer))
    while (reply := peer.replies.get(1)) is None or reply.reset is None:
        if peer.next() is None:
            assert peer.goaway is not None and peer.goaway.code in codes
            return
    assert reply.reset in codes and peer.is_alive() and peer.call(3).grpc_status == 0


TAKEN: Dict[str, Sending] = {
    "4.1 an unknown frame type": lambda p: frame(0x16, 0, 0, bytes(8)) + p.request(1),
    "4.1 unknown flags": lambda p: h.ping(flags=0x16) + p.request(1),
    "4.1 the reserved bit of a stream's number": lambda p: frame(h.PING, 0, 1 << 31, bytes(8)) + p.request(1),
    "4.2 a frame of the largest size": lambda p: opened(p)
    + frame(h.DATA, h.END_STREAM, 1, message(b"\x7a\xf8\x7f" + bytes(16376))),
    "4.3 a header block in eight frames": lambda p: b"".join(
        frame(h.HEADERS if not index else h.CONTINUATION, h.END_HEADERS if last else 0, 1, part)
        for index, (part, last) in enumerate(pieces(p.block(fields()), 16))
    ) + frame(h.DATA, h.END_STREAM, 1, message()),
    "4.3 an empty CONTINUATION": lambda p: p.headers(1, fields(), 0) + frame(h.CONTINUATION, 0, 1)
    + frame(h.CONTINUATION, h.END_HEADERS, 1) + frame(h.DATA, h.END_STREAM, 1, message()),
    "5.1 PRIORITY on an idle stream": lambda p: frame(h.PRIORITY, 0, 7, bytes(4) + b"\x0f") + p.request(1),
    "5.1 WINDOW_UPDATE on a stream that the client has ended": lambda p: p.request(1) + h.window_update(1, 100),
    "5.5 an unknown setting": lambda p: h.settings((0xFF, 1)) + p.request(1),
    "6.1 DATA with padding": lambda p: opened(p)
    + frame(h.DATA, h.PADDED | h.END_STREAM, 1, b"\x04" + message() + bytes(4)),
    "6.1 an empty DATA that ends": lambda p: opened(p) + frame(h.DATA, 0, 1, message())
    + frame(h.DATA, h.END_STREAM, 1),
    "6.1 a byte per DATA": lambda p: opened(p)
    + b"".join(frame(h.DATA, 0, 1, message()[index : index + 1]) for index in range(5))
    + frame(h.DATA, h.END_STREAM, 1),
    "6.2 HEADERS with padding and priority": lambda p: frame(
        h.HEADERS, h.END_HEADERS | h.PADDED | h.HAS_PRIORITY, 1, b"\x03" + struct.pack(">IB", 0, 15)
        + p.block(fields()) + bytes(3)) + frame(h.DATA, h.END_STREAM, 1, message()),
    "6.4 RST_STREAM with an unknown code": lambda p: opened(p, 1) + h.rst(1, 0xFF) + p.request(3),
    "6.5 empty SETTINGS in the middle": lambda p: h.settings() + p.request(1),
    "6.5 a setting twice": lambda p: h.settings((h.INITIAL_WINDOW_SIZE, 100), (h.INITIAL_WINDOW_SIZE, 65535))
    + p.request(1),
    "6.7 an acknowledgement of no ping": lambda p: h.ping(flags=h.ACK) + p.request(1),
    "6.8 GOAWAY with an unknown code, then a call that is on its way": lambda p: p.request(1)
    + frame(h.GOAWAY, 0, 0, struct.pack(">II", 0, 0xFF)),
    "8.1 trailers": lambda p: opened(p) + frame(h.DATA, 0, 1, message())
    + p.headers(1, [("x-checksum", "1")], h.END_HEADERS | h.END_STREAM),
    "8.1.1 content-length that fits": lambda p: p.request(1, h.STATS, b"", ("content-length", "5")),
    "8.3.1 no :authority": lambda p: p.headers(1, without(":authority")) + frame(h.DATA, h.END_STREAM, 1, message()),
    "8.3.1 :authority as a percent-encoded path": lambda p: p.headers(
        1, [*fields()[:3], (":authority", "%2Ftmp%2Fh.sock"), *fields()[4:]])
    + frame(h.DATA, h.END_STREAM, 1, message()),
    "8.2.3 cookies in pieces": lambda p: p.request(1, h.STATS, b"", ("cookie", "a=1"), ("cookie", "b=2")),
    "grpc: no te": lambda p: p.headers(1, without("te")) + frame(h.DATA, h.END_STREAM, 1, message()),
    "grpc: metadata, also binary": lambda p: p.request(
        1, h.STATS, b"", ("x-request-id", "7"), ("trace-bin", "AAECAw=="), ("user-agent", "test")),
}  # fmt: skip


def pieces(data: bytes, size: int):  # type: ignore[no-untyped-def]
    for start in range(0, len(data), size):
        yield data[start : start + size], start + size >= len(data)


@pytest.mark.parametrize("case", TAKEN)
def test_what_is_allowed_is_taken(peer: Peer, case: str) -> None:
    peer.send(TAKEN[case](peer))
    reply = peer.reply(3 if "RST_STREAM" in case else 1)
    assert reply.reset is None and reply.grpc_status == 0, reply


def test_headers_of_a_stream_below_one_that_was_opened_are_an_error_or_nothing(peer: Peer) -> None:
    # 5.1.1 wants an error; nghttp2 passes them over, as they may be trailers that crossed its RST_STREAM. In no case
    # are they a call, and in no case may the compression's state be lost.
    peer.send(opened(peer, 5), peer.headers(3, fields(h.STATS, ("x-new", "entry")), h.END_HEADERS | h.END_STREAM))
    if peer.is_alive():
        assert peer.is_alive() and peer.replies.get(3, h.Reply()).grpc_status is None
        assert peer.call(7, h.STATS, b"", ("x-new", "entry")).grpc_status == 0
    else:
        assert peer.goaway is not None and peer.goaway.code in (h.PROTOCOL_ERROR, h.STREAM_CLOSED)


def test_frames_are_understood_byte_by_byte(hearth: Hearth) -> None:
    with Peer(hearth.socket, begin=False) as peer:
        for byte in h.PREFACE + h.settings() + peer.request(1):
            peer.send(bytes([byte]))
        assert peer.reply(1).grpc_status == 0


@pytest.mark.parametrize("first", [b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", b"PRI * HTTP/1.1\r\n\r\n" + bytes(20)])
def test_a_wrong_preface_ends_the_connection(hearth: Hearth, first: bytes) -> None:
    with Peer(hearth.socket, begin=False) as peer:
        peer.send(first)
        received = b""
        try:
            while part := peer.socket.recv(4096):
                received += part
        except ConnectionResetError:
            pass
        assert not received or received.startswith(b"HTTP/1.1 505") or received[3] in (h.SETTINGS, h.GOAWAY)


def test_a_first_frame_that_is_no_settings_ends_the_connection(hearth: Hearth) -> None:
    with Peer(hearth.socket, begin=False) as peer:
        peer.send(h.PREFACE + h.ping())
        goaway = peer.until_closed()
        assert goaway is not None and goaway.code == h.PROTOCOL_ERROR


@pytest.mark.parametrize("line", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"POST /x HTTP/1.0\r\n\r\n"])
def test_http_1_is_told_what_is_spoken_here(hearth: Hearth, line: bytes) -> None:
    with Peer(hearth.socket, begin=False) as peer:
        peer.send(line)
        received = b""
        try:
            while part := peer.socket.recv(4096):
                received += part
        except ConnectionResetError:
            pass
        assert received == b"" or received.startswith(b"HTTP/1.1 "), received


def test_settings_are_acknowledged_once_each(peer: Peer) -> None:
    peer.send(h.settings((h.HEADER_TABLE_SIZE, 0)), h.settings((h.MAX_FRAME_SIZE, 20000)), peer.request(1))
    count = 0
    while not (1 in peer.replies and peer.replies[1].is_ended):
        found = peer.next()
        assert found is not None
        count += found.kind == h.SETTINGS and bool(found.flags & h.ACK)
    assert count == 3 and peer.replies[1].grpc_status == 0


def test_pings_come_back_with_their_content(peer: Peer) -> None:
    sent = [struct.pack(">Q", number) for number in range(50)]
    peer.send(*(h.ping(data) for data in sent))
    while len(peer.pongs) < len(sent):
        assert peer.next() is not None
    assert peer.pongs == sent


def test_a_reply_waits_for_the_streams_window(hearth: Hearth) -> None:
    with Peer(hearth.socket, first=h.settings((h.INITIAL_WINDOW_SIZE, 0))) as peer:
        peer.send(peer.request(1))
        while 1 not in peer.replies:
            assert peer.next() is not None
        assert peer.is_alive() and not peer.replies[1].data
        for count in range(1, 4):
            peer.send(h.window_update(1, 1))
            while len(peer.replies[1].data) < count:
                assert peer.next() is not None
            assert peer.is_alive() and len(peer.replies[1].data) == count, "no byte beyond the window"
        peer.send(h.settings((h.INITIAL_WINDOW_SIZE, 65535)))
        assert peer.reply(1).grpc_status == 0


def test_a_window_may_become_negative(hearth: Hearth) -> None:
    with Peer(hearth.socket, first=h.settings((h.INITIAL_WINDOW_SIZE, 3))) as peer:
        peer.send(peer.request(1))
        while len(peer.replies.get(1, h.Reply()).data) < 3:
            assert peer.next() is not None
        peer.send(h.settings((h.INITIAL_WINDOW_SIZE, 2)))
        assert peer.is_alive() and len(peer.replies[1].data) == 3
        peer.send(h.window_update(1, 2))
        while len(peer.replies[1].data) < 4:
            assert peer.next() is not None
        assert peer.is_alive() and len(peer.replies[1].data) == 4
        peer.send(h.window_update(1, 1 << 20))
        assert peer.reply(1).grpc_status == 0


def test_a_reply_waits_for_the_connections_window(hearth: Hearth) -> None:
    with Peer(hearth.socket, first=h.settings((h.INITIAL_WINDOW_SIZE, 1 << 20))) as peer:
        stream, taken = 1, 0
        while taken < 65535:
            # No WINDOW_UPDATE for the connection: after 65,535 bytes of all streams nothing more may come.
            peer.send(peer.request(stream))
            while taken < 65535 and not peer.replies.get(stream, h.Reply()).is_ended:
                assert peer.next() is not None
                taken = sum(len(reply.data) for reply in peer.replies.values())
            stream += 2
        assert peer.is_alive() and peer.is_alive()
        assert sum(len(reply.data) for reply in peer.replies.values()) == 65535, "no byte beyond the window"
        stream -= 2
        assert not peer.replies[stream].is_ended
        peer.send(h.window_update(0, 1 << 20))
        assert peer.reply(stream).grpc_status == 0


def test_streams_beyond_the_limit_are_refused_and_may_be_sent_again(hearth: Hearth, peer: Peer) -> None:
    assert peer.is_alive()
    limit = peer.settings[h.MAX_CONCURRENT_STREAMS]
    # A client that has not read the server's settings yet is not to blame.
    with Peer(hearth.socket) as other:
        other.send(*(opened(other, 1 + 2 * number) for number in range(limit + 10)))
        refused = []
        while len(refused) < 10:
            found = other.next()
            assert found is not None, other.goaway
            if found.kind == h.RST_STREAM:
                assert found.code == h.REFUSED_STREAM
                refused.append(found.stream)
        assert refused == [1 + 2 * number for number in range(limit, limit + 10)]
        for number in range(limit):
            other.send(frame(h.DATA, h.END_STREAM, 1 + 2 * number, message()), h.window_update(0, 65535))
            assert other.reply(1 + 2 * number).grpc_status == 0
        assert other.call(2 * limit + 101).grpc_status == 0
    # One that has acknowledged them is: a stream error, or one of the connection (5.1.2, 5.4.2).
    peer.send(*(opened(peer, 1 + 2 * number) for number in range(limit + 1)))
    while (last := peer.replies.get(1 + 2 * limit)) is None or last.reset is None:
        if peer.next() is None:
            assert peer.goaway is not None and peer.goaway.code == h.PROTOCOL_ERROR
            return
    assert last.reset in (h.PROTOCOL_ERROR, h.REFUSED_STREAM)


def test_large_headers_are_refused_by_a_status_or_a_reset(peer: Peer) -> None:
    for number, size in enumerate((20_000, 40_000)):
        parts = list(pieces(peer.block(fields(h.STATS, ("x-large", "x" * size))), 16_000))
        for index, (part, last) in enumerate(parts):
            kind = h.CONTINUATION if index else h.HEADERS
            peer.send(frame(kind, h.END_HEADERS if last else 0, 1 + 2 * number, part))
        peer.send(frame(h.DATA, h.END_STREAM, 1 + 2 * number, message()))
        reply = peer.reply(1 + 2 * number)
        assert reply.grpc_status == 8 and "headers" in reply.grpc_message, reply
    assert peer.call(9).grpc_status == 0


def test_endless_continuation_ends_the_connection(peer: Peer) -> None:
    peer.send(peer.headers(1, fields(), 0))
    sent: Optional[int] = 0
    peer.socket.settimeout(20)
    filler = b"\x00\x01a\x7f\x81\x7e" + bytes(b"x" * 255)
    block = (filler * 62)[: len(filler) * 62]
    try:
        for sent in range(4000):
            peer.socket.sendall(frame(h.CONTINUATION, 0, 1, block))
    except (BrokenPipeError, ConnectionResetError, socket.timeout):
        pass
    assert sent is not None and sent < 1000, f"{sent} frames of {len(block)} bytes were taken"


def test_a_strict_client_finds_nothing_wrong(hearth: Hearth) -> None:
    import h2.config
    import h2.connection
    import h2.events

    # h2 raises when the server breaks a rule.
    client = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
    with h.connected(hearth.socket, 10) as connected:
        client.initiate_connection()
        ended: Dict[int, Dict[str, str]] = {}
        for stream in range(1, 101, 2):
            path = [h.STATS, "/hearth.v1.Models/List", "/none.Such/Call"][stream % 3]
            client.send_headers(stream, list(fields(path)))
            client.send_data(stream, message(), end_stream=True)
        client.ping(b"strictly")
        connected.sendall(client.data_to_send())
        trailers: Dict[int, Dict[str, str]] = {}
        while len(ended) < 50:
            for event in client.receive_data(connected.recv(65536)):
                if isinstance(event, (h2.events.ResponseReceived, h2.events.TrailersReceived)):
                    trailers.setdefault(event.stream_id, {}).update(dict(event.headers))
                elif isinstance(event, h2.events.DataReceived):
                    client.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, h2.events.StreamEnded):
                    ended[event.stream_id] = trailers[event.stream_id]
                assert not isinstance(event, (h2.events.StreamReset, h2.events.ConnectionTerminated))
            connected.sendall(client.data_to_send())
    assert {found["grpc-status"] for stream, found in ended.items() if stream % 3 != 2} == {"0"}
    assert {found["grpc-status"] for stream, found in ended.items() if stream % 3 == 2} == {"12"}
