"""Which lane a client takes."""

from __future__ import annotations

from ._aio_transport import AsyncFastLane, AsyncTransport
from ._transport import FastLane, Transport
from .errors import InvalidArgument

FAST, GRPC = "fast", "grpc"


def blocking(name: str, path: str) -> Transport:
    """The lane of a `Client`."""
    if _is_fast(name):
        return FastLane(path)
    _require_grpcio()
    from ._grpc_transport import GRPCLane

    return GRPCLane(path)


def asynchronous(name: str, path: str) -> AsyncTransport:
    """The lane of an `AsyncClient`."""
    if _is_fast(name):
        return AsyncFastLane(path)
    _require_grpcio()
    from ._grpc_aio_transport import AsyncGRPCLane

    return AsyncGRPCLane(path)


def _is_fast(name: str) -> bool:
    if name not in (FAST, GRPC):
        raise InvalidArgument(f"transport={name!r} was asked for; there are {FAST!r} and {GRPC!r}")
    return name == FAST


def _require_grpcio() -> None:
    # Only here: importing it takes longer than a thousand calls of the fast lane.
    try:
        import grpc  # noqa: F401
    except ImportError as error:
        raise ImportError(
            "transport='grpc' needs the package grpcio: pip install 'hearth-client[grpc]'; "
            "transport='fast' needs nothing"
        ) from error
