"""NVIDIA's Triton client with tensors in system shared memory, against a hearthd with --shared-memory."""

from __future__ import annotations

import os
import statistics
import time
import uuid
from typing import Any, Callable, Iterator, List

import numpy as np
import pytest
import tritonclient.grpc as triton
import tritonclient.utils.shared_memory as shm
from hearth_client import Client
from server import FOREST, WIDE, Hearth
from tritonclient.utils import InferenceServerException

ROWS = np.random.default_rng(8).normal(size=(300, 8))


@pytest.fixture
def sharing(starting: Callable[..., Hearth]) -> Hearth:
    return starting("--shared-memory")


@pytest.fixture
def client(sharing: Hearth) -> Iterator[triton.InferenceServerClient]:
    with triton.InferenceServerClient(sharing.target) as client:
        yield client


@pytest.fixture
def region() -> Iterator[Callable[..., Any]]:
    """Makes files of /dev/shm as Triton's client does, gone at the end of the test."""
    handles: List[Any] = []

    def make(name: str, byte_size: int) -> Any:
        key = f"/hearth-{uuid.uuid4().hex[:12]}"
        handle = shm.create_shared_memory_region(name, key, byte_size)
        handles.append(handle)
        return key, handle

    yield make
    for handle in handles:
        shm.destroy_shared_memory_region(handle)


def shared_input(shape: List[int], region: str, byte_size: int, datatype: str = "FP64", offset: int = 0) -> Any:
    given = triton.InferInput("rows", shape, datatype)
    given.set_shared_memory(region, byte_size, offset)
    return given


def shared_output(name: str, region: str, byte_size: int, offset: int = 0) -> Any:
    wanted = triton.InferRequestedOutput(name)
    wanted.set_shared_memory(region, byte_size, offset)
    return wanted


def refused(call: Callable[[], Any]) -> InferenceServerException:
    with pytest.raises(InferenceServerException) as caught:
        call()
    return caught.value


def test_a_session_with_inputs_and_outputs_in_shared_memory(
    sharing: Hearth, client: triton.InferenceServerClient, region: Callable[..., Any]
) -> None:
    assert "system_shared_memory" in client.get_server_metadata().extensions
    key_in, given = region("given", ROWS.nbytes)
    shm.set_shared_memory_region(given, [ROWS])
    client.register_system_shared_memory("given", key_in, ROWS.nbytes)
    key_out, results = region("results", 300 * 16)
    client.register_system_shared_memory("results", key_out, 300 * 16)
    told = client.get_system_shared_memory_status()
    assert {name: (entry.key, entry.byte_size) for name, entry in told.regions.items()} == {
        "given": (key_in, ROWS.nbytes), "results": (key_out, 300 * 16)
    }  # fmt: skip
    assert list(client.get_system_shared_memory_status("given").regions) == ["given"]

    with Client(sharing.socket, timeout=30) as fast:
        expected = fast.predict(FOREST, ROWS)
    result = client.infer(
        FOREST,
        [shared_input([300, 8], "given", ROWS.nbytes)],
        outputs=[
            shared_output("score_samples", "results", 2400),
            triton.InferRequestedOutput("decision_function"),
            shared_output("predict", "results", 2400, 2400),
        ],
    )
    scores = result.get_output("score_samples")
    assert scores.parameters["shared_memory_region"].string_param == "results"
    assert scores.parameters["shared_memory_byte_size"].int64_param == 2400
    assert result.get_output("predict").parameters["shared_memory_offset"].int64_param == 2400
    found = shm.get_contents_as_numpy(results, np.float64, list(scores.shape))
    assert found[:300].tobytes() == expected["score_samples"].tobytes()
    signs = shm.get_contents_as_numpy(results, np.int64, [600])[300:]
    assert signs.astype(np.float64).tobytes() == expected["predict"].tobytes()
    # The one output that was sent is found beside those that were not.
    assert result.as_numpy("decision_function").tobytes() == expected["decision_function"].tobytes()

    floats = ROWS.astype(np.float32)
    shm.set_shared_memory_region(given, [floats])
    result = client.infer(FOREST, [shared_input([300, 8], "given", floats.nbytes, "FP32")])
    with Client(sharing.socket, timeout=30) as fast:
        expected = fast.predict(FOREST, floats.astype(np.float64))
    assert result.as_numpy("score_samples").tobytes() == expected["score_samples"].tobytes()

    client.unregister_system_shared_memory("given")
    assert refused(lambda: client.get_system_shared_memory_status("given")).status() == "StatusCode.NOT_FOUND"
    client.unregister_system_shared_memory()
    assert not client.get_system_shared_memory_status().regions


def test_what_is_refused(
    sharing: Hearth, client: triton.InferenceServerClient, region: Callable[..., Any]
) -> None:
    key, handle = region("given", ROWS.nbytes)
    shm.set_shared_memory_region(handle, [ROWS])
    register = client.register_system_shared_memory
    assert refused(lambda: register("given", "/hearth-none", 64)).status() == "StatusCode.NOT_FOUND"
    assert refused(lambda: register("given", "/../etc/passwd", 64)).status() == "StatusCode.INVALID_ARGUMENT"
    assert refused(lambda: register("given", key, ROWS.nbytes + 1)).status() == "StatusCode.INVALID_ARGUMENT"
    infer = lambda *outputs: client.infer(  # noqa: E731
        FOREST, [shared_input([300, 8], "given", ROWS.nbytes)], outputs=list(outputs) or None
    )
    assert refused(infer).status() == "StatusCode.NOT_FOUND"
    register("given", key, ROWS.nbytes)
    assert refused(lambda: register("given", key, ROWS.nbytes)).status() == "StatusCode.ALREADY_EXISTS"
    small = shared_output("score_samples", "given", 2399)
    assert refused(lambda: infer(small)).status() == "StatusCode.INVALID_ARGUMENT"
    assert infer().as_numpy("score_samples").shape == (300,)
    os.truncate(f"/dev/shm{key}", 4096)
    error = refused(infer)
    assert error.status() == "StatusCode.FAILED_PRECONDITION" and "4096 of 19200 bytes" in error.message()
    assert client.is_server_live()
    # A region ends neither with its client nor with its file.
    before = sharing.descriptors()
    client.unregister_system_shared_memory()
    assert sharing.descriptors() == before - 1


def test_times_of_a_large_batch(client: triton.InferenceServerClient, region: Callable[..., Any]) -> None:
    rows = np.random.default_rng(1).normal(size=(100_000, 16))
    key, handle = region("large", rows.nbytes)
    key_out, results = region("answers", 800_000)
    client.register_system_shared_memory("large", key, rows.nbytes)
    client.register_system_shared_memory("answers", key_out, 800_000)
    outputs = [triton.InferRequestedOutput("score_samples")]

    def sent() -> Any:
        given = triton.InferInput("rows", [100_000, 16], "FP64")
        given.set_data_from_numpy(rows)
        return client.infer(WIDE, [given], outputs=outputs).as_numpy("score_samples")

    def shared() -> Any:
        shm.set_shared_memory_region(handle, [rows])
        client.infer(
            WIDE, [shared_input([100_000, 16], "large", rows.nbytes)],
            outputs=[shared_output("score_samples", "answers", 800_000)],
        )  # fmt: skip
        return shm.get_contents_as_numpy(results, np.float64, [100_000])

    assert sent().tobytes() == shared().tobytes()
    for name, call in (("in the message", sent), ("in shared memory", shared)):
        times = []
        for _ in range(15):
            began = time.perf_counter()
            call()
            times.append((time.perf_counter() - began) * 1e3)
        print(f"100,000 x 16 FP64 {name}: median {statistics.median(times):.1f} ms")
