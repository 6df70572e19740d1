"""grpcio, sync and asyncio, with stubs that grpcio-tools generated from Protos/hearth/v1."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any, Callable, Dict, Iterator, List

import grpc
import grpc.aio
import numpy as np
import pytest
from hearth.v1 import inference_pb2, inference_pb2_grpc, models_pb2, models_pb2_grpc
from hearth_client import Client
from server import COLUMNS, FOREST, ROW, WIDE, ZSCORE, Hearth

LARGE = [("grpc.max_send_message_length", 64 << 20), ("grpc.max_receive_message_length", 64 << 20)]


@pytest.fixture
def channel(hearth: Hearth) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(hearth.target, options=LARGE) as channel:
        yield channel


@pytest.fixture
def inference(channel: grpc.Channel) -> Any:
    return inference_pb2_grpc.InferenceStub(channel)


@pytest.fixture
def models(channel: grpc.Channel) -> Any:
    return models_pb2_grpc.ModelsStub(channel)


def predict(values: Any = ROW, model: str = FOREST, **more: Any) -> Any:
    return inference_pb2.PredictRequest(model_name=model, values=np.ravel(values), **more)


def outputs(reply: Any) -> Dict[str, Any]:
    return {output.name: np.array(output.values) for output in reply.outputs}


def failing(call: Callable[[], Any]) -> grpc.RpcError:
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return caught.value


# Every RPC


def test_predict_is_bit_equal_to_the_fast_lane(inference: Any, fast: Client, versions: Dict[str, str]) -> None:
    rows = np.random.default_rng(1).normal(size=(500, 8))
    for given in (rows, rows[:1]):
        reply, expected = inference.Predict(predict(given, column_count=8), timeout=10), fast.predict(FOREST, given)
        assert (reply.model_name, reply.model_version) == (FOREST, versions["first"])
        assert reply.source == inference_pb2.SOURCE_FILE and reply.row_count == len(given)
        assert reply.generation == expected.generation
        found = outputs(reply)
        assert set(found) == {"score_samples", "decision_function", "predict"}
        for name, values in found.items():
            assert values.tobytes() == expected[name].tobytes()
    only = inference.Predict(predict(outputs=["predict"], model_version=versions["second"]), timeout=10)
    assert [output.name for output in only.outputs] == ["predict"] and only.model_version == versions["second"]


def test_detect(inference: Any, fast: Client) -> None:
    values = np.random.default_rng(2).normal(size=300)
    values[100] = 1e4
    request = inference_pb2.DetectRequest(series="eight_one", model_type="z_score", values=values)
    reply, expected = inference.Detect(request, timeout=10), fast.detect("eight_one", values, model_type="z_score")
    assert reply.model_name == ZSCORE and reply.threshold == expected.threshold
    assert np.array(reply.scores).tobytes() == expected.scores.tobytes()
    assert list(reply.anomalies) == expected.anomalies.tolist() and reply.anomalies[100]


def test_list_get_and_stats(models: Any, fast: Client, versions: Dict[str, str]) -> None:
    listed = models.List(models_pb2.ListRequest(), timeout=10)
    assert {version.model_name for version in listed.versions} == {FOREST, WIDE, ZSCORE}
    assert {model.state for model in listed.served} == {"AVAILABLE"}
    assert len(models.List(models_pb2.ListRequest(model_name=FOREST, limit=1), timeout=10).versions) == 1
    got = models.Get(models_pb2.GetRequest(model_name=FOREST), timeout=10)
    assert list(got.columns) == COLUMNS and got.column_count == 8
    assert got.version.model_version == versions["first"] and got.version.production
    assert got.threshold == fast.get(FOREST).threshold
    stats = models.Stats(models_pb2.StatsRequest(), timeout=10)
    assert stats.uptime_seconds > 0 and stats.workers >= 1 and stats.cache_bytes > 0
    assert {counter.name: counter.value for counter in stats.counters}["calls"] > 0


def test_promote_rollback_reload_and_watch(models: Any, inference: Any, versions: Dict[str, str]) -> None:
    watching = models.Watch(models_pb2.WatchRequest(model_name=FOREST))
    assert (event := next(watching)).kind == "available" and event.model_version == versions["first"]
    before = models.Get(models_pb2.GetRequest(model_name=FOREST), timeout=10).version.generation
    change = models.Promote(
        models_pb2.PromoteRequest(
            model_name=FOREST, model_version=versions["second"], expected_generation=before, reason="sürüm 2"
        ),
        timeout=10,
    )
    assert change.previous_model_version == versions["first"] and change.generation == before + 1
    assert inference.Predict(predict(), timeout=10).model_version == versions["second"]
    stale = failing(
        lambda: models.Promote(
            models_pb2.PromoteRequest(
                model_name=FOREST, model_version=versions["first"], expected_generation=before
            ),
            timeout=10,
        )
    )
    assert stale.code() is grpc.StatusCode.ABORTED
    back = models.Rollback(models_pb2.RollbackRequest(model_name=FOREST), timeout=10)
    assert back.model_version == versions["first"] and back.generation == before + 2
    swaps: List[str] = []
    for event in watching:
        if event.kind == "swapped":
            swaps.append(event.model_version)
        if len(swaps) == 2:
            break
    assert swaps == [versions["second"], versions["first"]]
    watching.cancel()
    assert {model.model_name for model in models.Reload(models_pb2.ReloadRequest(), timeout=10).models} >= {FOREST}


# Errors


def test_errors_have_codes_and_sentences_in_utf_8(inference: Any, models: Any) -> None:
    cases = [
        (lambda: inference.Predict(predict(model="isolation_forest.none"), timeout=10), grpc.StatusCode.NOT_FOUND,
         "no production version of 'isolation_forest.none'"),
        (lambda: inference.Predict(predict([1.0, 2.0], column_count=2), timeout=10),
         grpc.StatusCode.INVALID_ARGUMENT, "takes 8 values per row"),
        (lambda: inference.Predict(predict(outputs=["nothing"]), timeout=10), grpc.StatusCode.INVALID_ARGUMENT,
         "has no output 'nothing'"),
        (lambda: inference.Predict(predict([]), timeout=10), grpc.StatusCode.INVALID_ARGUMENT, "0 values found"),
        (lambda: models.Rollback(models_pb2.RollbackRequest(model_name=ZSCORE), timeout=10),
         grpc.StatusCode.FAILED_PRECONDITION, ""),
        (lambda: inference.Predict(predict(outputs=["größe %41 „x“ 漢字"]), timeout=10),
         grpc.StatusCode.INVALID_ARGUMENT, "'größe %41 „x“ 漢字'"),
    ]  # fmt: skip
    for call, code, text in cases:
        error = failing(call)
        assert error.code() is code and text in error.details(), error


def test_the_fast_lane_tells_the_same(inference: Any, fast: Client) -> None:
    from hearth_client import HearthError

    for model, values in (("isolation_forest.none", ROW), (FOREST, [1.0] * 9), ("", ROW), ("a/b", ROW)):
        error = failing(lambda: inference.Predict(predict(values, model), timeout=10))
        with pytest.raises(HearthError) as caught:
            fast.predict(model, values)
        assert (error.code().value[0], error.details()) == (caught.value.code, caught.value.message)


def test_an_unknown_call_is_unimplemented(channel: grpc.Channel) -> None:
    for path in ("/hearth.v1.Inference/Nothing", "/none.Such/Predict"):
        error = failing(lambda: channel.unary_unary(path)(b"", timeout=10))
        assert error.code() is grpc.StatusCode.UNIMPLEMENTED and path.split("/")[1] in error.details()


def test_a_message_beyond_the_limit_is_refused_and_the_channel_goes_on(inference: Any) -> None:
    error = failing(lambda: inference.Predict(predict(np.zeros(2_200_000)), timeout=30))
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED and "16777216" in error.details()
    assert inference.Predict(predict(), timeout=10).row_count == 1


# Deadlines, cancellation


def test_a_deadline_ends_a_call(inference: Any) -> None:
    rows = np.random.default_rng(1).normal(size=(100_000, 8))
    request = predict(rows, outputs=["predict"])
    began = time.monotonic()
    error = failing(lambda: inference.Predict(request, timeout=0.02))
    assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED and time.monotonic() - began < 5
    assert inference.Predict(predict(), timeout=10).row_count == 1


def test_a_cancelled_call_ends(inference: Any, models: Any) -> None:
    rows = np.random.default_rng(1).normal(size=(100_000, 8))
    call = inference.Predict.future(predict(rows), timeout=30)
    call.cancel()
    assert call.cancelled()
    watching = models.Watch(models_pb2.WatchRequest())
    next(watching)
    canceller = threading.Timer(0.05, watching.cancel)
    canceller.start()
    error = failing(lambda: list(watching))
    canceller.join()
    assert error.code() is grpc.StatusCode.CANCELLED
    assert inference.Predict(predict(), timeout=10).row_count == 1


# Ways of sending


def test_gzip_requests_are_read(inference: Any, hearth: Hearth, fast: Client) -> None:
    rows = np.round(np.random.default_rng(1).normal(size=(2000, 8)), 1)
    expected = fast.predict(FOREST, rows)["score_samples"].tobytes()
    reply = inference.Predict(predict(rows), timeout=10, compression=grpc.Compression.Gzip)
    assert outputs(reply)["score_samples"].tobytes() == expected
    with grpc.insecure_channel(hearth.target, compression=grpc.Compression.Gzip) as channel:
        stub = inference_pb2_grpc.InferenceStub(channel)
        for _ in range(20):
            assert outputs(stub.Predict(predict(rows), timeout=10))["score_samples"].tobytes() == expected


def test_deflate_is_unimplemented_and_grpcio_says_what_is_not(inference: Any) -> None:
    error = failing(
        lambda: inference.Predict(predict(np.zeros((100, 8))), timeout=10, compression=grpc.Compression.Deflate)
    )
    assert error.code() is grpc.StatusCode.UNIMPLEMENTED and "grpc-encoding" in error.details()


def test_metadata_is_taken(inference: Any) -> None:
    metadata = [("x-request-id", "1"), ("trace-bin", b"\x00\xff\x01"), ("x-long", "v" * 4000)]
    reply, call = inference.Predict.with_call(predict(), timeout=10, metadata=metadata)
    assert reply.row_count == 1 and call.code() is grpc.StatusCode.OK


def test_a_request_of_12_8_megabytes(inference: Any, fast: Client) -> None:
    rows = np.random.default_rng(1).normal(size=(100_000, 16))
    request = predict(rows, WIDE, outputs=["score_samples"])
    assert request.ByteSize() > 12_800_000
    reply = inference.Predict(request, timeout=30)
    expected = fast.predict(WIDE, rows, outputs=["score_samples"], timeout=30)["score_samples"]
    assert reply.row_count == 100_000 and outputs(reply)["score_samples"].tobytes() == expected.tobytes()


def test_unknown_fields_are_skipped(channel: grpc.Channel) -> None:
    reply = channel.unary_unary("/hearth.v1.Inference/Predict")(
        predict().SerializeToString() + b"\xfa\x3f\x03new\x98\x3f\x07", timeout=10
    )
    assert inference_pb2.PredictResponse.FromString(reply).row_count == 1


# Many at once


def test_many_concurrent_streams_on_one_channel(inference: Any, fast: Client) -> None:
    rows = np.random.default_rng(6).normal(size=(3000, 8))
    expected = fast.predict(FOREST, rows)["score_samples"]
    calls = [inference.Predict.future(predict(row), timeout=60) for row in rows]
    found = [outputs(call.result())["score_samples"][0] for call in calls]
    assert found == expected.tolist()


def test_threads_share_a_channel(inference: Any) -> None:
    failures: List[object] = []

    def work() -> None:
        for _ in range(100):
            try:
                assert inference.Predict(predict(), timeout=30).row_count == 1
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures[:3]


def test_asyncio(hearth: Hearth, fast: Client, versions: Dict[str, str]) -> None:
    rows = np.random.default_rng(7).normal(size=(1500, 8))
    expected = fast.predict(FOREST, rows)["score_samples"].tolist()

    async def run() -> None:
        async with grpc.aio.insecure_channel(hearth.target) as channel:
            inference = inference_pb2_grpc.InferenceStub(channel)
            models = models_pb2_grpc.ModelsStub(channel)
            replies = await asyncio.gather(*(inference.Predict(predict(row), timeout=60) for row in rows))
            assert [outputs(reply)["score_samples"][0] for reply in replies] == expected
            assert (await models.Get(models_pb2.GetRequest(model_name=FOREST), timeout=10)).column_count == 8
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await inference.Predict(predict(model="isolation_forest.none"), timeout=10)
            assert caught.value.code() is grpc.StatusCode.NOT_FOUND
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await inference.Predict(predict(np.zeros((50_000, 8))), timeout=0.001)
            assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
            watching = models.Watch(models_pb2.WatchRequest(model_name=FOREST))
            assert (await watching.read()).model_version == versions["first"]
            watching.cancel()
            with pytest.raises(asyncio.CancelledError):
                await watching.read()
            assert (await inference.Predict(predict(), timeout=10)).row_count == 1

    asyncio.run(run())


# Connections


def test_keepalive_pings_are_answered(hearth: Hearth) -> None:
    options = [
        ("grpc.keepalive_time_ms", 1000), ("grpc.keepalive_timeout_ms", 500),
        ("grpc.keepalive_permit_without_calls", 1), ("grpc.http2.max_pings_without_data", 0),
        ("grpc.use_local_subchannel_pool", 1),
    ]  # fmt: skip
    with grpc.insecure_channel(hearth.target, options=options) as channel:
        states: List[Any] = []
        channel.subscribe(states.append)
        stub = inference_pb2_grpc.InferenceStub(channel)
        watching = models_pb2_grpc.ModelsStub(channel).Watch(models_pb2.WatchRequest(model_name=FOREST), timeout=3.5)
        next(watching)
        # Longer than several keepalive times: unanswered, or answered with "too many pings", they break the watch.
        error = failing(lambda: list(watching))
        assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert stub.Predict(predict(), timeout=10).row_count == 1
        assert grpc.ChannelConnectivity.TRANSIENT_FAILURE not in states
