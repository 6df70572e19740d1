"""One blocking connection of the fast lane."""

from __future__ import annotations

import errno
import os
import socket
import struct
from time import monotonic
from typing import List, Optional, Sequence, Tuple

from . import _frames, _sockets, _wire
from ._deadline import Deadline
from ._frames import DATA_BYTE_COUNT_MAX, HEADER, HEADER_BYTE_COUNT, Route
from .errors import HearthError, Origin, PermissionDenied, Unavailable, unreadable

_RECEIVE_BYTE_COUNT = 1 << 16
_JOIN_BYTE_COUNT_MAX = 1 << 14
"""Up to here one copy into one buffer is cheaper than a scattered send."""
_TIMEVAL = struct.Struct("@ll")

Frame = Tuple[_wire.Buffer, int, int, int, int]
"""A received frame: buffer, start and end of the data, message type, flags. The buffer is used again by the next
one."""


def connection_error(what: str, path: str, cause: Optional[OSError], *, was_sent: bool) -> HearthError:
    """The error of a connection that could not be made or broke."""
    number = cause.errno if cause is not None else None
    reason = f": {os.strerror(number)}" if number else ""
    kind: type[HearthError] = Unavailable
    if number in (errno.ENOENT, errno.ECONNREFUSED):
        hint = f"is hearthd running? start it with `hearthd --socket {path}`, or set HEARTH_SOCKET to its socket"
    elif number in (errno.EACCES, errno.EPERM):
        kind = PermissionDenied
        hint = "this user may not use the socket: ask for membership of the group that owns it"
    elif number in (errno.EMFILE, errno.ENFILE):
        hint = "too many open files: raise the limit (`ulimit -n`) or use fewer connections"
    else:
        hint = "see hearthd's log, or start it again"
    return kind(f"{what} {path}{reason}; {hint}", origin=Origin.CONNECTION, was_sent=was_sent)


class Connection:
    """A socket with at most one call on it. One owner at a time; it knows nothing of threads.

    After a failure, and after a call that was not waited for to its end, the connection is closed; the next call opens
    it again.
    """

    __slots__ = ("_buffer", "_has_kernel_timeouts", "_next_stream", "_path", "_socket", "_timeout", "_view")

    def __init__(self, path: str) -> None:
        self._path = path
        self._socket: Optional[socket.socket] = None
        self._next_stream = 1
        self._timeout = 0.0
        """What the socket's timeout is now; 0 for none."""
        self._has_kernel_timeouts = True
        self._buffer = bytearray(_RECEIVE_BYTE_COUNT)
        self._view = memoryview(self._buffer)

    def close(self) -> None:
        """Closes the socket."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def shutdown(self) -> None:
        """Ends a wait on this connection in another thread."""
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def __del__(self) -> None:
        self.close()

    def exchange(
        self, route: Route, payload: Sequence[_wire.Buffer], byte_count: int, deadline: Deadline, timeout: float
    ) -> Tuple[_wire.Buffer, int, int, bool]:
        """Makes one call: the payload's pieces go out, the reply's payload comes back as (buffer, start, end,
        is_owned), to be read before the next call unless it is the reader's own. `timeout` is what the server is
        told."""
        try:
            stream = self.send(route, payload, byte_count, deadline, timeout)
            while True:
                (data, start, end, kind, _), answered = self.receive(deadline)
                if answered == stream:
                    break
            if kind != _frames.RESPONSE:
                raise unreadable("frame")
        except BaseException:
            # Also KeyboardInterrupt and the exceptions of worker timeouts: the answer may still come, to nobody.
            self.close()
            raise
        first, last = _frames.response_payload(data, start, end)
        return data, first, last, data is not self._buffer

    def send(
        self,
        route: Route,
        payload: Sequence[_wire.Buffer],
        byte_count: int,
        deadline: Deadline,
        timeout: float,
        flags: int = 0,
    ) -> int:
        """Sends one request and returns its stream id."""
        head = _frames.request_head(route, byte_count)
        tail = _frames.request_tail(timeout)
        data_byte_count = len(head) + byte_count + len(tail)
        if data_byte_count > DATA_BYTE_COUNT_MAX:
            raise _frames.too_large(data_byte_count)
        connected = self._socket
        if connected is None or self._next_stream > _frames.STREAM_ID_MAX:
            connected = self._connect(deadline)
        stream = self._next_stream
        self._next_stream = stream + 2
        frame_head = HEADER.pack(data_byte_count, stream, _frames.REQUEST, flags) + head
        self._set_timeout(connected, deadline)
        if byte_count > _JOIN_BYTE_COUNT_MAX:
            self._send(connected, [frame_head, *payload, tail], deadline, was_sent=False)
            return stream
        frame = b"".join((frame_head, *payload, tail))
        try:
            sent = connected.send(frame)
        except (BlockingIOError, socket.timeout):
            sent = 0
        except OSError as error:
            raise connection_error("lost the connection to", self._path, error, was_sent=False) from error
        if sent < len(frame):
            self._send(connected, [memoryview(frame)[sent:]], deadline, was_sent=sent > 0)
        return stream

    def receive(self, deadline: Optional[Deadline]) -> Tuple[Frame, int]:
        """The next frame and its stream id; waits for ever without a deadline."""
        connected = self._socket
        if connected is None:
            raise connection_error("closed the connection to", self._path, None, was_sent=True)
        filled = 0
        while filled < HEADER_BYTE_COUNT:
            # No more than the header when a stream may have other frames behind this one: only calls have one answer.
            wanted = self._view[filled:] if deadline is not None else self._view[filled:HEADER_BYTE_COUNT]
            # Portions that keep coming, each in time, must not outlast the deadline.
            if filled:
                self._set_timeout(connected, deadline)
            filled += self._receive(connected, wanted, deadline)
        length, stream, kind, flags = HEADER.unpack_from(self._buffer)
        total = HEADER_BYTE_COUNT + length
        if filled == total:
            return (self._buffer, HEADER_BYTE_COUNT, total, kind, flags), stream
        if length > DATA_BYTE_COUNT_MAX or filled > total:
            raise unreadable("frame")
        if total <= _RECEIVE_BYTE_COUNT:
            buffer, view, start = self._buffer, self._view, 0
        else:
            # Its own memory, so that results can be viewed in it for ever. It ends on an 8-byte boundary, as numbers
            # are the tail of large messages.
            start = -total % 8
            buffer = bytearray(start + total)
            view = memoryview(buffer)
            view[start : start + filled] = self._view[:filled]
        while filled < total:
            self._set_timeout(connected, deadline)
            filled += self._receive(connected, view[start + filled : start + total], deadline)
        return (buffer, start + HEADER_BYTE_COUNT, start + total, kind, flags), stream

    def _connect(self, deadline: Deadline) -> socket.socket:
        self.close()
        connecting = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            _sockets.connect(connecting, self._path, deadline)
            # With gevent or eventlet, sockets wait in their hub: the kernel's timeouts do nothing there, Python's do.
            self._has_kernel_timeouts = type(connecting).__module__ == "socket"
            if self._has_kernel_timeouts:
                connecting.settimeout(None)
        except BaseException as error:
            connecting.close()
            if isinstance(error, socket.timeout):
                raise deadline.exceeded() from None
            if isinstance(error, OSError):
                raise connection_error("cannot connect to", self._path, error, was_sent=False) from error
            raise
        self._socket = connecting
        self._next_stream = 1
        self._timeout = 0.0
        return connecting

    def _set_timeout(self, connected: socket.socket, deadline: Optional[Deadline]) -> None:
        """Makes the kernel give up about when the deadline passes. The calls of one client mostly have the same
        timeout, so this is no system call per call, where Python's own timeouts cost a `poll` before each."""
        if deadline is None:
            seconds = 0.0
            if self._timeout == 0.0 and self._has_kernel_timeouts:
                return
        else:
            seconds = deadline.at - monotonic()
            if seconds <= 0:
                raise deadline.exceeded()
            if self._timeout * 0.9375 <= seconds <= self._timeout:
                return
        if self._has_kernel_timeouts:
            whole = int(seconds)
            value = _TIMEVAL.pack(whole, min(999_999, int((seconds - whole) * 1e6) + 1) if seconds else 0)
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, value)
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, value)
        else:
            connected.settimeout(seconds or None)
        self._timeout = seconds

    def _send(self, connected: socket.socket, rest: List[_wire.Buffer], deadline: Deadline, *, was_sent: bool) -> None:
        while rest:
            self._set_timeout(connected, deadline)
            try:
                sent = connected.sendmsg(rest)
            except (BlockingIOError, socket.timeout):
                continue
            except OSError as error:
                raise connection_error("lost the connection to", self._path, error, was_sent=was_sent) from error
            was_sent = was_sent or sent > 0
            while rest and sent >= len(rest[0]):
                sent -= len(rest[0])
                del rest[0]
            if rest and sent:
                rest[0] = memoryview(rest[0])[sent:]

    def _receive(self, connected: socket.socket, into: memoryview, deadline: Optional[Deadline]) -> int:
        while True:
            try:
                received = connected.recv_into(into)
            except (BlockingIOError, socket.timeout):
                self._set_timeout(connected, deadline)
                continue
            except OSError as error:
                raise connection_error("lost the connection to", self._path, error, was_sent=True) from error
            if received == 0:
                raise connection_error("lost the connection to", self._path, None, was_sent=True)
            return received
