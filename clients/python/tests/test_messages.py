"""The hand-written messages against protobuf's own runtime, both ways, and bytes that are none."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import numpy as np
import pytest

from hearth_client import DataLoss, Source, _frames, _inference, _messages, _wire, results
from hearth_client._rows import rows_from

oracle = pytest.importorskip("oracle", reason="protobuf is not installed")
if oracle.protos_folder() is None:
    pytest.skip("outside of the repository: there are no Protos to compare with", allow_module_level=True)
PROTOS = oracle.messages()

RESULTS = {
    "ReloadResponse": results.ReloadResult,
    "ListResponse": results.ModelList,
    "GetResponse": results.ModelDetails,
    "PointerResponse": results.PointerChange,
    "StatsResponse": results.ServerStats,
    "WatchEvent": results.ModelEvent,
    "ServedModel": results.ServedModel,
    "ModelVersion": results.ModelVersion,
    "Counter": results.Counter,
}


def fill(message: Any, chance: random.Random, depth: int = 0) -> Any:
    """Random values in every field; some stay as they are."""
    for field in message.DESCRIPTOR.fields:
        if chance.random() < 0.2:
            continue
        repeated = field.is_repeated if hasattr(field, "is_repeated") else field.label == field.LABEL_REPEATED

        def value() -> Any:
            if field.type == field.TYPE_STRING:
                return chance.choice(["", "a", "şüphe", "x" * 300])
            if field.type == field.TYPE_BOOL:
                return chance.random() < 0.5
            if field.type == field.TYPE_DOUBLE:
                return chance.choice([0.0, -0.0, 1.5, float("inf"), chance.gauss(0, 1e9)])
            if field.type == field.TYPE_INT64:
                return chance.choice([0, 1, -1, 2**63 - 1, -(2**63), 300])
            return chance.choice([0, 1, 127, 128, 2**32 - 1])

        if field.type == field.TYPE_MESSAGE:
            for _ in range(chance.randrange(3) if repeated else 1):
                inner = getattr(message, field.name)
                fill(inner.add() if repeated else inner, chance, depth + 1)
                if not repeated:
                    inner.SetInParent()
        elif repeated:
            getattr(message, field.name).extend(value() for _ in range(chance.randrange(4)))
        else:
            setattr(message, field.name, value())
    return message


def same(found: Any, expected: Any) -> None:
    for field in dataclasses.fields(found):
        mine, theirs = getattr(found, field.name), getattr(expected, field.name)
        kind = field.metadata["wire"][1]
        if kind == "messages":
            assert len(mine) == len(theirs)
            for one, other in zip(mine, theirs):
                same(one, other)
        elif kind == "message":
            assert (mine is not None) == expected.HasField(field.name)
            if mine is not None:
                same(mine, theirs)
        elif kind == "texts":
            assert mine == tuple(theirs)
        else:
            assert mine == theirs


@pytest.mark.parametrize("name", RESULTS)
def test_a_reply_reads_as_protobuf_reads_it(name: str) -> None:
    chance = random.Random(name)
    assert {f.name for f in dataclasses.fields(RESULTS[name])} == set(
        PROTOS["hearth.v1." + name].DESCRIPTOR.fields_by_name
    )
    for _ in range(200):
        message = fill(PROTOS["hearth.v1." + name](), chance)
        data = message.SerializeToString()
        same(_messages.decode(RESULTS[name], b"xx" + data + b"xx", 2, 2 + len(data)), message)


@pytest.mark.parametrize("name", RESULTS)
def test_a_reply_cut_anywhere_or_with_a_changed_byte_is_refused_or_read_but_never_crashes(name: str) -> None:
    chance = random.Random(name)
    data = fill(PROTOS["hearth.v1." + name](), chance).SerializeToString()
    for _ in range(1000):
        broken = bytearray(data[: chance.randrange(len(data) + 1)])
        if broken:
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            _messages.decode(RESULTS[name], broken, 0, len(broken))
        except DataLoss:
            pass


def test_requests_are_what_protobuf_writes() -> None:
    proto = {name.split(".")[-1]: kind for name, kind in PROTOS.items()}
    assert _messages.reload_request("m") == proto["ReloadRequest"](model_name="m").SerializeToString()
    assert _messages.watch_request("m") == proto["WatchRequest"](model_name="m").SerializeToString()
    assert _messages.list_request("m", 7) == proto["ListRequest"](model_name="m", limit=7).SerializeToString()
    assert _messages.get_request("m", "v") == proto["GetRequest"](model_name="m", model_version="v").SerializeToString()
    for force in (False, True):
        assert (
            _messages.promote_request("m", "v", 2**63, "why", force)
            == proto["PromoteRequest"](
                model_name="m", model_version="v", expected_generation=2**63, reason="why", force=force
            ).SerializeToString()
        )
    assert (
        _messages.rollback_request("m", 3, "why")
        == proto["RollbackRequest"](model_name="m", expected_generation=3, reason="why").SerializeToString()
    )


@pytest.mark.parametrize("version", ["", "ş_1"])
@pytest.mark.parametrize("rows", [[], [[1.5, -0.0, float("inf")]], np.ones((40, 3))])
@pytest.mark.parametrize("outputs", [(), ("predict", "")])
def test_a_predict_request_is_what_protobuf_writes(rows: Any, version: str, outputs: Any) -> None:
    taken = rows_from(rows)
    mine = _inference.predict_head("m", version, taken.column_count, taken.byte_count)
    mine += bytes(taken.buffer) + _inference.predict_tail(outputs)
    flat = np.asarray(rows, float).ravel()
    theirs = PROTOS["hearth.v1.PredictRequest"](
        model_name="m", model_version=version, column_count=taken.column_count, values=flat, outputs=outputs
    )
    assert mine == theirs.SerializeToString()


def test_a_detect_request_is_what_protobuf_writes() -> None:
    taken = rows_from([[1.0, 2.0], [3.0, 4.0]])
    mine = _inference.detect_head("s", "z_score", "v", taken.column_count, taken.byte_count) + bytes(taken.buffer)
    theirs = PROTOS["hearth.v1.DetectRequest"](
        series="s", model_type="z_score", model_version="v", column_count=2, values=[1, 2, 3, 4]
    )
    assert mine == theirs.SerializeToString()


def test_an_envelope_is_what_protobuf_writes() -> None:
    mine = _frames.request_head(("s", "m"), 3) + b"abc" + _frames.request_tail(1.5)
    theirs = PROTOS["ttrpc.Request"](service="s", method="m", payload=b"abc", timeout_nano=1_500_000_000)
    assert mine == theirs.SerializeToString()


def random_prediction(chance: random.Random, rows: int) -> Any:
    message = PROTOS["hearth.v1.PredictResponse"](
        model_name="isolation_forest.x", model_version="v1", generation=chance.randrange(3), source=1, row_count=rows
    )
    for name, width in (("predict", 1), ("predict_proba", 3)):
        values = np.random.default_rng(chance.randrange(1 << 30)).normal(size=rows * width)
        message.outputs.add(name=name, width=width, values=values)
    return message


def test_predictions_read_as_protobuf_reads_them_with_and_without_a_known_layout() -> None:
    chance = random.Random(1)
    known = None
    reused = 0
    for turn in range(300):
        message = random_prediction(chance, chance.choice([1, 1, 1, 2]))
        data = bytearray(b"abc" + message.SerializeToString())
        was = known
        found, known = _inference.read_prediction(data, 3, len(data), known, is_owned=False)
        reused += was is known
        data[:] = bytes(len(data))  # The connection's buffer is used again.
        assert (found.model_name, found.model_version) == (message.model_name, message.model_version)
        assert (found.generation, found.source, found.row_count) == (message.generation, Source.FILE, message.row_count)
        assert list(found.outputs) == [output.name for output in message.outputs]
        for output in message.outputs:
            values = found[output.name]
            assert values.shape == ((message.row_count,) if output.width == 1 else (message.row_count, output.width))
            assert values.ravel().tolist() == list(output.values)
            assert values.flags.aligned and values.flags.writeable
    assert 50 < reused < 250


def test_labels_come_with_their_output() -> None:
    message = PROTOS["hearth.v1.PredictResponse"](row_count=2)
    message.outputs.add(name="predict", width=1, values=[0, 1], labels=["normal", "hırsız"])
    data = message.SerializeToString()
    found, layout = _inference.read_prediction(data, 0, len(data), None, is_owned=True)
    assert found.labels == {"predict": ["normal", "hırsız"]} and layout is None


@pytest.mark.parametrize("rows,width,count", [(2, 1, 1), (1, 2, 1), (0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_a_prediction_whose_counts_contradict_each_other_is_refused(rows: int, width: int, count: int) -> None:
    message = PROTOS["hearth.v1.PredictResponse"](row_count=rows)
    message.outputs.add(name="predict", width=width, values=[1.0] * count)
    data = message.SerializeToString()
    with pytest.raises(DataLoss):
        _inference.read_prediction(data, 0, len(data), None, is_owned=False)


def test_broken_predictions_and_detections_never_crash() -> None:
    chance = random.Random(2)
    prediction = random_prediction(chance, 2).SerializeToString()
    detection = PROTOS["hearth.v1.DetectResponse"](
        model_name="m", threshold=0.5, scores=[1, 2], anomalies=[True, False], first_point=5, source=3
    ).SerializeToString()
    _, known = _inference.read_prediction(prediction, 0, len(prediction), None, is_owned=False)
    for _ in range(3000):
        for data, is_prediction in ((prediction, True), (detection, False)):
            broken = bytearray(data[: chance.randrange(len(data) + 1)])
            if broken:
                broken[chance.randrange(len(broken))] = chance.randrange(256)
            try:
                if is_prediction:
                    _inference.read_prediction(broken, 0, len(broken), known, is_owned=False)
                else:
                    _inference.read_detection(broken, 0, len(broken), is_owned=False)
            except DataLoss:
                pass


def test_a_detection_reads_as_protobuf_reads_it() -> None:
    message = PROTOS["hearth.v1.DetectResponse"](
        model_name="m", model_version="v", generation=4, source=3, threshold=0.5, scores=[1, 2], anomalies=[True, False],
        first_point=5,
    )  # fmt: skip
    data = message.SerializeToString()
    found = _inference.read_detection(data, 0, len(data), is_owned=False)
    assert (found.model_name, found.model_version, found.generation, found.source) == ("m", "v", 4, Source.ZSCORE)
    assert (found.threshold, found.first_point) == (0.5, 5)
    assert found.scores.tolist() == [1, 2] and found.anomalies.tolist() == [True, False]
    assert found.anomalies.dtype == bool


def test_broken_envelopes_never_crash() -> None:
    chance = random.Random(3)
    data = PROTOS["ttrpc.Response"](
        status=PROTOS["ttrpc.Status"](code=5, message="no such model"), payload=b"x" * 200
    ).SerializeToString()
    for _ in range(3000):
        broken = bytearray(data[: chance.randrange(len(data) + 1)])
        if broken:
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            first, last = _frames.response_payload(broken, 0, len(broken))
            assert 0 <= first <= last <= len(broken)
        except _frames.HearthError:
            pass


@pytest.mark.parametrize("size", [0, 1, 127, 128, 16383, 16384, 70000])
def test_a_payload_of_any_size_is_found(size: int) -> None:
    data = PROTOS["ttrpc.Response"](payload=b"x" * size).SerializeToString()
    first, last = _frames.response_payload(b"ab" + data, 2, 2 + len(data))
    assert last - first == size


def test_varints_round_trip() -> None:
    for value in (0, 1, 127, 128, 300, 2**32, 2**63, 2**64 - 1):
        data = _wire.varint(value)
        assert _wire.read_varint(data, 0, len(data)) == (value, len(data))
    with pytest.raises(DataLoss):
        _wire.read_varint(b"\xff" * 11, 0, 11)
