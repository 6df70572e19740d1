"""The blocking fast lane: a pool of connections that threads and forked processes share safely.

`Transport` is what a client asks of a lane; gRPC's is in `_grpc_transport`.
"""

from __future__ import annotations

import os
from typing import Callable, Iterator, List, Optional, Protocol, Sequence, TypeVar

from . import _frames, _messages, _wire
from ._connection import Connection
from ._deadline import Deadline
from ._frames import DATA_BYTE_COUNT_MAX, Route
from .errors import unreadable

Value = TypeVar("Value")
Reader = Callable[[_wire.Buffer, int, int, bool], Value]
"""Reads a reply's payload: buffer, start, end, and whether the buffer may be kept."""


class EventStream(Protocol):
    """The messages of one stream, each as (buffer, start, end)."""

    def __iter__(self) -> Iterator[tuple[_wire.Buffer, int, int]]: ...

    def close(self) -> None: ...


class Transport(Protocol):
    """A lane to one server. Safe to share between threads, and across a fork."""

    @property
    def message_byte_count_max(self) -> int:
        """The most bytes in one message."""

    def call(
        self,
        route: Route,
        payload: Sequence[_wire.Buffer],
        byte_count: int,
        deadline: Deadline,
        timeout: float,
        read: Reader[Value],
    ) -> Value:
        """Makes one call, once."""

    def watch(self, payload: bytes, deadline: Deadline) -> EventStream:
        """Opens a stream of events; the deadline is for opening it."""

    def close(self) -> None:
        """Closes what is idle; calls on the way end as they would have."""


class FastLane:
    """ttrpc over a Unix socket."""

    message_byte_count_max = DATA_BYTE_COUNT_MAX
    IDLE_COUNT_MAX = 64
    """Idle connections that are kept: one for each thread that calls at the same time, mostly."""

    def __init__(self, path: str) -> None:
        self._path = path
        # The last one used is the first one taken. list.append and list.pop are atomic.
        self._idle: List[Connection] = []
        self._process = os.getpid()

    def call(
        self,
        route: Route,
        payload: Sequence[_wire.Buffer],
        byte_count: int,
        deadline: Deadline,
        timeout: float,
        read: Reader[Value],
    ) -> Value:
        """Makes one call on a connection that is this thread's own for as long."""
        process = os.getpid()
        if process != self._process:
            # A forked child: these sockets are its parent's, and it must not put a byte into them. Closing the child's
            # copies does the parent no harm.
            self._idle, self._process = [], process
        idle = self._idle
        try:
            connection = idle.pop()
        except IndexError:
            connection = Connection(self._path)
        try:
            return read(*connection.exchange(route, payload, byte_count, deadline, timeout))
        finally:
            # One that failed is closed and opens again by itself.
            if len(idle) < self.IDLE_COUNT_MAX:
                idle.append(connection)

    def watch(self, payload: bytes, deadline: Deadline) -> EventStream:
        """Opens a stream of events on a connection of its own."""
        return _FastLaneEvents(self._path, payload, deadline)

    def close(self) -> None:
        """Closes the idle connections."""
        idle, self._idle = self._idle, []
        if self._process == os.getpid():
            for connection in idle:
                connection.close()


class _FastLaneEvents:
    def __init__(self, path: str, payload: bytes, deadline: Deadline) -> None:
        self._connection: Optional[Connection] = Connection(path)
        self._stream = self._connection.send(
            _messages.WATCH, [payload], len(payload), deadline, 0.0, flags=_frames.REMOTE_CLOSED
        )

    def __iter__(self) -> Iterator[tuple[_wire.Buffer, int, int]]:
        connection = self._connection
        if connection is None:
            return
        try:
            while True:
                (data, start, end, kind, flags), stream = connection.receive(None)
                if stream != self._stream:
                    continue
                if kind == _frames.RESPONSE:
                    _frames.response_payload(data, start, end)
                    return
                if kind != _frames.DATA:
                    raise unreadable("frame")
                if not flags & _frames.NO_DATA:
                    yield data, start, end
                if flags & _frames.REMOTE_CLOSED:
                    return
        finally:
            connection.close()

    def close(self) -> None:
        """Ends the iteration, also from another thread."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.shutdown()
