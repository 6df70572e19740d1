"""What the blocking and the asyncio gRPC transports share: the channel's settings, and which error a failed call is.

Only this file and the two transports import grpcio, and they are imported only when somebody asks for gRPC.
"""

from __future__ import annotations

import errno
import os
import socket
from typing import Any, Sequence, Tuple
from urllib.parse import quote

from . import _wire
from ._connection import connection_error
from ._deadline import Deadline
from ._frames import Route
from .errors import Cancelled, DeadlineExceeded, HearthError, Origin, ResourceExhausted, StatusCode, error_for_status

MESSAGE_BYTE_COUNT_MAX = 16 << 20
"""The most bytes in one message, either way: what the server's gRPC lane takes."""

_RECONNECT_MILLISECONDS = 100
"""grpcio waits a second or more before it connects again unless told otherwise; 100 ms is the least it accepts."""

OPTIONS: Sequence[Tuple[str, int]] = (
    ("grpc.max_send_message_length", MESSAGE_BYTE_COUNT_MAX),
    ("grpc.max_receive_message_length", MESSAGE_BYTE_COUNT_MAX),
    ("grpc.initial_reconnect_backoff_ms", _RECONNECT_MILLISECONDS),
    ("grpc.min_reconnect_backoff_ms", _RECONNECT_MILLISECONDS),
    ("grpc.max_reconnect_backoff_ms", _RECONNECT_MILLISECONDS),
    # The client's own retries know which calls may be made twice, and end by the deadline.
    ("grpc.enable_retries", 0),
    # A proxy that the environment names is for TCP.
    ("grpc.enable_http_proxy", 0),
)

_NO_CONNECTION = ("failed to connect", "connections to all backends failing", "empty address list")
_BROKEN_CONNECTION = ("Socket closed", "recvmsg", "sendmsg", "GOAWAY", "Endpoint", "Stream removed", "reset by peer")
_CONNECTING_ERRORS = (errno.ENOENT, errno.ECONNREFUSED, errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE)


def target(path: str) -> str:
    """A socket's path as gRPC's name for it: the path is part of a URI."""
    return "unix:" + quote(os.path.abspath(path))


def method(route: Route) -> str:
    """A call's HTTP/2 path."""
    service, name = route
    return f"/{service}/{name}"


def message(payload: Sequence[_wire.Buffer], byte_count: int) -> bytes:
    """The pieces of a request as one: grpcio takes nothing else."""
    if byte_count > MESSAGE_BYTE_COUNT_MAX:
        raise ResourceExhausted(
            f"the request has {byte_count} bytes, {MESSAGE_BYTE_COUNT_MAX} are the most in one message; "
            "send less in one call"
        )
    return b"".join(payload)


def error_for(error: Any, path: str, deadline: Deadline | None) -> HearthError:
    """The error for one of grpcio's (`RpcError` with a code), which does not tell whether the server sent it."""
    code = StatusCode(error.code().value[0])
    details: str = error.details() or ""
    if code is StatusCode.UNAVAILABLE:
        if any(text in details for text in _NO_CONNECTION):
            number = next((number for number in _CONNECTING_ERRORS if os.strerror(number) in details), None)
            cause = OSError(number, details) if number is not None else None
            return connection_error("cannot connect to", path, cause, was_sent=False)
        if any(text in details for text in _BROKEN_CONNECTION):
            return connection_error("lost the connection to", path, None, was_sent=True)
    if code is StatusCode.DEADLINE_EXCEEDED and "deadline exceeded" in details.lower():
        return deadline.exceeded() if deadline is not None else DeadlineExceeded("the server gave no answer in time")
    if code is StatusCode.RESOURCE_EXHAUSTED and "eceived message larger than max" in details:
        return ResourceExhausted(
            f"the reply has more than {MESSAGE_BYTE_COUNT_MAX} bytes, the most in one message; ask for less in one call"
        )
    if code is StatusCode.CANCELLED and "hannel closed" in details:
        return closed()
    return error_for_status(code, details)


def closed() -> HearthError:
    """The error of a call whose client was closed meanwhile."""
    return Cancelled("the client was closed while the call was on its way", origin=Origin.CLIENT)


def connecting_error(path: str) -> OSError | None:
    """Why nobody can connect, which grpcio tells with calls only."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.1)
        try:
            probe.connect(path)
        except OSError as error:
            return error
    return None
