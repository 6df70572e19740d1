"""What calls answer with."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Optional, Tuple

if TYPE_CHECKING:
    from ._rows import BoolArray, FloatArray


class Source(enum.IntEnum):
    """Who answered a call."""

    UNSPECIFIED = 0
    FILE = 1
    """A version read from the model directory."""
    DATABASE = 2
    """A version read from a database BLOB."""
    ZSCORE = 3
    """No model: a z-score over the request's own values."""


class Prediction:
    """The answer to `predict`."""

    __slots__ = ("generation", "labels", "model_name", "model_version", "outputs", "row_count", "source")

    def __init__(
        self,
        model_name: str,
        model_version: str,
        generation: int,
        source: Source,
        row_count: int,
        outputs: Dict[str, FloatArray],
        labels: Mapping[str, List[str]],
    ) -> None:
        self.model_name = model_name
        self.model_version = model_version
        """The model_id that answered."""
        self.generation = generation
        """The generation of the production pointer that the model was loaded for; 0 when it was asked for by id."""
        self.source = source
        self.row_count = row_count
        self.outputs = outputs
        """By name, of shape (rows,) or (rows, width). Without NumPy: array('d'), or a list of one array('d') per
        row."""
        self.labels = labels
        """For outputs that are text classes: a label per value, rows one after the other; the output itself then holds
        class indices. Classes that are numbers stand in the output themselves."""

    def __getitem__(self, name: str) -> FloatArray:
        """One output, as `outputs[name]`."""
        return self.outputs[name]

    def __repr__(self) -> str:
        return (
            f"Prediction(model_name={self.model_name!r}, model_version={self.model_version!r}, "
            f"generation={self.generation}, source={self.source.name}, row_count={self.row_count}, "
            f"outputs={self.outputs!r}, labels={dict(self.labels)!r})"
        )


class Detection:
    """The answer to `detect`."""

    __slots__ = (
        "anomalies", "first_point", "generation", "model_name", "model_version", "scores", "source", "threshold",
    )  # fmt: skip

    def __init__(
        self,
        model_name: str,
        model_version: str,
        generation: int,
        source: Source,
        threshold: float,
        scores: FloatArray,
        anomalies: BoolArray,
        first_point: int,
    ) -> None:
        self.model_name = model_name
        self.model_version = model_version
        """The model_id that answered."""
        self.generation = generation
        """The generation of the production pointer that the model was loaded for; 0 when it was asked for by id."""
        self.source = source
        self.threshold = threshold
        """The score at or beyond which a point is an anomaly, for this model."""
        self.scores = scores
        """One per point that was scored, higher = worse."""
        self.anomalies = anomalies
        """One per point that was scored. Without NumPy: a list of bool."""
        self.first_point = first_point
        """The index of the first point that was scored: a model over windows of w points cannot score the first w -
        1."""

    def __repr__(self) -> str:
        return (
            f"Detection(model_name={self.model_name!r}, model_version={self.model_version!r}, "
            f"generation={self.generation}, source={self.source.name}, threshold={self.threshold!r}, "
            f"scores={self.scores!r}, anomalies={self.anomalies!r}, first_point={self.first_point})"
        )


# The messages of hearth.v1.Models. A field's metadata are its number and its kind on the wire: see _messages.


def _text(number: int) -> Any:
    return field(default="", metadata={"wire": (number, "text")})


def _unsigned(number: int) -> Any:
    return field(default=0, metadata={"wire": (number, "unsigned")})


def _signed(number: int) -> Any:
    return field(default=0, metadata={"wire": (number, "signed")})


def _double(number: int) -> Any:
    return field(default=0.0, metadata={"wire": (number, "double")})


def _bool(number: int) -> Any:
    return field(default=False, metadata={"wire": (number, "bool")})


def _texts(number: int) -> Any:
    return field(default=(), metadata={"wire": (number, "texts")})


def _message(number: int, kind: type) -> Any:
    return field(default=None, metadata={"wire": (number, "message"), "of": kind})


def _messages(number: int, kind: type) -> Any:
    return field(default=(), metadata={"wire": (number, "messages"), "of": kind})


@dataclass(frozen=True)
class ServedModel:
    """What the server holds for one version."""

    model_name: str = _text(1)
    model_version: str = _text(2)
    generation: int = _unsigned(3)
    state: str = _text(4)
    """START, LOADING, AVAILABLE, FAILED (with `error`), UNLOADED."""
    production: bool = _bool(5)
    pinned: bool = _bool(6)
    mapped_bytes: int = _unsigned(7)
    calls: int = _unsigned(8)
    error: str = _text(9)
    load_milliseconds: float = _double(10)


@dataclass(frozen=True)
class ModelVersion:
    """One row of the registry."""

    model_name: str = _text(1)
    model_version: str = _text(2)
    status: str = _text(3)
    model_type: str = _text(4)
    metric_type: str = _text(5)
    symbol: str = _text(6)
    timeframe: str = _text(7)
    path: str = _text(8)
    size_bytes: int = _unsigned(9)
    created_at: str = _text(10)
    metrics_json: str = _text(11)
    """One JSON object; empty when there are none."""
    parameters_json: str = _text(12)
    production: bool = _bool(13)
    generation: int = _unsigned(14)
    error: str = _text(15)


@dataclass(frozen=True)
class ReloadResult:
    """What the server holds after a reload."""

    head_version: int = _signed(1)
    """The registry head that the server has caught up with."""
    models: Tuple[ServedModel, ...] = _messages(2, ServedModel)


@dataclass(frozen=True)
class ModelList:
    """Versions of the registry, newest first, and what the server holds of them."""

    versions: Tuple[ModelVersion, ...] = _messages(1, ModelVersion)
    served: Tuple[ServedModel, ...] = _messages(2, ServedModel)


@dataclass(frozen=True)
class ModelDetails:
    """One version, and what it takes and gives."""

    version: Optional[ModelVersion] = _message(1, ModelVersion)
    served: Optional[ServedModel] = _message(2, ServedModel)
    columns: Tuple[str, ...] = _texts(3)
    column_count: int = _unsigned(4)
    """Values per row."""
    outputs: Tuple[str, ...] = _texts(5)
    threshold: float = _double(6)


@dataclass(frozen=True)
class PointerChange:
    """A change of the production version."""

    model_name: str = _text(1)
    model_version: str = _text(2)
    previous_model_version: str = _text(3)
    generation: int = _unsigned(4)
    head_version: int = _signed(5)
    changed_at_microseconds: int = _signed(6)
    """When the change was committed: microseconds since 1970-01-01T00:00:00Z."""


@dataclass(frozen=True)
class Counter:
    """One of the server's counters."""

    name: str = _text(1)
    value: int = _unsigned(2)


@dataclass(frozen=True)
class ServerStats:
    """How the server is doing."""

    version: str = _text(1)
    uptime_seconds: float = _double(2)
    wait_policy: str = _text(3)
    workers: int = _unsigned(4)
    cache_bytes: int = _unsigned(5)
    cache_byte_budget: int = _unsigned(6)
    head_version: int = _signed(7)
    counters: Tuple[Counter, ...] = _messages(8, Counter)
    models: Tuple[ServedModel, ...] = _messages(9, ServedModel)


@dataclass(frozen=True)
class ModelEvent:
    """A change of what the server holds."""

    model_name: str = _text(1)
    model_version: str = _text(2)
    previous_model_version: str = _text(3)
    generation: int = _unsigned(4)
    kind: str = _text(5)
    """`available`, `swapped`, `failed`, `unloaded`."""
    error: str = _text(6)
    at_microseconds: int = _signed(7)
    """Microseconds since 1970-01-01T00:00:00Z."""
