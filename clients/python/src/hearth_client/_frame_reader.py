"""Cuts what arrives on a connection with many calls into frames."""

from __future__ import annotations

from typing import Iterator, NamedTuple, Optional

from . import _wire
from ._frames import DATA_BYTE_COUNT_MAX, HEADER, HEADER_BYTE_COUNT
from .errors import unreadable


class ReceivedFrame(NamedTuple):
    """A whole frame. Its buffer is its own and nobody writes to it again."""

    stream: int
    kind: int
    flags: int
    data: _wire.Buffer
    start: int
    end: int


class FrameReader:
    """Takes bytes in any portions and gives whole frames. No I/O."""

    __slots__ = ("_filled", "_frame", "_header", "_start")

    def __init__(self) -> None:
        self._header = b""
        """The start of a frame, less than a header."""
        self._frame: Optional[bytearray] = None
        """A frame whose header is known, with room for all of it. It ends on an 8-byte boundary: see
        Connection.receive."""
        self._start = self._filled = 0

    def feed(self, chunk: bytes) -> Iterator[ReceivedFrame]:
        """Frames that are whole now. Raises DataLoss when these are no frames."""
        position = 0
        if self._frame is not None:
            position = self._fill(self._frame, chunk, 0)
            if self._filled < len(self._frame):
                return
            frame, self._frame = self._frame, None
            start = self._start
            _, stream, kind, flags = HEADER.unpack_from(frame, start)
            yield ReceivedFrame(stream, kind, flags, frame, start + HEADER_BYTE_COUNT, len(frame))
        elif self._header:
            chunk, self._header = self._header + chunk, b""
        while len(chunk) - position >= HEADER_BYTE_COUNT:
            length, stream, kind, flags = HEADER.unpack_from(chunk, position)
            if length > DATA_BYTE_COUNT_MAX:
                raise unreadable("frame")
            total = HEADER_BYTE_COUNT + length
            if len(chunk) - position < total:
                self._filled = -total % 8
                self._frame = bytearray(self._filled + total)
                self._start = self._filled
                self._fill(self._frame, chunk, position)
                return
            start = position + HEADER_BYTE_COUNT
            position += total
            yield ReceivedFrame(stream, kind, flags, chunk, start, position)
        self._header = chunk[position:]

    def _fill(self, frame: bytearray, chunk: bytes, position: int) -> int:
        count = min(len(frame) - self._filled, len(chunk) - position)
        frame[self._filled : self._filled + count] = chunk[position : position + count]
        self._filled += count
        return position + count
