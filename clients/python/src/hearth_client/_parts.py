"""Batches beyond one message, in parts that one and the same version answers."""

from __future__ import annotations

from typing import Any, Dict, Generator, List, Sequence, Tuple

from ._rows import Rows, concatenated
from .errors import FailedPrecondition, HearthError, InvalidArgument, NotFound, ResourceExhausted
from .results import Prediction

Part = Tuple[Rows, str]
"""Rows for one call, and the version to ask."""

_RESTART_COUNT_MAX = 3


def value_byte_count_max(message_byte_count_max: int, model: str, version: str, outputs: Sequence[str]) -> int:
    """The most bytes of values that fit one message beside the names. (A character has four bytes at most.)"""
    return message_byte_count_max - 256 - 4 * (len(model) + len(version)) - sum(4 * len(name) + 8 for name in outputs)


def is_reply_too_large(error: HearthError) -> bool:
    """Whether fewer rows in one call would help: the server's other exhaustions say nothing of a reply."""
    return isinstance(error, ResourceExhausted) and "reply" in error.message


def parts(rows: Rows, version: str, byte_count_max: int) -> Generator[Part, Prediction, Prediction]:
    """Asks for one call after the other and puts the answers together.

    The first part is answered by the production version, unless one is asked for; the others name the version that
    answered the first. Should that one be gone meanwhile, everything is done again with the new one. A reply that is
    too large for a message makes the parts smaller.
    """
    stride = rows.column_count * 8
    if not 0 < stride <= byte_count_max:
        raise InvalidArgument(f"rows of {rows.column_count} columns do not fit messages of {byte_count_max} bytes")
    total = rows.byte_count // stride
    if total * stride != rows.byte_count:
        raise InvalidArgument(
            f"{rows.byte_count // 8} values found; they are no whole rows of {rows.column_count} columns"
        )
    size = byte_count_max // stride
    restart_count = 0
    while True:
        answers: List[Prediction] = []
        position, asked = 0, version
        try:
            while position < total:
                count = min(size, total - position)
                try:
                    answer = yield rows.part(position, count), asked
                except ResourceExhausted as error:
                    if count == 1 or not is_reply_too_large(error):
                        raise
                    size = count // 2
                    continue
                answers.append(answer)
                position += count
                asked = answer.model_version
            return _together(answers)
        except (NotFound, FailedPrecondition):
            if version or not answers or restart_count == _RESTART_COUNT_MAX:
                raise
            restart_count += 1


def _together(answers: Sequence[Prediction]) -> Prediction:
    first = answers[0]
    outputs: Dict[str, Any] = {
        name: concatenated([answer.outputs[name] for answer in answers]) for name in first.outputs
    }
    labels = {name: [text for answer in answers for text in answer.labels[name]] for name in first.labels}
    return Prediction(
        first.model_name,
        first.model_version,
        first.generation,
        first.source,
        sum(answer.row_count for answer in answers),
        outputs,
        labels,
    )
