"""Protobuf's encoding, as much of it as Hearth's messages use.

It is written by hand because it must be: rows go to the socket from the caller's memory and results are viewed where
they were received, which no protobuf runtime for Python offers. So the package needs no protobuf at all, and cannot get
into another package's way over its version. Source: protobuf's "Encoding" page. The tests hold every message against
protobuf.
"""

from __future__ import annotations

import struct
from typing import Iterator, Tuple, Union

from .errors import unreadable

Buffer = Union[bytes, bytearray, memoryview]

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5

_DOUBLE = struct.Struct("<d")


def varint(number: int) -> bytes:
    """An integer: seven bits a byte, the lowest first, the top bit set on all but the last. Negative ones as 64
    bits."""
    number &= 0xFFFF_FFFF_FFFF_FFFF
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def bytes_header(number: int, byte_count: int) -> bytes:
    """What stands before the content of a field that has a length."""
    return varint(number << 3 | BYTES) + varint(byte_count)


def bytes_field(number: int, content: bytes) -> bytes:
    """A field that has a length; nothing at all when it is empty, as proto3 has it."""
    return bytes_header(number, len(content)) + content if content else b""


def text_field(number: int, content: str) -> bytes:
    """A text; nothing at all when it is empty."""
    return bytes_field(number, content.encode())


def integer_field(number: int, value: int) -> bytes:
    """An integer or a bool; nothing at all when it is 0."""
    return varint(number << 3 | VARINT) + varint(value) if value else b""


def double_field(number: int, value: float) -> bytes:
    """A double; nothing at all when it is 0 with a plus sign."""
    content = _DOUBLE.pack(value)
    return varint(number << 3 | FIXED64) + content if any(content) else b""


def read_varint(data: Buffer, position: int, end: int) -> Tuple[int, int]:
    """The integer at `position`, and the position after it."""
    value = shift = 0
    while position < end and shift < 64:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, position
        shift += 7
    raise unreadable("message")


def read_double(data: Buffer, position: int) -> float:
    """The double at `position`."""
    return float(_DOUBLE.unpack_from(data, position)[0])


def signed(value: int) -> int:
    """An int64 from the 64 bits of its varint."""
    return value - (1 << 64) if value >> 63 else value


def fields(data: Buffer, position: int, end: int) -> Iterator[Tuple[int, int, int, int]]:
    """The fields of the message between two positions: (number, wire type, start, end), or for integers
    (number, VARINT, value, 0). Raises DataLoss at the first byte that is no protobuf."""
    while position < end:
        tag, position = read_varint(data, position, end)
        number, kind = tag >> 3, tag & 7
        if not 0 < number < 1 << 29:
            raise unreadable("message")
        if kind == VARINT:
            value, position = read_varint(data, position, end)
            yield number, kind, value, 0
            continue
        if kind == BYTES:
            length, position = read_varint(data, position, end)
        elif kind == FIXED64:
            length = 8
        elif kind == FIXED32:
            length = 4
        else:
            # 3 and 4 are groups, which proto3 does not have.
            raise unreadable("message")
        if length > end - position:
            raise unreadable("message")
        yield number, kind, position, position + length
        position += length


def read_text(data: Buffer, start: int, end: int) -> str:
    """A text."""
    try:
        return bytes(data[start:end]).decode()
    except UnicodeDecodeError:
        raise unreadable("text") from None
