"""The gRPC transport for asyncio, by grpcio: `pip install hearth-client[grpc]`."""

from __future__ import annotations

import asyncio
import os
from typing import Any, AsyncIterator, Dict, List, Optional, Sequence, Tuple, TypeVar

import grpc
import grpc.aio

from . import _grpc, _messages, _wire
from ._aio_transport import AsyncEventStream
from ._connection import connection_error
from ._deadline import Deadline
from ._frames import Route
from ._transport import Reader

Value = TypeVar("Value")

_ABANDONED: List[Any] = []
"""Channels of a parent process or of an event loop that has ended: nobody is left who could close them."""


class AsyncGRPCLane:
    """gRPC over a Unix socket: one channel per event loop and process, made at its first call."""

    message_byte_count_max = _grpc.MESSAGE_BYTE_COUNT_MAX

    def __init__(self, path: str) -> None:
        self._path = path
        self._channel: Any = None
        self._calls: Dict[Route, Any] = {}
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._process = os.getpid()

    async def call(
        self,
        route: Route,
        payload: Sequence[_wire.Buffer],
        byte_count: int,
        deadline: Deadline,
        timeout: float,
        read: Reader[Value],
    ) -> Value:
        """Makes one call, once. The server is told the seconds that are left: gRPC knows one deadline only."""
        request = _grpc.message(payload, byte_count)
        channel = self._open()
        call = self._calls.get(route)
        if call is None:
            call = self._calls[route] = channel.unary_unary(_grpc.method(route))
        # Not 0 when it has passed while waiting to try again: then the failure that is told is the last one.
        seconds = max(0.001, deadline.remaining())
        try:
            reply = await call(request, timeout=seconds)
        except grpc.aio.AioRpcError as error:
            raise _grpc.error_for(error, self._path, deadline) from error
        except (grpc.aio.UsageError, asyncio.CancelledError):
            # A closed channel cancels its calls as if their tasks had been.
            if self._channel is not channel:
                raise _grpc.closed() from None
            raise
        return read(reply, 0, len(reply), False)

    async def watch(self, payload: bytes, deadline: Deadline) -> AsyncEventStream:
        """Opens a stream of events on a channel of its own, so that `close` leaves it alone."""
        channel = grpc.aio.insecure_channel(_grpc.target(self._path), options=_grpc.OPTIONS)
        try:
            await _wait_until_connected(channel, self._path, deadline)
        except BaseException:
            await channel.close()
            raise
        return _AsyncGRPCEvents(self._path, channel, channel.unary_stream(_grpc.method(_messages.WATCH))(payload))

    async def close(self) -> None:
        """Closes the channel; calls on the way fail with CANCELLED."""
        channel, self._channel = self._channel, None
        self._calls = {}
        if channel is None:
            return
        if os.getpid() == self._process and self._loop is asyncio.get_running_loop():
            await channel.close()
        else:
            _ABANDONED.append(channel)

    def _open(self) -> Any:
        loop, process = asyncio.get_running_loop(), os.getpid()
        if self._channel is not None and (loop is not self._loop or process != self._process):
            _ABANDONED.append(self._channel)
            self._channel = None
        if self._channel is None:
            self._channel = grpc.aio.insecure_channel(_grpc.target(self._path), options=_grpc.OPTIONS)
            self._calls = {}
            self._loop, self._process = loop, process
        return self._channel


async def _wait_until_connected(channel: Any, path: str, deadline: Deadline) -> None:
    while True:
        state = channel.get_state(try_to_connect=True)
        if state is grpc.ChannelConnectivity.READY:
            return
        if state is grpc.ChannelConnectivity.TRANSIENT_FAILURE:
            raise connection_error("cannot connect to", path, _grpc.connecting_error(path), was_sent=False)
        try:
            await asyncio.wait_for(channel.wait_for_state_change(state), max(0.0, deadline.remaining()))
        except asyncio.TimeoutError:
            raise deadline.exceeded() from None


class _AsyncGRPCEvents:
    def __init__(self, path: str, channel: Any, call: Any) -> None:
        self._path = path
        self._channel = channel
        self._call = call

    async def messages(self) -> AsyncIterator[Tuple[bytes, int, int]]:
        """Each as (buffer, start, end)."""
        try:
            async for reply in self._call:
                yield reply, 0, len(reply)
        except grpc.aio.AioRpcError as error:
            raise _grpc.error_for(error, self._path, None) from error
        finally:
            await self.close()

    async def close(self) -> None:
        """Ends the stream."""
        self._call.cancel()
        await self._channel.close()
