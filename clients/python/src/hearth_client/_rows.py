"""The callers' numbers on their way into a frame, and the server's on their way out of one."""

from __future__ import annotations

import functools
import struct
import sys
from array import array
from itertools import chain
from typing import TYPE_CHECKING, Any, Callable, List, Sequence, Tuple, Union, cast

from ._texts import cells_from, encoded, is_no_number
from ._wire import Buffer
from .errors import InvalidArgument

try:
    import numpy as numpy
except ImportError:  # NumPy is welcome, not needed.
    numpy = None  # type: ignore[assignment]

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    FloatArray = npt.NDArray[np.float64]
    BoolArray = npt.NDArray[np.bool_]
    Cell = Union[float, str, None]
    RowsLike = Union[Sequence[float], Sequence[Sequence[Cell]], "array[float]", npt.ArrayLike]

HAS_NUMPY = numpy is not None
_FLOAT64 = numpy.dtype("<f8") if numpy is not None else None
_IS_BIG_ENDIAN = sys.byteorder == "big"


class Rows:
    """Values as they go into a message: little-endian doubles, row after row."""

    __slots__ = ("buffer", "byte_count", "column_count", "texts")

    def __init__(self, buffer: Buffer, column_count: int, texts: bytes = b"") -> None:
        self.buffer = buffer
        self.byte_count = len(buffer)
        self.column_count = column_count
        """Values per row; 0 when the caller gave them flat: then the model's own."""
        self.texts = texts
        """The texts of columns, as they follow in the message."""

    def part(self, first_row: int, row_count: int) -> Rows:
        """Some of the rows, where they lie."""
        stride = self.column_count * 8
        view = memoryview(self.buffer)
        return Rows(view[first_row * stride : (first_row + row_count) * stride], self.column_count, self.texts)


def rows_from(values: Any) -> Rows:
    """Takes what callers have: a float64 array that is C-contiguous is used where it lies, everything else is converted
    once. Text and None may stand in rows for models that take text."""
    try:
        return _number_rows(values)
    except InvalidArgument:
        cells = cells_from(values)
        if cells is None:
            raise
    return Rows(*encoded(cells))


def _number_rows(values: Any) -> Rows:
    kind = type(values)
    if kind is list or kind is tuple:
        if values:
            first = values[0]
            if isinstance(first, (int, float)):
                return Rows(_packed(values), 0)
            if len(values) == 1 and (type(first) is list or type(first) is tuple):
                return Rows(_packed(first), len(first))
    elif isinstance(values, Rows):
        return values
    elif kind is array:
        return Rows(_array_bytes(values), 0)
    if numpy is not None and not isinstance(values, (bytes, bytearray, str)):
        return _rows_from_array(values)
    return _rows_from_sequences(values)


@functools.lru_cache(maxsize=256)
def _packer(count: int) -> Callable[..., bytes]:
    return struct.Struct(f"<{count}d").pack


def _packed(values: Sequence[float]) -> bytes:
    try:
        return _packer(len(values))(*values)
    except (struct.error, OverflowError):
        raise _no_numbers(values) from None


def _no_numbers(values: object) -> InvalidArgument:
    text = repr(values)
    text = text if len(text) <= 120 else text[:117] + "..."
    return InvalidArgument(f"rows are numbers, or lists of as many numbers each; found {text}")


def _array_bytes(values: array[float]) -> Buffer:
    if values.typecode != "d":
        if values.typecode in "uw":
            raise _no_numbers(values)
        values = array("d", values)
    if _IS_BIG_ENDIAN:
        values = array("d", values)
        values.byteswap()
    return memoryview(values).cast("B") if values else b""


def _rows_from_array(values: Any) -> Rows:
    is_ready = type(values) is numpy.ndarray and values.dtype == _FLOAT64 and values.flags.c_contiguous
    if is_ready and 0 < values.ndim <= 2:
        if values.size:
            return Rows(values.data.cast("B"), values.shape[1] if values.ndim == 2 else 0)
    try:
        found = numpy.asarray(values)
        if found.dtype.kind not in "fiubO":
            raise _no_numbers(values)
        # NumPy would read numbers out of text, and None as NaN.
        if found.dtype.kind == "O" and any(is_no_number(cell) for cell in found.flat):
            raise _no_numbers(values)
        matrix = numpy.ascontiguousarray(found, dtype="<f8")
    except (ValueError, TypeError):
        raise _no_numbers(values) from None
    if found.ndim not in (1, 2):
        raise InvalidArgument(
            f"an array of {found.ndim} dimensions was given; rows are one or two dimensions of numbers"
        )
    column_count = matrix.shape[1] if matrix.ndim == 2 else 0
    if matrix.size == 0:
        return Rows(b"", column_count)
    return Rows(memoryview(cast(Any, matrix)).cast("B"), column_count)


def _rows_from_sequences(values: Any) -> Rows:
    if isinstance(values, (bytes, bytearray, str)):
        raise _no_numbers(values)
    try:
        rows: List[Any] = list(values)
        if not rows:
            return Rows(b"", 0)
        if not hasattr(rows[0], "__len__"):
            return Rows(_packed(rows), 0)
        column_count = len(rows[0])
        if any(len(row) != column_count for row in rows):
            raise _no_numbers(values)
        return Rows(_packed(list(chain.from_iterable(rows))), column_count)
    except TypeError:
        raise _no_numbers(values) from None


def doubles(data: Buffer, start: int, byte_count: int, width: int, *, is_owned: bool) -> Any:
    """The values at `start`: an array of shape (n,) or (n, width), aligned and writable.

    `is_owned` tells that nobody else will write to `data`: then an array that lies well in it is not copied.
    """
    if numpy is not None:
        values = numpy.frombuffer(data, "<f8", byte_count >> 3, start)
        if not is_owned or not values.flags.aligned:
            values = values.copy()
        return values if width <= 1 else values.reshape(-1, width)
    flat = array("d")
    flat.frombytes(memoryview(data)[start : start + byte_count])
    if _IS_BIG_ENDIAN:
        flat.byteswap()
    return flat if width <= 1 else [flat[index : index + width] for index in range(0, len(flat), width)]


def gathered(data: Buffer, places: Sequence[Tuple[int, int]]) -> Any:
    """The values of several places, in one array in memory of its own: cheaper than an array each, when they are
    few."""
    return numpy.frombuffer(bytearray().join([data[start:end] for start, end in places]), "<f8")


def flags(data: Buffer, start: int, end: int) -> Any:
    """Packed bools: a NumPy array of bool, else a list. Each is one byte, 0 or 1, as every encoder writes it."""
    if numpy is not None:
        return numpy.frombuffer(data, numpy.uint8, end - start, start) != 0
    return [byte != 0 for byte in memoryview(data)[start:end]]


def concatenated(parts: Sequence[Any]) -> Any:
    """The same output of several calls, as one."""
    if len(parts) == 1:
        return parts[0]
    if numpy is not None:
        return numpy.concatenate(parts)
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + part
    return whole
