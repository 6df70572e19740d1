"""Rows with text: for models that take text in some columns.

A message has doubles, and beside them the texts of each column: a value is then the position of its text, NaN where it
is missing as NaN, -1 where it is missing as None. Each text goes out once.
"""

from __future__ import annotations

import struct
from array import array
from typing import Any, Dict, List, Optional, Sequence, Tuple

from . import _wire
from .errors import InvalidArgument

_NAN = float("nan")
_NONE = -1.0
# pandas' own missing values; by name, as pandas is not needed.
_MISSING_TYPES = ("NAType", "NaTType")


def cells_from(values: Any) -> Optional[Sequence[Sequence[Any]]]:
    """The rows of values among which is text or None; nothing for those that are numbers only."""
    if hasattr(values, "to_numpy") and hasattr(values, "columns"):
        # A DataFrame whose columns are not all numbers.
        values = values.to_numpy(dtype=object)
    if hasattr(values, "tolist") and hasattr(values, "dtype"):
        if values.dtype.kind not in "OUS" or values.ndim != 2:
            return None
        values = values.tolist()
    if not isinstance(values, (list, tuple)):
        return None
    rows = [row.tolist() if hasattr(row, "tolist") else row for row in values]
    if not all(isinstance(row, (list, tuple)) for row in rows):
        return None
    if not any(is_no_number(cell) for row in rows for cell in row):
        return None
    return rows


def is_no_number(cell: Any) -> bool:
    """Whether a value is text or missing in a way that numbers are not."""
    return cell is None or isinstance(cell, str) or type(cell).__name__ in _MISSING_TYPES


def encoded(rows: Sequence[Sequence[Any]]) -> Tuple[bytes, int, bytes]:
    """The doubles of the rows, their columns, and the fields 6 (text_columns) of a PredictRequest."""
    width = len(rows[0])
    for index, row in enumerate(rows):
        if len(row) != width:
            raise InvalidArgument(f"row {index} has {len(row)} values and row 0 has {width}; all have the same number")
    values = array("d", bytes(8 * width * len(rows)))
    fields: List[bytes] = []
    for column in range(width):
        texts = _fill(values, column, width, rows)
        if texts is not None:
            content = _wire.integer_field(1, column)
            content += b"".join(_wire.bytes_header(2, len(text)) + text for text in texts)
            fields.append(_wire.bytes_header(6, len(content)) + content)
    return struct.pack(f"<{len(values)}d", *values), width, b"".join(fields)


def _fill(values: array[float], column: int, width: int, rows: Sequence[Sequence[Any]]) -> Optional[Sequence[bytes]]:
    """Writes a column; returns its texts, none where all are missing, or nothing for a column of numbers."""
    positions: Dict[str, int] = {}
    number_row: Optional[int] = None
    none_rows: List[int] = []
    for index, row in enumerate(rows):
        cell = row[column]
        if isinstance(cell, str):
            value = float(positions.setdefault(cell, len(positions)))
        elif cell is None:
            value = _NONE
            none_rows.append(index)
        elif type(cell).__name__ in _MISSING_TYPES:
            value = _NAN
        else:
            try:
                value = float(cell)
            except (TypeError, ValueError, OverflowError):
                raise InvalidArgument(
                    f"row {index}, column {column}: {cell!r:.80} found; a number, text or None is expected"
                ) from None
            if value == value and number_row is None:
                number_row = index
        values[index * width + column] = value
    if number_row is None:
        try:
            return [text.encode() for text in positions]
        except UnicodeEncodeError as error:
            raise InvalidArgument(f"column {column}: text that is not Unicode found: {error}") from None
    if positions:
        raise InvalidArgument(
            f"column {column} has text ({next(iter(positions))!r:.80}) and numbers (in row {number_row}); "
            "one kind is expected"
        )
    # A number that is missing is NaN.
    for index in none_rows:
        values[index * width + column] = _NAN
    return None
