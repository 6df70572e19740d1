"""Answers that the fake server gives."""

from __future__ import annotations

import struct
from typing import Any, Dict, List, Optional, Sequence, Tuple

from fake_server import Request

from hearth_client import _wire


def predict_request(payload: bytes) -> Tuple[str, str, int, List[float], List[str]]:
    """model_name, model_version, column_count, values, outputs."""
    values: Dict[int, Any] = {1: b"", 2: b"", 3: 0, 4: b""}
    outputs = []
    for number, kind, first, last in _wire.fields(payload, 0, len(payload)):
        if number == 5:
            outputs.append(payload[first:last].decode())
        else:
            values[number] = first if kind == _wire.VARINT else payload[first:last]
    numbers = list(struct.unpack(f"<{len(values[4]) // 8}d", values[4]))
    return values[1].decode(), values[2].decode(), values[3], numbers, outputs


def prediction(
    values: Sequence[float], version: str = "v1", generation: int = 1, name: str = "m", output_name: str = "predict"
) -> bytes:
    """A PredictResponse with one output."""
    data = struct.pack(f"<{len(values)}d", *values)
    output = _wire.text_field(1, output_name) + _wire.integer_field(2, 1) + _wire.bytes_field(3, data)
    return (
        _wire.text_field(1, name) + _wire.text_field(2, version) + _wire.integer_field(3, generation)
        + _wire.integer_field(4, 1) + _wire.integer_field(5, len(values)) + _wire.bytes_header(6, len(output)) + output
    )  # fmt: skip


def sums(request: Request, version: Optional[str] = None) -> bytes:
    """Predicts the sum of each row."""
    name, asked, columns, values, _ = predict_request(request.payload)
    columns = columns or len(values)
    rows = [sum(values[index : index + columns]) for index in range(0, len(values), columns)]
    return prediction(rows, version or asked or "v1", 0 if asked else 1, name)


def stats(version: str = "1") -> bytes:
    """A StatsResponse."""
    return _wire.text_field(1, version)


def event(model: str, kind: str) -> bytes:
    """A WatchEvent."""
    return _wire.text_field(1, model) + _wire.text_field(5, kind)
