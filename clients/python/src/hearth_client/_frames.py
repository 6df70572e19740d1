"""The fast lane's frames: containerd's ttrpc, its PROTOCOL.md.

    offset 0  data length, 32 bits, big-endian; its high byte is always 0
           4  stream id, 32 bits, big-endian; odd for streams that a client opened
           8  message type
           9  flags

The data of a request is {1 service, 2 method, 3 payload, 4 timeout_nano}, of a response {1 status {1 code, 2 message},
2 payload}, of a data frame the message itself.
"""

from __future__ import annotations

import functools
import struct
from typing import Tuple

from . import _wire
from .errors import HearthError, ResourceExhausted, error_for_status, unreadable

HEADER = struct.Struct(">IIBB")
HEADER_BYTE_COUNT = 10
DATA_BYTE_COUNT_MAX = 4 << 20
"""The most bytes in one frame's data: the protocol's own cap."""
STREAM_ID_MAX = 0x7FFF_FFFF
"""After this id a connection is exchanged for a new one."""

REQUEST, RESPONSE, DATA = 1, 2, 3
REMOTE_CLOSED, NO_DATA = 0x01, 0x04

Route = Tuple[str, str]
"""A call: its service and its method."""


@functools.lru_cache(maxsize=1024)
def request_head(route: Route, payload_byte_count: int) -> bytes:
    """The request up to its payload."""
    service, method = route
    head = _wire.text_field(1, service) + _wire.text_field(2, method)
    return head + _wire.bytes_header(3, payload_byte_count) if payload_byte_count else head


@functools.lru_cache(maxsize=256)
def request_tail(timeout: float) -> bytes:
    """The request after its payload: how long the caller is willing to wait; 0 for ever."""
    return _wire.integer_field(4, max(1, int(timeout * 1e9))) if timeout else b""


def too_large(byte_count: int) -> HearthError:
    """The error of a request that no frame can hold."""
    return ResourceExhausted(
        f"the request has {byte_count} bytes, {DATA_BYTE_COUNT_MAX} are the most in one frame; send less in one call"
    )


def response_payload(data: _wire.Buffer, start: int, end: int) -> Tuple[int, int]:
    """Where the payload of a response lies; raises the error that it carries instead."""
    # Nearly always the payload is all there is, and shorter than 16 KiB.
    if end - start > 2 and data[start] == 0x12:
        length = data[start + 1]
        position = start + 2
        if length >= 0x80:
            length += (data[position] << 7) - 0x80
            position += 1
        if position + length == end and data[position - 1] < 0x80:
            return position, end
    payload = (end, end)
    code, message = 0, ""
    for number, kind, first, last in _wire.fields(data, start, end):
        if number == 1 and kind == _wire.BYTES:
            for inner, inner_kind, value, inner_last in _wire.fields(data, first, last):
                if inner == 1 and inner_kind == _wire.VARINT:
                    code = value & 0xFFFF_FFFF
                elif inner == 2 and inner_kind == _wire.BYTES:
                    message = bytes(data[value:inner_last]).decode(errors="replace")
        elif number == 2 and kind == _wire.BYTES:
            payload = (first, last)
        elif number in (1, 2):
            raise unreadable("answer")
    if code:
        raise error_for_status(code, message)
    return payload
