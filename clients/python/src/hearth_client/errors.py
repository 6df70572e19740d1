"""Why a call got no answer."""

from __future__ import annotations

import enum
from typing import Any, Dict, Tuple, Type


class StatusCode(enum.IntEnum):
    """The outcome of a call, with the numbers that gRPC and ttrpc share (google.rpc.Code)."""

    OK = 0
    CANCELLED = 1
    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    DATA_LOSS = 15
    UNAUTHENTICATED = 16


class Origin(enum.Enum):
    """Who found a failure."""

    SERVER = "server"
    """The server answered with a status."""
    CONNECTION = "connection"
    """There was no connection, or it broke before the answer came."""
    CLIENT = "client"
    """The client refused or gave up by itself: a bad argument, a deadline."""


class HearthError(Exception):
    """A call that got no answer: switch on `code` (or catch a subclass), show `message` to a person."""

    code: StatusCode = StatusCode.UNKNOWN

    def __init__(
        self,
        message: str,
        *,
        code: StatusCode | None = None,
        origin: Origin = Origin.CLIENT,
        was_sent: bool = True,
    ) -> None:
        super().__init__(message)
        self.message = message
        """What was found, what was expected, the mend."""
        if code is not None:
            self.code = code
        self.origin = origin
        """Who found the failure."""
        self._was_sent = was_sent
        """Whether bytes of the request may have reached the server: only then may a call have run."""

    def __str__(self) -> str:
        return f"{self.code.name}: {self.message}"

    def copy(self) -> HearthError:
        """The same error for another caller: each raises its own, as a traceback belongs to one of them."""
        return _restore(type(self), self.message, self.__dict__)

    def __reduce__(self) -> Tuple[Any, ...]:
        # Errors cross process borders (multiprocessing, task queues).
        return (_restore, (type(self), self.message, dict(self.__dict__)))


def _restore(kind: Type[HearthError], message: str, attributes: Dict[str, Any]) -> HearthError:
    error = kind(message)
    error.__dict__.update(attributes)
    return error


class Cancelled(HearthError):
    """The call was given up, e.g. because its client was closed."""

    code = StatusCode.CANCELLED


class InvalidArgument(HearthError, ValueError):
    """The call asks for something that makes no sense for this model: wrong columns, an unknown output."""

    code = StatusCode.INVALID_ARGUMENT


class MissingOutput(InvalidArgument):
    """The model does not have the output that was asked for."""


class DeadlineExceeded(HearthError, TimeoutError):
    """No answer within the timeout."""

    code = StatusCode.DEADLINE_EXCEEDED


class NotFound(HearthError, LookupError):
    """There is no such model or version, or none in production."""

    code = StatusCode.NOT_FOUND


class AlreadyExists(HearthError):
    """What was to be made exists."""

    code = StatusCode.ALREADY_EXISTS


class PermissionDenied(HearthError, PermissionError):
    """This user may not make the call, or may not open the socket."""

    code = StatusCode.PERMISSION_DENIED


class ResourceExhausted(HearthError):
    """A limit of the server: connections, calls that wait, bytes in one frame."""

    code = StatusCode.RESOURCE_EXHAUSTED


class FailedPrecondition(HearthError):
    """The model cannot do this, or could not be loaded; what answered before still does."""

    code = StatusCode.FAILED_PRECONDITION


class Aborted(HearthError):
    """Another change came between: read the state again and decide anew."""

    code = StatusCode.ABORTED


class Unimplemented(HearthError):
    """This server does not have the call."""

    code = StatusCode.UNIMPLEMENTED


class Internal(HearthError):
    """A fault of the server; its log says more."""

    code = StatusCode.INTERNAL


class Unavailable(HearthError, ConnectionError):
    """There is no connection to the server, or it is stopping."""

    code = StatusCode.UNAVAILABLE


class DataLoss(HearthError):
    """Bytes that cannot be read: on the socket, or a file of the server."""

    code = StatusCode.DATA_LOSS


class Unauthenticated(HearthError):
    """The server does not know who calls."""

    code = StatusCode.UNAUTHENTICATED


_KINDS: Dict[int, Type[HearthError]] = {
    kind.code: kind
    for kind in (
        Cancelled, InvalidArgument, DeadlineExceeded, NotFound, AlreadyExists, PermissionDenied, ResourceExhausted,
        FailedPrecondition, Aborted, Unimplemented, Internal, Unavailable, DataLoss, Unauthenticated,
    )
}  # fmt: skip


def error_for_status(code: int, message: str) -> HearthError:
    """The error for a status that the server answered with; unknown numbers become UNKNOWN, as in gRPC."""
    kind = _KINDS.get(code)
    if kind is not None:
        return kind(message, origin=Origin.SERVER)
    try:
        known = StatusCode(code)
    except ValueError:
        return HearthError(f"status {code}: {message}", code=StatusCode.UNKNOWN, origin=Origin.SERVER)
    return HearthError(message, code=known, origin=Origin.SERVER)


def unreadable(what: str) -> DataLoss:
    """Bytes from the server that are no message of this protocol."""
    return DataLoss(
        f"the server's {what} cannot be read; check that the socket belongs to hearthd and that client and server "
        "have the same version"
    )
