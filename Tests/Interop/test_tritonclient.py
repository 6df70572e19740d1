"""NVIDIA's Triton client: a full session of the Open Inference Protocol over the Unix socket."""

from __future__ import annotations

import asyncio
import queue
from typing import Any, Callable, Dict, Iterator, List

import grpc
import numpy as np
import pytest
import tritonclient.grpc as triton
import tritonclient.grpc.aio as triton_aio
from hearth_client import Client
from server import COLUMNS, FOREST, ROW, WIDE, ZSCORE, Hearth
from tritonclient.grpc import service_pb2, service_pb2_grpc
from tritonclient.utils import InferenceServerException

OUTPUTS = ["score_samples", "decision_function", "predict"]
ROWS = np.random.default_rng(8).normal(size=(300, 8))


@pytest.fixture
def client(hearth: Hearth) -> Iterator[triton.InferenceServerClient]:
    with triton.InferenceServerClient(hearth.target) as client:
        yield client


@pytest.fixture
def stub(hearth: Hearth) -> Iterator[Any]:
    with grpc.insecure_channel(hearth.target) as channel:
        yield service_pb2_grpc.GRPCInferenceServiceStub(channel)


def matrix(rows: Any, datatype: str = "FP64", name: str = "rows") -> List[triton.InferInput]:
    """One input of all columns."""
    values = np.ascontiguousarray(rows)
    given = triton.InferInput(name, list(values.shape), datatype)
    given.set_data_from_numpy(values)
    return [given]


def named(rows: Any) -> List[triton.InferInput]:
    """An input per column."""
    inputs = []
    for name, values in zip(COLUMNS, np.asarray(rows).T):
        inputs.append(triton.InferInput(name, [len(values)], "FP64"))
        inputs[-1].set_data_from_numpy(np.ascontiguousarray(values))
    return inputs


def check(result: Any, expected: Any) -> None:
    """The outputs are the fast lane's, bit for bit."""
    for name in expected.outputs:
        found = result.as_numpy(name)
        assert found.shape == expected[name].shape
        if name == "predict":
            assert found.dtype == np.int64
        else:
            assert found.dtype == np.float64
        assert found.astype(np.float64).tobytes() == expected[name].tobytes(), name


def refused(call: Callable[[], Any]) -> InferenceServerException:
    with pytest.raises(InferenceServerException) as caught:
        call()
    return caught.value


# What is there


def test_the_server_is_live_and_ready(client: triton.InferenceServerClient, versions: Dict[str, str]) -> None:
    assert client.is_server_live() and client.is_server_ready()
    assert client.is_model_ready(FOREST) and client.is_model_ready(FOREST, versions["first"])
    assert client.is_model_ready(FOREST, versions["second"]) in (True, False)
    assert not client.is_model_ready("isolation_forest.none")


def test_server_metadata(client: triton.InferenceServerClient) -> None:
    told = client.get_server_metadata()
    assert told.name and told.version
    assert client.get_server_metadata(as_json=True)["name"] == told.name


def test_model_metadata(client: triton.InferenceServerClient, versions: Dict[str, str]) -> None:
    told = client.get_model_metadata(FOREST)
    assert told.name == FOREST and versions["first"] in told.versions and told.platform
    assert [output.name for output in told.outputs] == OUTPUTS
    assert [output.datatype for output in told.outputs] == ["FP64", "FP64", "INT64"]
    assert {len(output.shape) for output in told.outputs} == {1} and told.outputs[0].shape[0] == -1
    assert told.inputs and all(given.datatype == "FP64" for given in told.inputs)
    assert list(told.inputs[0].shape) in ([-1, 8], [-1])
    error = refused(lambda: client.get_model_metadata("isolation_forest.none"))
    assert error.status() == "StatusCode.NOT_FOUND" and "isolation_forest.none" in error.message()


def test_what_metadata_say_can_be_sent(client: triton.InferenceServerClient, fast: Client) -> None:
    # As a generic client does: names, datatypes and shapes from the metadata, with a number of rows for -1.
    told = client.get_model_metadata(FOREST)
    expected = fast.predict(FOREST, ROWS)
    inputs = []
    for index, given in enumerate(told.inputs):
        shape = [len(ROWS) if size == -1 else size for size in given.shape]
        values = ROWS if len(told.inputs) == 1 else ROWS[:, index]
        inputs.append(triton.InferInput(given.name, shape, given.datatype))
        inputs[-1].set_data_from_numpy(np.ascontiguousarray(values.reshape(shape)))
    check(client.infer(FOREST, inputs), expected)


def test_model_config(client: triton.InferenceServerClient) -> None:
    config = client.get_model_config(FOREST).config
    assert config.name == FOREST and config.max_batch_size == 0
    assert [output.name for output in config.output] == OUTPUTS
    assert config.input


def test_repository_index(client: triton.InferenceServerClient, versions: Dict[str, str]) -> None:
    index = client.get_model_repository_index()
    found = {(model.name, model.version): model.state for model in index.models}
    assert found[(FOREST, versions["first"])] == "READY"
    assert {name for name, _ in found} >= {FOREST, WIDE, ZSCORE}


def test_statistics_count_calls_and_rows(client: triton.InferenceServerClient, versions: Dict[str, str]) -> None:
    def counts() -> Any:
        told = client.get_inference_statistics(FOREST)
        [found] = [model for model in told.model_stats if model.version == versions["first"]]
        return found

    client.infer(FOREST, matrix(ROWS[:1]))
    before = counts()
    for _ in range(5):
        client.infer(FOREST, matrix(ROWS[:10]))
    after = counts()
    assert after.execution_count == before.execution_count + 5
    assert after.inference_count == before.inference_count + 50
    assert after.inference_stats.success.count == before.inference_stats.success.count + 5
    assert after.inference_stats.success.ns > before.inference_stats.success.ns
    assert {model.name for model in client.get_inference_statistics().model_stats} >= {FOREST}


# Inference


def test_fp64_matrix(client: triton.InferenceServerClient, fast: Client, versions: Dict[str, str]) -> None:
    for rows in (ROWS, ROWS[:1]):
        result = client.infer(FOREST, matrix(rows))
        check(result, fast.predict(FOREST, rows))
        told = result.get_response()
        assert (told.model_name, told.model_version, told.id) == (FOREST, versions["first"], "")
        assert told.parameters["source"].string_param == "file"
        assert told.parameters["generation"].int64_param == fast.predict(FOREST, rows).generation
        assert told.raw_output_contents and not any(output.HasField("contents") for output in told.outputs)


def test_one_row_as_a_vector(client: triton.InferenceServerClient, fast: Client) -> None:
    check(client.infer(FOREST, matrix(np.array(ROW))), fast.predict(FOREST, ROW))


def test_fp32_matrix(client: triton.InferenceServerClient, fast: Client) -> None:
    rows = ROWS.astype(np.float32)
    check(client.infer(FOREST, matrix(rows, "FP32")), fast.predict(FOREST, rows.astype(np.float64)))


@pytest.mark.parametrize(
    ("datatype", "kind"),
    [("INT8", "i1"), ("INT16", "i2"), ("INT32", "i4"), ("INT64", "i8"), ("UINT8", "u1"), ("UINT16", "u2"),
     ("UINT32", "u4"), ("UINT64", "u8"), ("BOOL", "?")],
)  # fmt: skip
def test_whole_numbers(client: triton.InferenceServerClient, fast: Client, datatype: str, kind: str) -> None:
    rows = np.random.default_rng(9).integers(0, 100, size=(20, 8)).astype(kind)
    check(client.infer(FOREST, matrix(rows, datatype)), fast.predict(FOREST, rows.astype(np.float64)))


def test_named_inputs_in_any_order(client: triton.InferenceServerClient, fast: Client) -> None:
    expected = fast.predict(FOREST, ROWS)
    check(client.infer(FOREST, named(ROWS)), expected)
    check(client.infer(FOREST, list(reversed(named(ROWS)))), expected)


TYPED = [("FP64", "fp64_contents", "f8"), ("FP32", "fp32_contents", "f4"), ("INT32", "int_contents", "i4"),
         ("INT64", "int64_contents", "i8"), ("UINT32", "uint_contents", "u4"), ("UINT64", "uint64_contents", "u8"),
         ("BOOL", "bool_contents", "?")]  # fmt: skip


@pytest.mark.parametrize(("datatype", "field", "kind"), TYPED)
def test_typed_contents_are_answered_in_typed_contents(
    stub: Any, fast: Client, datatype: str, field: str, kind: str
) -> None:
    rows = (ROWS if kind[0] == "f" else np.abs(np.round(ROWS))).astype(kind)
    request = service_pb2.ModelInferRequest(model_name=FOREST, id="typed")
    given = request.inputs.add(name="rows", datatype=datatype, shape=rows.shape)
    getattr(given.contents, field).extend(rows.ravel().tolist())
    reply = stub.ModelInfer(request, timeout=10)
    expected = fast.predict(FOREST, rows.astype(np.float64))
    assert not reply.raw_output_contents and reply.id == "typed"
    for output in reply.outputs:
        values = output.contents.int64_contents if output.datatype == "INT64" else output.contents.fp64_contents
        assert np.array(values, np.float64).tobytes() == expected[output.name].tobytes()


def test_requested_outputs_and_request_id(client: triton.InferenceServerClient, fast: Client) -> None:
    wanted = [triton.InferRequestedOutput("predict"), triton.InferRequestedOutput("score_samples")]
    result = client.infer(FOREST, matrix(ROWS), outputs=wanted, request_id="istek-7 ü")
    told = result.get_response()
    assert [output.name for output in told.outputs] == ["predict", "score_samples"] and told.id == "istek-7 ü"
    check(result, fast.predict(FOREST, ROWS, outputs=["predict", "score_samples"]))
    assert result.as_numpy("decision_function") is None


def test_a_version_by_its_id(client: triton.InferenceServerClient, fast: Client, versions: Dict[str, str]) -> None:
    result = client.infer(FOREST, matrix(ROWS), model_version=versions["second"])
    assert result.get_response().model_version == versions["second"]
    check(result, fast.predict(FOREST, ROWS, version=versions["second"]))


def test_another_kind_of_model(client: triton.InferenceServerClient, fast: Client) -> None:
    rows = ROWS[:, :1]
    expected = fast.predict(ZSCORE, rows)
    result = client.infer(ZSCORE, matrix(rows))
    for name in expected.outputs:
        assert result.as_numpy(name).astype(np.float64).tobytes() == expected[name].tobytes()


def test_gzip(client: triton.InferenceServerClient, fast: Client) -> None:
    check(client.infer(FOREST, matrix(ROWS), compression_algorithm="gzip"), fast.predict(FOREST, ROWS))


def test_many_asynchronous_calls(client: triton.InferenceServerClient, fast: Client) -> None:
    expected = fast.predict(FOREST, ROWS)["score_samples"]
    done: queue.Queue[Any] = queue.Queue()
    for index, row in enumerate(ROWS):
        client.async_infer(
            FOREST, matrix(row[None]), lambda result, error, index=index: done.put((index, result, error))
        )
    for _ in ROWS:
        index, result, error = done.get(timeout=30)
        assert error is None and result.as_numpy("score_samples")[0] == expected[index]


def test_a_stream_answers_each_request_in_order_and_outlives_a_failure(
    client: triton.InferenceServerClient, fast: Client
) -> None:
    done: queue.Queue[Any] = queue.Queue()
    client.start_stream(lambda result, error: done.put((result, error)))
    for number in range(100):
        model = "isolation_forest.none" if number == 50 else FOREST
        client.async_stream_infer(model, matrix(ROWS[number : number + 1]), request_id=str(number))
    expected = fast.predict(FOREST, ROWS)["score_samples"]
    for number in range(100):
        result, error = done.get(timeout=30)
        if number == 50:
            assert result is None and "isolation_forest.none" in error.message()
        else:
            assert error is None and result.get_response().id == str(number)
            assert result.as_numpy("score_samples")[0] == expected[number]
    client.stop_stream()


def test_asyncio(hearth: Hearth, fast: Client) -> None:
    expected = fast.predict(FOREST, ROWS)

    async def run() -> None:
        async with triton_aio.InferenceServerClient(hearth.target) as client:
            assert await client.is_server_ready() and await client.is_model_ready(FOREST)
            check(await client.infer(FOREST, matrix(ROWS)), expected)
            results = await asyncio.gather(*(client.infer(FOREST, matrix(row[None])) for row in ROWS))
            found = [result.as_numpy("score_samples")[0] for result in results]
            assert found == expected["score_samples"].tolist()

            async def requests() -> Any:
                for row in ROWS[:20]:
                    yield {"model_name": FOREST, "inputs": matrix(row[None])}

            streamed = [result async for result, _ in client.stream_infer(requests())]
            assert [result.as_numpy("score_samples")[0] for result in streamed] == found[:20]

    asyncio.run(run())


# What is refused


def test_what_makes_no_sense_is_refused_with_a_sentence(client: triton.InferenceServerClient) -> None:
    text = triton.InferInput("rows", [1, 8], "BYTES")
    text.set_data_from_numpy(np.array([[b"x"] * 8], dtype=np.object_))
    short = matrix(ROWS)
    short[0].set_shape([300, 9])
    twice = named(ROWS)
    twice[1] = twice[0]
    cases: List[Any] = [
        ([text], {}, "BYTES"),
        (matrix(ROWS[:, :7]), {}, "[300, 7]"),
        (short, {}, "[300, 9]"),
        (named(ROWS)[:7], {}, "7 inputs"),
        (twice, {}, "twice"),
        (matrix(ROWS[:0]), {}, "[0, 8]"),
        (matrix(ROWS), {"outputs": [triton.InferRequestedOutput("nothing")]}, "'nothing'"),
        (matrix(ROWS[:, :, None]), {}, "[300, 8, 1]"),
    ]
    for inputs, more, part in cases:
        error = refused(lambda inputs=inputs, more=more: client.infer(FOREST, inputs, **more))
        assert error.status() == "StatusCode.INVALID_ARGUMENT" and part in error.message(), (part, error)
    error = refused(lambda: client.infer("isolation_forest.none", matrix(ROWS)))
    assert error.status() == "StatusCode.NOT_FOUND"
    error = refused(lambda: client.infer(FOREST, matrix(ROWS), model_version="none"))
    assert error.status() in ("StatusCode.NOT_FOUND", "StatusCode.INVALID_ARGUMENT")


def test_raw_contents_that_do_not_fit_their_shape_are_refused(stub: Any) -> None:
    for raw in ([b""], [bytes(63)], [bytes(65)], [bytes(64), bytes(64)], []):
        request = service_pb2.ModelInferRequest(model_name=FOREST, raw_input_contents=raw)
        request.inputs.add(name="rows", datatype="FP64", shape=[1, 8])
        with pytest.raises(grpc.RpcError) as caught:
            stub.ModelInfer(request, timeout=10)
        assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT, (raw, caught.value)
    for shape in ([-1, 8], [1 << 62, 8], [1 << 32, 1 << 32], [0]):
        request = service_pb2.ModelInferRequest(model_name=FOREST, raw_input_contents=[bytes(64)])
        request.inputs.add(name="rows", datatype="FP64", shape=shape)
        with pytest.raises(grpc.RpcError) as caught:
            stub.ModelInfer(request, timeout=10)
        assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT, (shape, caught.value)


def test_what_hearth_does_not_offer_is_unimplemented(client: triton.InferenceServerClient) -> None:
    for call in (
        client.get_trace_settings,
        client.get_log_settings,
        client.get_system_shared_memory_status,
        client.get_cuda_shared_memory_status,
        lambda: client.register_system_shared_memory("region", "/region", 64),
    ):
        assert refused(call).status() == "StatusCode.UNIMPLEMENTED"


# The repository


def test_load_and_unload(starting: Callable[..., Hearth], versions: Dict[str, str]) -> None:
    server = starting()
    with triton.InferenceServerClient(server.target) as client:
        client.load_model(FOREST)
        assert client.is_model_ready(FOREST)
        error = refused(lambda: client.load_model(FOREST, config='{"backend": "other"}'))
        assert error.status() in ("StatusCode.INVALID_ARGUMENT", "StatusCode.UNIMPLEMENTED")
        error = refused(lambda: client.load_model(FOREST, config="{}", files={"file:1/model.bin": b"x"}))
        assert error.status() in ("StatusCode.INVALID_ARGUMENT", "StatusCode.UNIMPLEMENTED")
        assert refused(lambda: client.load_model("isolation_forest.none")).status() == "StatusCode.NOT_FOUND"
        client.unload_model(ZSCORE)
        assert not client.is_model_ready(ZSCORE) and client.is_model_ready(FOREST)
        states = {model.name: model.state for model in client.get_model_repository_index().models}
        assert states[FOREST] == "READY" and states.get(ZSCORE) in ("UNAVAILABLE", None)
        client.load_model(ZSCORE)
        assert client.is_model_ready(ZSCORE)
        assert client.infer(ZSCORE, matrix(ROWS[:, :1])).as_numpy("predict") is not None
        assert refused(lambda: client.unload_model("isolation_forest.none")).status() == "StatusCode.NOT_FOUND"
