"""Connecting while many others do.

The kernel tells a socket that does not block at once when the server's queue of connections is full, and both Python's
timeouts and asyncio use such sockets: asyncio even takes it for connected. So the attempt is repeated until there is
room or the deadline passes.
"""

from __future__ import annotations

import asyncio
import socket
import time

from ._deadline import Deadline

_PAUSE_SECONDS = 0.001


def connect(connecting: socket.socket, path: str, deadline: Deadline) -> None:
    """Connects a socket with a timeout; raises `socket.timeout` after the deadline, else what the kernel says."""
    while True:
        connecting.settimeout(max(0.001, deadline.remaining()))
        try:
            return connecting.connect(path)
        except BlockingIOError:
            if deadline.remaining() <= _PAUSE_SECONDS:
                raise socket.timeout from None
            time.sleep(_PAUSE_SECONDS)


async def connected(path: str) -> socket.socket:
    """A connected socket for an event loop; waits for room in the server's queue as long as the caller does."""
    connecting = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connecting.setblocking(False)
        while True:
            try:
                connecting.connect(path)
                return connecting
            except BlockingIOError:
                await asyncio.sleep(_PAUSE_SECONDS)
    except BaseException:
        connecting.close()
        raise
