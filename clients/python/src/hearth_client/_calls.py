"""What the two clients share: everything about a call but how it waits."""

from __future__ import annotations

import os
from typing import Any, Dict, Generic, Optional, Sequence, Tuple, TypeVar

from . import _inference, _messages, _wire
from ._frames import DATA_BYTE_COUNT_MAX, Route
from ._parts import value_byte_count_max
from ._rows import Rows, rows_from
from ._transport import Reader
from .errors import InvalidArgument
from .results import (
    Detection,
    ModelDetails,
    ModelList,
    PointerChange,
    Prediction,
    ReloadResult,
    ServerStats,
)  # fmt: skip

Value = TypeVar("Value")

DEFAULT_SOCKET_PATH = "/run/hearth/hearth.sock"
DEFAULT_TIMEOUT = 2.0

_LAYOUT_COUNT_MAX = 256
_SURELY_FITS_BYTE_COUNT = 1 << 20


def socket_path_or_default(path: Optional[os.PathLike[str] | str]) -> str:
    """Where hearthd listens: as given, else HEARTH_SOCKET, else its default."""
    return os.fspath(path) if path is not None else os.environ.get("HEARTH_SOCKET") or DEFAULT_SOCKET_PATH


class Operation(Generic[Value]):
    """One call: what goes out, how the answer is read, and whether it may be made twice."""

    __slots__ = ("byte_count", "is_idempotent", "payload", "read", "route")

    def __init__(
        self,
        route: Route,
        payload: Sequence[_wire.Buffer],
        byte_count: int,
        read: Reader[Value],
        is_idempotent: bool,
    ) -> None:
        self.route = route
        self.payload = payload
        self.byte_count = byte_count
        self.read = read
        self.is_idempotent = is_idempotent


class Layouts:
    """The last layout of each kind of answer. Shared by threads: each operation on it is one of a dict, and layouts
    never change."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: Dict[Tuple[Any, ...], _inference.Layout] = {}

    def read(self, key: Tuple[Any, ...], data: _wire.Buffer, start: int, end: int, is_owned: bool) -> Prediction:
        """Reads a PredictResponse."""
        known = self._known.get(key)
        prediction, layout = _inference.read_prediction(data, start, end, known, is_owned=is_owned)
        if layout is not known and layout is not None:
            if len(self._known) >= _LAYOUT_COUNT_MAX:
                self._known.clear()
            self._known[key] = layout
        return prediction


class PredictCall:
    """A call to `predict`, before it is cut into operations."""

    __slots__ = ("layouts", "message_byte_count_max", "model", "outputs", "rows", "version")

    def __init__(
        self,
        model: str,
        rows: Any,
        version: Optional[str],
        outputs: Optional[Sequence[str]],
        layouts: Layouts,
        message_byte_count_max: int = DATA_BYTE_COUNT_MAX,
    ) -> None:
        if isinstance(outputs, str):
            raise InvalidArgument(f"outputs is a list of names; found {outputs!r}, expected [{outputs!r}]")
        self.model = model
        self.version = version or ""
        self.outputs = tuple(outputs) if outputs else ()
        self.rows = rows_from(rows)
        self.layouts = layouts
        self.message_byte_count_max = message_byte_count_max
        """What the lane takes at once."""

    @property
    def byte_count_max(self) -> int:
        """The most bytes of values that one message holds."""
        whole = value_byte_count_max(self.message_byte_count_max, self.model, self.version, self.outputs)
        return whole - len(self.rows.texts)

    def fits(self) -> bool:
        """Whether one message holds the request."""
        byte_count = self.rows.byte_count
        return byte_count + len(self.rows.texts) <= _SURELY_FITS_BYTE_COUNT or byte_count <= self.byte_count_max

    def operation(self, rows: Rows, version: str) -> Operation[Prediction]:
        """The call for some of the rows."""
        head = _inference.predict_head(self.model, version, rows.column_count, rows.byte_count)
        tail = _inference.predict_tail(self.outputs)
        if rows.texts:
            tail += rows.texts
        key = (self.model, version, self.outputs, rows.byte_count)
        layouts = self.layouts
        return Operation(
            _inference.PREDICT,
            (head, rows.buffer, tail),
            len(head) + rows.byte_count + len(tail),
            lambda data, start, end, is_owned: layouts.read(key, data, start, end, is_owned),
            True,
        )


def detect(series: str, values: Any, model_type: Optional[str], version: Optional[str]) -> Operation[Detection]:
    """A call to `detect`."""
    rows = rows_from(values)
    if rows.texts:
        raise InvalidArgument("the values of a series are numbers; text or None found")
    head = _inference.detect_head(series, model_type or "", version or "", rows.column_count, rows.byte_count)
    return Operation(
        _inference.DETECT,
        (head, rows.buffer),
        len(head) + rows.byte_count,
        lambda data, start, end, is_owned: _inference.read_detection(data, start, end, is_owned=is_owned),
        True,
    )


def _control(route: Route, payload: bytes, kind: type[Value], *, is_idempotent: bool) -> Operation[Value]:
    return Operation(
        route,
        (payload,),
        len(payload),
        lambda data, start, end, _: _messages.decode(kind, data, start, end),
        is_idempotent,
    )


def reload(model: Optional[str]) -> Operation[ReloadResult]:
    """A call to `reload`."""
    return _control(_messages.RELOAD, _messages.reload_request(model or ""), ReloadResult, is_idempotent=False)


def models(model: Optional[str], limit: int) -> Operation[ModelList]:
    """A call to `models`."""
    return _control(_messages.LIST, _messages.list_request(model or "", limit), ModelList, is_idempotent=True)


def get(model: str, version: Optional[str]) -> Operation[ModelDetails]:
    """A call to `get`."""
    return _control(_messages.GET, _messages.get_request(model, version or ""), ModelDetails, is_idempotent=True)


def promote(model: str, version: str, expected_generation: int, reason: str) -> Operation[PointerChange]:
    """A call to `promote`."""
    payload = _messages.promote_request(model, version, expected_generation, reason)
    return _control(_messages.PROMOTE, payload, PointerChange, is_idempotent=False)


def rollback(model: str, expected_generation: int, reason: str) -> Operation[PointerChange]:
    """A call to `rollback`."""
    payload = _messages.rollback_request(model, expected_generation, reason)
    return _control(_messages.ROLLBACK, payload, PointerChange, is_idempotent=False)


def stats() -> Operation[ServerStats]:
    """A call to `stats`."""
    return _control(_messages.STATS, b"", ServerStats, is_idempotent=True)
