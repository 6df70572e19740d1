"""The messages of the control plane, hearth.v1.Models: written from and read into the dataclasses of `results`."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any, Dict, Hashable, Tuple, Type, TypeVar, cast

from . import _wire
from ._frames import Route
from .errors import InvalidArgument, unreadable

Message = TypeVar("Message")

_SERVICE = "hearth.v1.Models"
RELOAD: Route = (_SERVICE, "Reload")
LIST: Route = (_SERVICE, "List")
GET: Route = (_SERVICE, "Get")
PROMOTE: Route = (_SERVICE, "Promote")
ROLLBACK: Route = (_SERVICE, "Rollback")
STATS: Route = (_SERVICE, "Stats")
WATCH: Route = (_SERVICE, "Watch")

_WIRE_TYPES = {"unsigned": _wire.VARINT, "signed": _wire.VARINT, "bool": _wire.VARINT, "double": _wire.FIXED64}


def reload_request(model: str) -> bytes:
    """A ReloadRequest; also a WatchRequest, which is the same."""
    return _wire.text_field(1, model)


watch_request = reload_request


def list_request(model: str, limit: int) -> bytes:
    """A ListRequest."""
    return _wire.text_field(1, model) + _wire.integer_field(2, _not_negative(limit, "limit", 32))


def get_request(model: str, version: str) -> bytes:
    """A GetRequest."""
    return _wire.text_field(1, model) + _wire.text_field(2, version)


def promote_request(model: str, version: str, expected_generation: int, reason: str, force: bool) -> bytes:
    """A PromoteRequest."""
    generation = _wire.integer_field(3, _not_negative(expected_generation, "expected_generation", 64))
    return get_request(model, version) + generation + _wire.text_field(4, reason) + _wire.integer_field(5, int(force))


def rollback_request(model: str, expected_generation: int, reason: str) -> bytes:
    """A RollbackRequest."""
    generation = _wire.integer_field(2, _not_negative(expected_generation, "expected_generation", 64))
    return _wire.text_field(1, model) + generation + _wire.text_field(3, reason)


def _not_negative(value: int, name: str, bits: int) -> int:
    if not 0 <= value < 1 << bits:
        raise InvalidArgument(f"{name} is {value}; it must be 0 or above and fit {bits} bits")
    return value


@functools.lru_cache(maxsize=None)
def _table(kind: Hashable) -> Dict[int, Tuple[str, str, Any]]:
    """The fields of a message by number: (attribute, kind, message type)."""
    return {
        field.metadata["wire"][0]: (field.name, field.metadata["wire"][1], field.metadata.get("of"))
        for field in dataclasses.fields(cast(Any, kind))
    }


def decode(kind: Type[Message], data: _wire.Buffer, start: int, end: int) -> Message:
    """Reads a message; fields that are unknown here are skipped."""
    table = _table(cast(Hashable, kind))
    values: Dict[str, Any] = {}
    for number, wire_type, first, last in _wire.fields(data, start, end):
        known = table.get(number)
        if known is None:
            continue
        name, what, of = known
        if wire_type != _WIRE_TYPES.get(what, _wire.BYTES):
            raise unreadable("answer")
        if what == "unsigned":
            values[name] = first
        elif what == "text":
            values[name] = _wire.read_text(data, first, last)
        elif what == "bool":
            values[name] = first != 0
        elif what == "double":
            values[name] = _wire.read_double(data, first)
        elif what == "signed":
            values[name] = _wire.signed(first)
        elif what == "message":
            values[name] = decode(of, data, first, last)
        else:
            item = decode(of, data, first, last) if what == "messages" else _wire.read_text(data, first, last)
            values.setdefault(name, []).append(item)
    for name, value in values.items():
        if type(value) is list:
            values[name] = tuple(value)
    return kind(**values)
