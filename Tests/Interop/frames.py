"""An HTTP/2 client by hand: frames as bytes, right or wrong as a test wants them. RFC 9113; HPACK by `hpack`."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass, field
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

from hpack import Decoder, Encoder

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM = ACK = 0x1
END_HEADERS, PADDED, HAS_PRIORITY = 0x4, 0x8, 0x20

NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL_ERROR, SETTINGS_TIMEOUT, STREAM_CLOSED = range(6)
FRAME_SIZE_ERROR, REFUSED_STREAM, CANCEL, COMPRESSION_ERROR = range(6, 10)
ENHANCE_YOUR_CALM = 11

HEADER_TABLE_SIZE, ENABLE_PUSH, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE, MAX_HEADER_LIST_SIZE = (
    range(1, 7)
)

Fields = Sequence[Tuple[str, Union[str, bytes]]]

STATS = "/hearth.v1.Models/Stats"
PREDICT = "/hearth.v1.Inference/Predict"


def frame(kind: int, flags: int = 0, stream: int = 0, payload: bytes = b"", length: Optional[int] = None) -> bytes:
    """One frame; `length` to lie about its size."""
    size = len(payload) if length is None else length
    return struct.pack(">BHBBI", size >> 16, size & 0xFFFF, kind, flags, stream) + payload


def settings(*pairs: Tuple[int, int]) -> bytes:
    """A SETTINGS frame."""
    return frame(SETTINGS, payload=b"".join(struct.pack(">HI", *pair) for pair in pairs))


def ping(data: bytes = b"12345678", flags: int = 0) -> bytes:
    """A PING frame."""
    return frame(PING, flags, 0, data)


def window_update(stream: int, increment: int) -> bytes:
    """A WINDOW_UPDATE frame."""
    return frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", increment))


def rst(stream: int, code: int = CANCEL) -> bytes:
    """A RST_STREAM frame."""
    return frame(RST_STREAM, 0, stream, struct.pack(">I", code))


def message(payload: bytes = b"", flag: int = 0, length: Optional[int] = None) -> bytes:
    """A gRPC message: flag, length, content."""
    return struct.pack(">BI", flag, len(payload) if length is None else length) + payload


def fields(path: str = STATS, *more: Tuple[str, Union[str, bytes]], method: str = "POST") -> Fields:
    """The fields of a gRPC request."""
    return [
        (":method", method), (":scheme", "http"), (":path", path), (":authority", "localhost"),
        ("te", "trailers"), ("content-type", "application/grpc"), *more,
    ]  # fmt: skip


class Frame(NamedTuple):
    """A received frame."""

    kind: int
    flags: int
    stream: int
    payload: bytes

    @property
    def code(self) -> int:
        """The error code of RST_STREAM and GOAWAY."""
        return int(struct.unpack(">I", self.payload[4:8] if self.kind == GOAWAY else self.payload[:4])[0])


@dataclass
class Reply:
    """What came back on one stream."""

    head: Dict[str, str] = field(default_factory=dict)
    trailers: Dict[str, str] = field(default_factory=dict)
    data: bytes = b""
    reset: Optional[int] = None
    """The code of RST_STREAM."""
    is_ended: bool = False

    @property
    def grpc_status(self) -> Optional[int]:
        """The gRPC status; None when there is none."""
        text = self.trailers.get("grpc-status", self.head.get("grpc-status"))
        return None if text is None else int(text)

    @property
    def grpc_message(self) -> str:
        """The status's message, still percent-encoded."""
        return self.trailers.get("grpc-message", self.head.get("grpc-message", ""))


def connected(path: str, timeout: float) -> socket.socket:
    """A socket with Python's timeouts that waits for room in the server's queue, as the kernel lets only those wait
    that block."""
    connecting = socket.socket(socket.AF_UNIX)
    try:
        connecting.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("@ll", int(timeout), 0))
        connecting.connect(path)
        connecting.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("@ll", 0, 0))
        connecting.settimeout(timeout)
    except BaseException:
        connecting.close()
        raise
    return connecting


class Peer:
    """One connection. It acknowledges settings, and keeps what other streams get."""

    def __init__(self, path: str, *, begin: bool = True, first: bytes = b"", timeout: float = 10) -> None:
        self.socket = connected(path, timeout)
        self.encoder = Encoder()
        self.decoder = Decoder()
        self.replies: Dict[int, Reply] = {}
        self.goaway: Optional[Frame] = None
        self.settings: Dict[int, int] = {}
        self.pongs: List[bytes] = []
        self._received = bytearray()
        self._block: Optional[Tuple[int, int, bytes]] = None
        if begin:
            self.send(PREFACE + (first or settings()))

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, *data: bytes) -> None:
        """Sends bytes. A server that has closed already is found out by reading."""
        try:
            self.socket.sendall(b"".join(data))
        except (BrokenPipeError, ConnectionResetError):
            pass

    def block(self, given: Fields) -> bytes:
        """A header block."""
        return self.encoder.encode(given, huffman=False)

    def headers(self, stream: int, given: Fields, flags: int = END_HEADERS) -> bytes:
        """A HEADERS frame."""
        return frame(HEADERS, flags, stream, self.block(given))

    def request(self, stream: int, path: str = STATS, payload: bytes = b"", *more: Tuple[str, str]) -> bytes:
        """A whole gRPC request of one message."""
        return self.headers(stream, fields(path, *more)) + frame(DATA, END_STREAM, stream, message(payload))

    def next(self) -> Optional[Frame]:
        """The next frame; None at the end of the connection. Raises TimeoutError when none comes."""
        while True:
            if len(self._received) >= 9:
                high, low, kind, flags, stream = struct.unpack_from(">BHBBI", self._received)
                size = (high << 16) + low
                if len(self._received) >= 9 + size:
                    found = Frame(kind, flags, stream & 0x7FFF_FFFF, bytes(self._received[9 : 9 + size]))
                    del self._received[: 9 + size]
                    self._note(found)
                    return found
            try:
                part = self.socket.recv(1 << 16)
            except ConnectionResetError:
                return None
            if not part:
                return None
            self._received += part

    def _note(self, found: Frame) -> None:
        if found.kind == SETTINGS and not found.flags & ACK:
            for number, value in struct.iter_unpack(">HI", found.payload):
                self.settings[number] = value
            self.send(frame(SETTINGS, ACK))
        elif found.kind == PING and found.flags & ACK:
            self.pongs.append(found.payload)
        elif found.kind == PING:
            self.send(ping(found.payload, ACK))
        elif found.kind == GOAWAY:
            self.goaway = found
        elif found.kind == RST_STREAM:
            self._reply(found.stream).reset = found.code
        elif found.kind == DATA:
            assert not found.flags & PADDED
            self._reply(found.stream).data += found.payload
            if found.flags & END_STREAM:
                self._reply(found.stream).is_ended = True
        elif found.kind in (HEADERS, CONTINUATION):
            flags, stream, content = found.flags, found.stream, found.payload
            if self._block is not None:
                flags, stream, content = self._block[0] | found.flags, self._block[1], self._block[2] + content
            if not flags & END_HEADERS:
                self._block = (flags, stream, content)
                return
            self._block = None
            got = {name: value for name, value in self.decoder.decode(content)}
            reply = self._reply(stream)
            if reply.head:
                reply.trailers = got
            else:
                reply.head = got
            reply.is_ended = reply.is_ended or bool(flags & END_STREAM)

    def _reply(self, stream: int) -> Reply:
        return self.replies.setdefault(stream, Reply())

    def reply(self, stream: int) -> Reply:
        """What comes back on a stream, once it has ended. Fails when the connection ends before."""
        while True:
            reply = self.replies.get(stream)
            if reply is not None and (reply.is_ended or reply.reset is not None):
                return reply
            assert self.next() is not None, f"the connection ended before stream {stream}: {self.goaway}"

    def until_closed(self) -> Optional[Frame]:
        """Reads to the end of the connection and gives the GOAWAY that came, if any."""
        while self.next() is not None:
            pass
        return self.goaway

    def is_alive(self) -> bool:
        """Whether a PING is answered."""
        data = struct.pack(">Q", len(self.pongs) + 0x5EED)
        self.send(ping(data))
        while data not in self.pongs:
            if self.next() is None:
                return False
        return True

    def call(self, stream: int, path: str = STATS, payload: bytes = b"", *more: Tuple[str, str]) -> Reply:
        """Makes one call and waits for its end."""
        self.send(self.request(stream, path, payload, *more))
        return self.reply(stream)
