"""What callers may hand over as rows."""

from __future__ import annotations

import subprocess
import sys
from array import array
from typing import Any

import numpy as np
import pytest

from hearth_client import InvalidArgument
from hearth_client._rows import rows_from

oracle = pytest.importorskip("oracle", reason="protobuf is not installed")
PredictRequest = oracle.messages()["hearth.v1.PredictRequest"]

SIX = np.arange(6.0)


@pytest.mark.parametrize(
    "given,columns",
    [
        (list(range(6)), 0),
        ((0.0, 1, 2, 3, 4, 5), 0),
        ([[0, 1, 2], [3, 4, 5]], 3),
        ([[0, 1, 2, 3, 4, 5]], 6),
        (((0, 1), (2, 3), (4, 5)), 2),
        ([np.arange(3), np.arange(3, 6)], 3),
        ([np.float64(x) for x in range(6)], 0),
        ([np.int64(x) for x in range(6)], 0),
        (array("d", range(6)), 0),
        (array("f", range(6)), 0),
        (array("i", range(6)), 0),
        (SIX, 0),
        (SIX.reshape(2, 3), 3),
        (SIX.reshape(2, 3).astype(np.float32), 3),
        (SIX.reshape(2, 3).astype(np.int8), 3),
        (SIX.reshape(2, 3).astype(">f8"), 3),
        (np.asfortranarray(SIX.reshape(2, 3)), 3),
        (np.arange(12.0).reshape(2, 6)[:, :3] * [[1], [0]] + [[0, 0, 0], [3, 4, 5]], 3),
        (np.arange(5.0, -1, -1)[::-1], 0),
        (range(6), 0),
        (memoryview(SIX), 0),
    ],
)
def test_six_values_are_the_same_in_every_form(given: Any, columns: int) -> None:
    rows = rows_from(given)
    assert bytes(rows.buffer) == SIX.astype("<f8").tobytes()
    assert (rows.column_count, rows.byte_count) == (columns, 48)


def test_a_ready_array_is_not_copied() -> None:
    matrix = np.ones((1000, 8))
    assert np.shares_memory(np.frombuffer(rows_from(matrix).buffer), matrix)
    flat = array("d", [1.0, 2.0])
    assert np.shares_memory(np.frombuffer(rows_from(flat).buffer), np.frombuffer(flat))


@pytest.mark.parametrize("given", [[], (), array("d"), np.empty(0), np.empty((0, 3)), [[]]])
def test_no_rows_are_left_to_the_server_to_refuse(given: Any) -> None:
    assert rows_from(given).byte_count == 0


@pytest.mark.parametrize(
    "given",
    [
        ["1.5", "2"], "1.5,2", b"12345678", [1.0, "x"], [1.0, None], [[1, 2], [3]], [[1, 2], 3], [1.0, [2.0]], [1j], 5.0, None,
        np.ones((2, 2, 2)), np.array(5.0), np.array(["1"]), np.array([1j]), np.array(["2020-01-01"], "datetime64[D]"), {"a": 1},
        [[["1"]]], [10**400],
    ],
)  # fmt: skip
def test_what_is_no_rows_is_refused_before_it_is_sent(given: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        rows_from(given)
    assert isinstance(caught.value, ValueError) and len(caught.value.message) < 400


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_array_of_characters_is_refused() -> None:
    with pytest.raises(InvalidArgument):
        rows_from(array("u", "ab"))


class Frame:
    """As much of a pandas DataFrame as the client looks at."""

    columns = ("color", "age")

    def __init__(self, cells: Any) -> None:
        self.cells = np.array(cells, dtype=object)

    def __array__(self, *args: Any, **options: Any) -> Any:
        return self.cells

    def to_numpy(self, dtype: Any = None) -> Any:
        return self.cells.astype(dtype)


NAN = float("nan")
MIXED = [["red", 1.5], [None, NAN], ["r\u00e9d", 2], ["red", None], [NAN, 3]]


@pytest.mark.parametrize("given", [MIXED, np.array(MIXED, dtype=object), Frame(MIXED), [tuple(row) for row in MIXED]])
def test_texts_stand_once_beside_their_positions(given: Any) -> None:
    rows = rows_from(given)
    expected = [0, 1.5, -1, NAN, 1, 2, 0, NAN, NAN, 3]
    assert np.array_equal(np.frombuffer(rows.buffer), expected, equal_nan=True)
    assert (rows.column_count, rows.byte_count) == (2, 80)
    message = PredictRequest()
    message.ParseFromString(rows.texts)
    assert [(column.column, list(column.texts)) for column in message.text_columns] == [
        (0, [b"red", "r\u00e9d".encode()])
    ]
    assert rows.part(1, 2).texts == rows.texts


def test_a_column_that_is_missing_everywhere_is_of_either_kind() -> None:
    message = PredictRequest()
    message.ParseFromString(rows_from([[None, "x"], [NAN, "y"]]).texts)
    assert [(column.column, list(column.texts)) for column in message.text_columns] == [(0, []), (1, [b"x", b"y"])]


@pytest.mark.parametrize(
    "given,message",
    [
        ([["a", 1], ["b", "c"]], "column 1 has text ('c') and numbers (in row 0)"),
        ([["a", 1], ["b"]], "row 1 has 1 values and row 0 has 2"),
        ([["a", object()]], "a number, text or None is expected"),
        ([["\ud800"]], "column 0: text that is not Unicode found"),
    ],
)
def test_rows_with_text_that_contradict_themselves_are_refused(given: Any, message: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        rows_from(given)
    assert message in caught.value.message


def test_parts_are_views() -> None:
    matrix = np.arange(12.0).reshape(4, 3)
    part = rows_from(matrix).part(1, 2)
    assert np.frombuffer(part.buffer).tolist() == [3, 4, 5, 6, 7, 8] and part.column_count == 3
    assert np.shares_memory(np.frombuffer(part.buffer), matrix)


def test_without_numpy_lists_and_arrays_do() -> None:
    # In a process that cannot import NumPy.
    script = """
import sys
sys.modules["numpy"] = None
from array import array
from hearth_client import _rows, _inference, _wire
from hearth_client import InvalidArgument
assert not _rows.HAS_NUMPY
for given in ([[0, 1, 2], [3, 4, 5]], [(0, 1, 2), array("d", [3, 4, 5])]):
    rows = _rows.rows_from(given)
    assert bytes(rows.buffer) == array("d", range(6)).tobytes() and rows.column_count == 3
assert _rows.rows_from(range(6)).byte_count == 48
assert _rows.rows_from([]).byte_count == 0
texts = _rows.rows_from([["b", 1], [None, 2.5], ["b", None]])
assert bytes(texts.buffer) == array("d", [0, 1, -1, 2.5, 0, float("nan")]).tobytes() and texts.column_count == 2
assert texts.texts == b"2\\x03\\x12\\x01b"
for bad in ("12", [[1], [2, 3]], [1, None], 5, None, ["1"], [["1", 2], [1, 2]]):
    try: _rows.rows_from(bad)
    except InvalidArgument: pass
    else: raise AssertionError(bad)
data = array("d", range(6)).tobytes()
assert _rows.doubles(b"x" + data, 1, 48, 1, is_owned=False) == array("d", range(6))
assert _rows.doubles(data, 0, 48, 3, is_owned=False) == [array("d", [0, 1, 2]), array("d", [3, 4, 5])]
assert _rows.flags(b"\\x01\\x00", 0, 2) == [True, False]
assert _rows.concatenated([array("d", [1]), array("d", [2])]) == array("d", [1, 2])
output = _wire.text_field(1, "predict") + _wire.integer_field(2, 1) + _wire.bytes_field(3, data[:8])
message = _wire.integer_field(5, 1) + _wire.bytes_field(6, output)
for _ in range(2):
    found, layout = _inference.read_prediction(message, 0, len(message), None, is_owned=False)
    assert found["predict"] == array("d", [0.0]) and layout is None
print("done")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == "done\n", done.stderr
