"""The fast lane for asyncio: one connection, many calls on it.

`AsyncTransport` is what a client asks of a lane; gRPC's is in `_grpc_aio_transport`.
"""

from __future__ import annotations

import asyncio
import math
import os
import time
from typing import Any, AsyncIterator, Dict, List, Optional, Protocol, Sequence, Tuple, TypeVar

from . import _frames, _messages, _sockets, _wire
from ._connection import connection_error
from ._deadline import Deadline
from ._frame_reader import FrameReader, ReceivedFrame
from ._frames import DATA_BYTE_COUNT_MAX, HEADER, HEADER_BYTE_COUNT, Route
from ._transport import Reader
from .errors import Cancelled, DataLoss, HearthError, unreadable

Value = TypeVar("Value")

_ABANDONED: List[Any] = []
"""Connections of a parent process. They are neither closed nor collected: their loop's epoll is the parent's too, and
to take them out of it here would take them out there."""


class AsyncEventStream(Protocol):
    """The messages of one stream."""

    def messages(self) -> AsyncIterator[Tuple[bytes, int, int]]:
        """Each as (buffer, start, end)."""

    async def close(self) -> None:
        """Ends the stream."""


class AsyncTransport(Protocol):
    """A lane to one server. Follows its caller into another event loop and across a fork."""

    @property
    def message_byte_count_max(self) -> int:
        """The most bytes in one message."""

    async def call(
        self,
        route: Route,
        payload: Sequence[_wire.Buffer],
        byte_count: int,
        deadline: Deadline,
        timeout: float,
        read: Reader[Value],
    ) -> Value:
        """Makes one call, once."""

    async def watch(self, payload: bytes, deadline: Deadline) -> AsyncEventStream:
        """Opens a stream of events; the deadline is for opening it."""

    async def close(self) -> None:
        """Closes the connection; calls on the way fail with CANCELLED."""


class AsyncConnection(asyncio.Protocol):
    """One connection and the calls that wait for an answer on it. Belongs to one event loop."""

    def __init__(self, path: str, loop: asyncio.AbstractEventLoop) -> None:
        self._path = path
        self._loop = loop
        self._transport: Optional[asyncio.Transport] = None
        self._reader = FrameReader()
        self._pending: Dict[int, asyncio.Future[ReceivedFrame]] = {}
        self._deadlines: Dict[int, Deadline] = {}
        self._timer: Optional[asyncio.TimerHandle] = None
        """One for all calls, as most are answered long before: at the earliest of their deadlines or before."""
        self._expires_at = math.inf
        self._next_stream = 1
        self._writable: Optional[asyncio.Future[None]] = None
        """Done when bytes can be written again; None while they can."""
        self.is_open = False
        self._is_retired = False

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.is_open = True

    def data_received(self, data: bytes) -> None:
        try:
            for frame in self._reader.feed(data):
                # None: the call has ended otherwise meanwhile.
                waiting = self._pending.pop(frame.stream, None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(frame)
        except DataLoss as error:
            self._fail(error)

    def pause_writing(self) -> None:
        if self._writable is None:
            self._writable = self._loop.create_future()

    def resume_writing(self) -> None:
        if self._writable is not None:
            self._writable.set_result(None)
            self._writable = None

    def connection_lost(self, exc: Optional[Exception]) -> None:
        cause = exc if isinstance(exc, OSError) else None
        self._fail(connection_error("lost the connection to", self._path, cause, was_sent=True))

    # Calls

    async def call(
        self,
        route: Route,
        payload: Sequence[_wire.Buffer],
        byte_count: int,
        deadline: Deadline,
        timeout: float,
    ) -> ReceivedFrame:
        """Makes one call, beside others."""
        head = _frames.request_head(route, byte_count)
        tail = _frames.request_tail(timeout)
        data_byte_count = len(head) + byte_count + len(tail)
        if data_byte_count > DATA_BYTE_COUNT_MAX:
            raise _frames.too_large(data_byte_count)
        while self._writable is not None:
            await asyncio.wait({self._writable}, timeout=max(0.0, deadline.remaining()))
            if deadline.remaining() <= 0:
                raise deadline.exceeded()
        if self._transport is None or not self.is_open:
            raise connection_error("lost the connection to", self._path, None, was_sent=False)
        stream = self._next_stream
        self._next_stream = stream + 2
        waiting: asyncio.Future[ReceivedFrame] = self._loop.create_future()
        self._pending[stream] = waiting
        frame_head = HEADER.pack(data_byte_count, stream, _frames.REQUEST, 0) + head
        # The transport may keep what it is given, so the rows are copied here: the caller may change them.
        self._transport.write(b"".join((frame_head, *payload, tail)))
        self._deadlines[stream] = deadline
        if deadline.at < self._expires_at:
            self._set_timer(deadline.at)
        try:
            return await waiting
        finally:
            self._pending.pop(stream, None)
            del self._deadlines[stream]
            if self._is_retired and not self._pending and self._transport is not None:
                self._transport.close()

    @property
    def is_usable(self) -> bool:
        """Whether another call can be made."""
        return self.is_open and self._next_stream <= _frames.STREAM_ID_MAX

    def retire(self) -> None:
        """Closes the connection as soon as the calls on their way are answered."""
        self._is_retired = True
        if not self._pending and self._transport is not None:
            self._transport.close()

    def close(self) -> None:
        """Closes the connection; calls on the way fail with CANCELLED."""
        self._fail(Cancelled("the client was closed while the call was on its way"))

    def _set_timer(self, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._expires_at = at
        self._timer = self._loop.call_later(max(0.0, at - time.monotonic()), self._expire)

    def _expire(self) -> None:
        self._timer, self._expires_at = None, math.inf
        now = time.monotonic()
        for stream, deadline in self._deadlines.items():
            waiting = self._pending.get(stream)
            if deadline.at <= now and waiting is not None and not waiting.done():
                waiting.set_exception(deadline.exceeded())
        later = [deadline.at for deadline in self._deadlines.values() if deadline.at > now]
        if later:
            self._set_timer(min(later))

    def _fail(self, error: HearthError) -> None:
        self.is_open = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer, self._expires_at = None, math.inf
        pending, self._pending = self._pending, {}
        for waiting in pending.values():
            if not waiting.done():
                waiting.set_exception(error.copy())
        self.resume_writing()
        if self._transport is not None:
            self._transport.abort()


class AsyncFastLane:
    """ttrpc over a Unix socket. Follows its caller into another event loop and across a fork, with a new connection."""

    message_byte_count_max = DATA_BYTE_COUNT_MAX

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection: Optional[AsyncConnection] = None
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._process = os.getpid()
        self._connecting: Optional[asyncio.Task[AsyncConnection]] = None

    async def call(
        self,
        route: Route,
        payload: Sequence[_wire.Buffer],
        byte_count: int,
        deadline: Deadline,
        timeout: float,
        read: Reader[Value],
    ) -> Value:
        """Makes one call, once."""
        self._follow_caller()
        connection = self._connection
        if connection is None or not connection.is_usable:
            connection = await self._connect(deadline)
        frame = await connection.call(route, payload, byte_count, deadline, timeout)
        if frame.kind != _frames.RESPONSE:
            raise unreadable("frame")
        first, last = _frames.response_payload(frame.data, frame.start, frame.end)
        return read(frame.data, first, last, isinstance(frame.data, bytearray))

    async def watch(self, payload: bytes, deadline: Deadline) -> AsyncEventStream:
        """Opens a stream of events on a connection of its own."""
        try:
            connected = await asyncio.wait_for(_sockets.connected(self._path), max(0.0, deadline.remaining()))
            reader, writer = await asyncio.open_unix_connection(sock=connected)
        except asyncio.TimeoutError:
            raise deadline.exceeded() from None
        except OSError as error:
            raise connection_error("cannot connect to", self._path, error, was_sent=False) from error
        head = _frames.request_head(_messages.WATCH, len(payload))
        byte_count = len(head) + len(payload)
        writer.write(HEADER.pack(byte_count, 1, _frames.REQUEST, _frames.REMOTE_CLOSED) + head + payload)
        return AsyncEvents(self._path, reader, writer)

    async def close(self) -> None:
        """Closes the connection; calls on the way fail with CANCELLED."""
        self._drop()
        # The event loop closes the socket in its next round.
        await asyncio.sleep(0)

    def _drop(self) -> None:
        if os.getpid() == self._process and self._connection is not None:
            connection, self._connection = self._connection, None
            try:
                connection.close()
            except RuntimeError:  # Its loop is closed.
                pass

    def _follow_caller(self) -> None:
        loop = asyncio.get_running_loop()
        process = os.getpid()
        if loop is self._loop and process == self._process:
            return
        if process != self._process:
            _ABANDONED.append((self._connection, self._connecting))
            self._connection = None
        self._drop()
        self._connecting = None
        self._loop, self._process = loop, process

    async def _connect(self, deadline: Deadline) -> AsyncConnection:
        # One attempt for all that wait; the first one's cancellation must not be the others'.
        connecting = self._connecting
        if connecting is None or connecting.done():
            connecting = asyncio.get_running_loop().create_task(self._open())
            # Its failure is told to those who wait; should nobody be left, nobody misses it.
            connecting.add_done_callback(lambda task: task.cancelled() or task.exception())
            self._connecting = connecting
        done, _ = await asyncio.wait({connecting}, timeout=max(0.0, deadline.remaining()))
        if not done:
            raise deadline.exceeded()
        error = connecting.exception()
        if isinstance(error, HearthError):
            raise error.copy()
        return connecting.result()

    async def _open(self) -> AsyncConnection:
        loop = asyncio.get_running_loop()
        try:
            connected = await _sockets.connected(self._path)
            _, connection = await loop.create_unix_connection(lambda: AsyncConnection(self._path, loop), sock=connected)
        except OSError as error:
            raise connection_error("cannot connect to", self._path, error, was_sent=False) from error
        if self._connection is not None:
            self._connection.retire()
        self._connection = connection
        return connection


class AsyncEvents:
    """The messages of one stream. Its reader holds back the server when nobody iterates."""

    def __init__(self, path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._path = path
        self._reader = reader
        self._writer = writer

    async def messages(self) -> AsyncIterator[Tuple[bytes, int, int]]:
        """Each as (buffer, start, end)."""
        try:
            while True:
                length, stream, kind, flags = HEADER.unpack(await self._receive(HEADER_BYTE_COUNT))
                if length > DATA_BYTE_COUNT_MAX:
                    raise unreadable("frame")
                data = await self._receive(length)
                if stream != 1:
                    continue
                if kind == _frames.RESPONSE:
                    _frames.response_payload(data, 0, length)
                    return
                if kind != _frames.DATA:
                    raise unreadable("frame")
                if not flags & _frames.NO_DATA:
                    yield data, 0, length
                if flags & _frames.REMOTE_CLOSED:
                    return
        finally:
            await self.close()

    async def _receive(self, byte_count: int) -> bytes:
        try:
            return await self._reader.readexactly(byte_count)
        except asyncio.IncompleteReadError:
            raise connection_error("lost the connection to", self._path, None, was_sent=True) from None
        except OSError as error:
            raise connection_error("lost the connection to", self._path, error, was_sent=True) from error

    async def close(self) -> None:
        """Closes the connection."""
        self._writer.transport.abort()
