"""A server in a thread that speaks ttrpc and does what a test tells it to: slow, broken, byte by byte."""

from __future__ import annotations

import os
import socket
import struct
import threading
from typing import Callable, List, NamedTuple, Optional

from hearth_client import _wire

HEADER = struct.Struct(">IIBB")


class Request(NamedTuple):
    """One request as it came in."""

    stream: int
    flags: int
    service: str
    method: str
    payload: bytes
    timeout_nano: int


def frame(stream: int, data: bytes, kind: int = 2, flags: int = 0) -> bytes:
    """One frame."""
    return HEADER.pack(len(data), stream, kind, flags) + data


def ok(stream: int, payload: bytes) -> bytes:
    """A response without an error."""
    return frame(stream, _wire.bytes_field(2, payload))


def failure(stream: int, code: int, message: str) -> bytes:
    """A response with a status."""
    return frame(stream, _wire.bytes_field(1, _wire.integer_field(1, code) + _wire.text_field(2, message)))


def read_request(stream: int, flags: int, data: bytes) -> Request:
    """Reads a ttrpc Request."""
    values = {1: b"", 2: b"", 3: b"", 4: 0}
    for number, kind, first, last in _wire.fields(data, 0, len(data)):
        values[number] = first if kind == _wire.VARINT else data[first:last]
    return Request(stream, flags, values[1].decode(), values[2].decode(), values[3], values[4])


class Peer:
    """One accepted connection."""

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected

    def receive(self) -> Optional[Request]:
        """The next request; None when the client has closed."""
        head = self._exactly(10)
        if head is None:
            return None
        length, stream, kind, flags = HEADER.unpack(head)
        assert kind == 1 and stream % 2 == 1
        data = self._exactly(length)
        return None if data is None else read_request(stream, flags, data)

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def send_bytewise(self, data: bytes) -> None:
        """Each byte in a segment of its own."""
        for byte in data:
            self.socket.sendall(bytes([byte]))

    def close(self) -> None:
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()

    def _exactly(self, count: int) -> Optional[bytes]:
        data = bytearray()
        while len(data) < count:
            try:
                part = self.socket.recv(count - len(data))
            except OSError:
                return None
            if not part:
                return None
            data += part
        return bytes(data)


class FakeServer:
    """Listens at `path`; `serve` runs in a thread of its own for every connection."""

    def __init__(self, path: str, serve: Callable[[Peer], None]) -> None:
        self.path = path
        self.requests: List[Request] = []
        self.connection_count = 0
        self.errors: List[BaseException] = []
        self._serve = serve
        self._peers: List[Peer] = []
        self._threads: List[threading.Thread] = []
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(path)
        self._listener.listen(128)
        self._start(self._accept)

    @classmethod
    def answering(cls, path: str, answer: Callable[[Request], Optional[bytes]]) -> FakeServer:
        """A server that answers each request with the bytes that `answer` makes; None for nothing."""

        def serve(peer: Peer) -> None:
            while (request := peer.receive()) is not None:
                server.requests.append(request)
                reply = answer(request)
                if reply is not None:
                    peer.send(reply)

        server = cls(path, serve)
        return server

    def _start(self, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connected, _ = self._listener.accept()
            except OSError:
                return
            self.connection_count += 1
            peer = Peer(connected)
            self._peers.append(peer)
            self._start(lambda peer=peer: self._guard(peer))

    def _guard(self, peer: Peer) -> None:
        try:
            self._serve(peer)
        except OSError:
            pass
        except BaseException as error:
            self.errors.append(error)
        finally:
            peer.close()

    def drop_connections(self) -> None:
        """Closes every connection, as a killed server does."""
        peers, self._peers = self._peers, []
        for peer in peers:
            peer.close()

    def stop(self) -> None:
        """Closes everything and removes the socket."""
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()
        self.drop_connections()
        try:
            os.unlink(self.path)
        except FileNotFoundError:
            pass
        for thread in self._threads:
            thread.join(5)
        assert not self.errors, self.errors
