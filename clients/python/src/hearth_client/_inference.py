"""The messages of the data plane, hearth.v1.Inference: `Predict` and `Detect`.

Requests come in three pieces, so that the rows go to the socket from where they lie: what stands before them, the rows,
what stands after them. The first and the last are the same in most calls and are kept.
"""

from __future__ import annotations

import functools
from typing import Any, Dict, List, Optional, Tuple

from . import _wire
from ._frames import Route
from ._rows import HAS_NUMPY, doubles, flags, gathered
from .errors import unreadable
from .results import Detection, Prediction, Source

_SERVICE = "hearth.v1.Inference"
PREDICT: Route = (_SERVICE, "Predict")
DETECT: Route = (_SERVICE, "Detect")

_SOURCES = {source.value: source for source in Source}


@functools.lru_cache(maxsize=1024)
def predict_head(model: str, version: str, column_count: int, value_byte_count: int) -> bytes:
    """A PredictRequest up to its values: 1 model_name, 2 model_version, 3 column_count, 4 values."""
    head = _wire.text_field(1, model) + _wire.text_field(2, version) + _wire.integer_field(3, column_count)
    return head + _wire.bytes_header(4, value_byte_count) if value_byte_count else head


@functools.lru_cache(maxsize=256)
def predict_tail(outputs: Tuple[str, ...]) -> bytes:
    """A PredictRequest after its values: 5 outputs."""
    return b"".join(_wire.bytes_header(5, len(name.encode())) + name.encode() for name in outputs)


@functools.lru_cache(maxsize=1024)
def detect_head(series: str, model_type: str, version: str, column_count: int, value_byte_count: int) -> bytes:
    """A DetectRequest up to its values, which are its end: 1 series, 2 model_type, 3 model_version, 4 column_count, 5
    values."""
    head = _wire.text_field(1, series) + _wire.text_field(2, model_type) + _wire.text_field(3, version)
    head += _wire.integer_field(4, column_count)
    return head + _wire.bytes_header(5, value_byte_count) if value_byte_count else head


class Layout:
    """Where everything lies in one PredictResponse.

    Consecutive answers to the same kind of call differ in their numbers only. So a reader keeps the last layout: when
    all bytes between the numbers are the same again, everything but the numbers is.
    """

    __slots__ = ("between", "byte_count", "fields", "outputs")

    def __init__(
        self,
        byte_count: int,
        fields: Tuple[str, str, int, Source, int],
        outputs: List[Tuple[str, int, int, int]],
        between: List[Tuple[int, int, bytes]],
    ) -> None:
        self.byte_count = byte_count
        self.fields = fields
        """model_name, model_version, generation, source, row_count."""
        self.outputs = outputs
        """Of each output: name, width, where its values begin and end."""
        self.between = between
        """Everything else: start, end, the bytes."""

    def fits(self, data: _wire.Buffer, start: int, end: int) -> bool:
        """Whether a message has this layout."""
        if end - start != self.byte_count:
            return False
        for first, last, content in self.between:
            if data[start + first : start + last] != content:
                return False
        return True

    def prediction(self, data: _wire.Buffer, start: int) -> Prediction:
        """The message's content."""
        values = gathered(data, [(start + first, start + last) for _, _, first, last in self.outputs])
        outputs: Dict[str, Any] = {}
        position = 0
        for name, width, first, last in self.outputs:
            count = (last - first) >> 3
            part = values[position : position + count]
            outputs[name] = part if width <= 1 else part.reshape(-1, width)
            position += count
        return Prediction(*self.fields, outputs, {})


def read_prediction(
    data: _wire.Buffer, start: int, end: int, known: Optional[Layout], *, is_owned: bool
) -> Tuple[Prediction, Optional[Layout]]:
    """Reads a PredictResponse, and gives its layout for the next one. `is_owned`: see `doubles`."""
    if known is not None and known.fits(data, start, end):
        return known.prediction(data, start), known
    name = version = ""
    generation = source = row_count = 0
    outputs: Dict[str, Any] = {}
    labels: Dict[str, List[str]] = {}
    places: List[Tuple[str, int, int, int]] = []
    for number, kind, first, last in _wire.fields(data, start, end):
        if kind != (_wire.BYTES if number in (1, 2, 6) else _wire.VARINT) and number <= 6:
            raise unreadable("answer to Predict")
        if number == 1:
            name = _wire.read_text(data, first, last)
        elif number == 2:
            version = _wire.read_text(data, first, last)
        elif number == 3:
            generation = first
        elif number == 4:
            source = first
        elif number == 5:
            row_count = first
        elif number == 6:
            output, width, place, texts = _read_output(data, first, last)
            if (place[1] - place[0]) % (8 * max(1, width)):
                raise unreadable("answer to Predict")
            outputs[output] = doubles(data, place[0], place[1] - place[0], width, is_owned=is_owned)
            places.append((output, width, place[0] - start, place[1] - start))
            if texts:
                labels[output] = texts
    for _, width, begin, stop in places:
        if stop - begin != row_count * width * 8:
            raise unreadable("answer to Predict")
    fields = (name, version, generation, _SOURCES.get(source, Source.UNSPECIFIED), row_count)
    layout = None
    # A layout is worth keeping for short answers: those of a row or a few.
    if not labels and end - start <= 1 << 14 and HAS_NUMPY:
        layout = Layout(end - start, fields, places, _between(data, start, end, places))
    return Prediction(*fields, outputs, labels), layout


def _between(
    data: _wire.Buffer, start: int, end: int, places: List[Tuple[str, int, int, int]]
) -> List[Tuple[int, int, bytes]]:
    between = []
    position = 0
    for first, last in [place[2:] for place in places] + [(end - start, end - start)]:
        if position < first:
            between.append((position, first, bytes(data[start + position : start + first])))
        position = last
    return between


def _read_output(data: _wire.Buffer, start: int, end: int) -> Tuple[str, int, Tuple[int, int], List[str]]:
    """An Output: 1 name, 2 width, 3 values (packed, in one piece: every encoder writes them so), 4 labels."""
    name, width = "", 0
    values = (start, start)
    labels: List[str] = []
    for number, kind, first, last in _wire.fields(data, start, end):
        if number <= 4 and kind != (_wire.VARINT if number == 2 else _wire.BYTES):
            raise unreadable("answer to Predict")
        if number == 1:
            name = _wire.read_text(data, first, last)
        elif number == 2:
            width = first
        elif number == 3:
            values = (first, last)
        elif number == 4:
            labels.append(_wire.read_text(data, first, last))
    return name, width, values, labels


def read_detection(data: _wire.Buffer, start: int, end: int, *, is_owned: bool) -> Detection:
    """Reads a DetectResponse: 1 to 4 as in a PredictResponse, 5 threshold, 6 scores, 7 anomalies, 8 first_point."""
    name = version = ""
    generation = source = first_point = 0
    threshold = 0.0
    scores = anomalies = (start, start)
    for number, kind, first, last in _wire.fields(data, start, end):
        wanted = _wire.BYTES if number in (1, 2, 6, 7) else _wire.FIXED64 if number == 5 else _wire.VARINT
        if number <= 8 and kind != wanted:
            raise unreadable("answer to Detect")
        if number == 1:
            name = _wire.read_text(data, first, last)
        elif number == 2:
            version = _wire.read_text(data, first, last)
        elif number == 3:
            generation = first
        elif number == 4:
            source = first
        elif number == 5:
            threshold = _wire.read_double(data, first)
        elif number == 6:
            scores = (first, last)
        elif number == 7:
            anomalies = (first, last)
        elif number == 8:
            first_point = first
    score_byte_count = scores[1] - scores[0]
    if score_byte_count != (anomalies[1] - anomalies[0]) * 8:
        raise unreadable("answer to Detect")
    return Detection(
        name,
        version,
        generation,
        _SOURCES.get(source, Source.UNSPECIFIED),
        threshold,
        doubles(data, scores[0], score_byte_count, 1, is_owned=is_owned),
        flags(data, anomalies[0], anomalies[1]),
        first_point,
    )
