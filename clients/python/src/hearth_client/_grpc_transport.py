"""The blocking gRPC transport, by grpcio: `pip install hearth-client[grpc]`."""

from __future__ import annotations

import os
import queue
from typing import Any, Callable, Dict, Iterator, List, Sequence, TypeVar

import grpc

from . import _grpc, _messages, _wire
from ._connection import connection_error
from ._deadline import Deadline
from ._frames import Route
from ._transport import EventStream, Reader

Value = TypeVar("Value")

_ABANDONED: List[Any] = []
"""Channels of a parent process. They are neither closed nor collected: what closes them are threads of the parent."""


class _Channel:
    """One channel, and its calls by route. grpcio's channels are safe to share between threads."""

    def __init__(self, path: str) -> None:
        self.process = os.getpid()
        self.channel = grpc.insecure_channel(_grpc.target(path), options=_grpc.OPTIONS)
        self._calls: Dict[Route, Callable[..., bytes]] = {}

    def unary(self, route: Route) -> Callable[..., bytes]:
        """The call of a route: bytes in, bytes out, as the messages are written by hand."""
        call = self._calls.get(route)
        if call is None:
            call = self._calls[route] = self.channel.unary_unary(_grpc.method(route))
        return call


class GRPCLane:
    """gRPC over a Unix socket: one channel per process, made at its first call."""

    message_byte_count_max = _grpc.MESSAGE_BYTE_COUNT_MAX

    def __init__(self, path: str) -> None:
        self._path = path
        # One item at most. setdefault and pop are atomic: no lock, which a fork could copy while it is held.
        self._channels: Dict[int, _Channel] = {}

    def call(
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
        channel = self._channel()
        # Not 0 when it has passed while waiting to try again: then the failure that is told is the last one.
        seconds = max(0.001, deadline.remaining())
        try:
            reply = channel.unary(route)(request, timeout=seconds)
        except grpc.RpcError as error:
            raise _grpc.error_for(error, self._path, deadline) from error
        except ValueError as error:
            # What grpcio says of a channel that another thread closed meanwhile.
            if "closed channel" in str(error):
                raise _grpc.closed() from error
            raise
        return read(reply, 0, len(reply), False)

    def watch(self, payload: bytes, deadline: Deadline) -> EventStream:
        """Opens a stream of events on a channel of its own, so that `close` leaves it alone."""
        self._leave_parent()
        channel = _Channel(self._path)
        try:
            _wait_until_connected(channel.channel, self._path, deadline)
        except BaseException:
            channel.channel.close()
            raise
        return _GRPCEvents(channel, self._path, payload)

    def close(self) -> None:
        """Closes this process's channel; calls on the way fail with CANCELLED."""
        self._leave_parent()
        channel = self._channels.pop(os.getpid(), None)
        if channel is not None:
            channel.channel.close()

    def _channel(self) -> _Channel:
        process = os.getpid()
        channel = self._channels.get(process)
        if channel is not None:
            return channel
        self._leave_parent()
        made = _Channel(self._path)
        channel = self._channels.setdefault(process, made)
        if channel is not made:
            made.channel.close()
        return channel

    def _leave_parent(self) -> None:
        for process in list(self._channels):
            if process != os.getpid():
                _ABANDONED.append(self._channels.pop(process, None))


def _wait_until_connected(channel: Any, path: str, deadline: Deadline) -> None:
    states: queue.SimpleQueue[Any] = queue.SimpleQueue()
    channel.subscribe(states.put, try_to_connect=True)
    try:
        while True:
            try:
                state = states.get(timeout=max(0.0, deadline.remaining()))
            except queue.Empty:
                raise deadline.exceeded() from None
            if state is grpc.ChannelConnectivity.READY:
                return
            if state is grpc.ChannelConnectivity.TRANSIENT_FAILURE:
                raise connection_error("cannot connect to", path, _grpc.connecting_error(path), was_sent=False)
    finally:
        channel.unsubscribe(states.put)


class _GRPCEvents:
    def __init__(self, channel: _Channel, path: str, payload: bytes) -> None:
        self._channel = channel
        self._path = path
        self._call = channel.channel.unary_stream(_grpc.method(_messages.WATCH))(payload)
        self._is_closed = False

    def __iter__(self) -> Iterator[tuple[_wire.Buffer, int, int]]:
        try:
            for reply in self._call:
                yield reply, 0, len(reply)
        except grpc.RpcError as error:
            if not self._is_closed:
                raise _grpc.error_for(error, self._path, None) from error
        finally:
            self.close()

    def close(self) -> None:
        """Ends the iteration, also from another thread."""
        self._is_closed = True
        if self._channel.process == os.getpid():
            self._call.cancel()
            self._channel.channel.close()
