"""Against the real hearthd. Needs its programs: HEARTH_BIN names their folder."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import threading
import time
from typing import Any, List

import numpy as np
import pytest
from conftest import Hearth

from hearth_client import (
    Aborted,
    AsyncClient,
    Client,
    DeadlineExceeded,
    FailedPrecondition,
    InvalidArgument,
    MissingOutput,
    NotFound,
    RemoteModel,
    ResourceExhausted,
    Source,
    Unavailable,
)  # fmt: skip

MODEL = "isolation_forest.minibar"
ROW = [41.0, 3.5, 20.0]


@pytest.fixture(params=["fast", "grpc"])
def transport(request: pytest.FixtureRequest) -> Any:
    """Every behaviour is the same over both lanes."""
    return request.param


@pytest.fixture
def client(hearth: Hearth, transport: str) -> Any:
    with Client(hearth.socket, timeout=10, transport=transport) as client:
        yield client


def test_predict(client: Client) -> None:
    answer = client.predict(MODEL, [ROW, [0, 0, 0]])
    assert set(answer.outputs) == {"score_samples", "decision_function", "predict"}
    assert (answer.model_name, answer.source, answer.row_count) == (MODEL, Source.FILE, 2)
    assert answer.model_version.startswith("isolation_forest_minibar_") and answer.generation >= 1
    scores = answer["score_samples"]
    assert scores.shape == (2,) and (scores < 0).all() and (scores > -1).all()
    assert (answer["predict"] == np.where(answer["decision_function"] < 0, -1, 1)).all()
    pinned = client.predict("", ROW, version=answer.model_version, outputs=["score_samples"])
    assert list(pinned.outputs) == ["score_samples"] and pinned.generation == 0
    assert pinned["score_samples"][0] == scores[0]


def test_the_same_rows_score_the_same_in_every_form(client: Client) -> None:
    matrix = np.random.default_rng(3).uniform(0, 100, (50, 3))
    expected = client.predict(MODEL, matrix)["score_samples"]
    for form in (matrix.tolist(), matrix.ravel(), matrix.ravel().tolist(), np.asfortranarray(matrix), list(matrix)):
        assert (client.predict(MODEL, form)["score_samples"] == expected).all()
    one_by_one = [client.predict(MODEL, row)["score_samples"][0] for row in matrix]
    assert one_by_one == expected.tolist()


# R38, R84
def test_detect(client: Client) -> None:
    values = 60 + 5 * np.sin(np.arange(100) / 4)
    values[70] = 5000
    found = client.detect("stok_seviye", values)
    assert found.model_name == "isolation_forest.stok_seviye" and found.first_point == 5
    assert len(found.scores) == len(found.anomalies) == 95 and found.anomalies.dtype == bool
    assert (found.anomalies == (found.scores > found.threshold)).mean() > 0.98
    assert found.scores[65:71].max() > found.scores[:60].min()


def test_models_get_and_stats(client: Client) -> None:
    listed = client.models()
    assert {version.model_name for version in listed.versions if version.production} >= {MODEL}
    assert {served.state for served in listed.served} == {"AVAILABLE"}
    assert client.models(MODEL, limit=1).versions[0].model_name == MODEL
    details = client.get(MODEL)
    assert details.columns == ("stok_seviye", "tuketim_miktar", "dolum_sure") and details.column_count == 3
    assert details.version is not None and details.version.production and details.served is not None
    stats = client.stats()
    assert stats.workers >= 1 and {counter.name for counter in stats.counters} >= {"calls", "failures"}


def test_errors_say_what_is_wrong(client: Client) -> None:
    with pytest.raises(NotFound, match="no production version of 'isolation_forest.none'"):
        client.predict("isolation_forest.none", ROW)
    with pytest.raises(InvalidArgument, match="takes 3 values per row"):
        client.predict(MODEL, [[1.0, 2.0]])
    with pytest.raises(InvalidArgument, match="0 values found"):
        client.predict(MODEL, [])
    with pytest.raises(InvalidArgument, match="no model named"):
        client.predict("", ROW)
    with pytest.raises(InvalidArgument, match="has no output 'nothing'"):
        client.predict(MODEL, ROW, outputs=["nothing"])
    with pytest.raises(InvalidArgument, match="at least 6 points"):
        client.detect("stok_seviye", [1.0, 2.0])
    with pytest.raises((NotFound, InvalidArgument)):
        client.get(MODEL, "isolation_forest_minibar_20200101_000000_000_abcd")
    with pytest.raises(Aborted):
        client.promote(MODEL, client.get(MODEL).version.model_version, expected_generation=10**6)  # type: ignore[union-attr]


def test_batches_beyond_a_message_are_answered_whole(client: Client, transport: str) -> None:
    # One column: 400,000 rows (by gRPC 1,600,000) fit one request, their reply does not; 2,400,000 fit neither.
    values = np.random.default_rng(4).uniform(0, 100, (2_400_000, 1))
    name = "isolation_forest.tuketim_miktar"
    with pytest.raises(ResourceExhausted, match="reply"):
        from hearth_client import _calls
        from hearth_client._deadline import Deadline

        whole = values[:1_600_000] if transport == "grpc" else values[:400_000]
        call = _calls.PredictCall(name, whole, None, None, client._layouts)
        client._run(call.operation(call.rows, ""), Deadline(30))
    for count in (400_000, 2_400_000):
        found = client.predict(name, values[:count], timeout=60)
        assert found.row_count == count and found.generation >= 1
        for first in (0, 199_990, count - 20):
            part = client.predict(name, values[first : first + 20])
            for output, expected in part.outputs.items():
                assert (found[output][first : first + 20] == expected).all()
    flat = client.predict(name, values[:600_000].ravel(), outputs=["predict"], timeout=60)
    assert (flat["predict"] == found["predict"][:600_000]).all()


# R4: what asked an estimator asks the remote model as it did.
def test_a_remote_model_stands_where_an_estimator_stood(client: Client) -> None:
    model = RemoteModel(MODEL, client)
    matrix = np.array([ROW, [0, 0, 0], [1e6, 1e6, 1e6]])
    assert model.predict(matrix).dtype == np.int64 and set(model.predict(matrix)) <= {-1, 1}
    assert (model.predict(matrix) == np.where(model.decision_function(matrix) < 0, -1, 1)).all()
    assert np.allclose(model.decision_function(matrix) - model.score_samples(matrix), 0.5)
    assert model.model_version_ == client.get(MODEL).version.model_version  # type: ignore[union-attr]
    with pytest.raises(MissingOutput, match="has no predict_proba; it has score_samples, decision_function, predict"):
        model.predict_proba(matrix)


def test_promote_rollback_reload_and_watch(hearth: Hearth, client: Client) -> None:
    name = "isolation_forest.tuketim_miktar"
    before = client.get(name).version
    assert before is not None
    other = hearth.train("tuketim_miktar", "--columns", "tuketim_miktar", "--seed", "9", promote=False)["model_id"]
    with client.watch(name) as events:
        assert (event := next(events)).kind == "available" and event.model_version == before.model_version
        change = client.promote(name, other, expected_generation=before.generation, reason="test")
        assert (change.model_version, change.previous_model_version) == (other, before.model_version)
        assert change.generation == before.generation + 1
        assert client.predict(name, [1.0]).model_version == other
        back = client.rollback(name)
        assert back.model_version == before.model_version
        assert client.predict(name, [1.0]).model_version == before.model_version
        swaps = []
        for event in events:
            if event.kind == "swapped":
                swaps.append(event.model_version)
            if len(swaps) == 2:
                break
        assert swaps == [other, before.model_version]
    assert {model.model_name for model in client.reload().models} >= {MODEL, name}


def test_a_swap_under_load_fails_no_call(hearth: Hearth, transport: str) -> None:
    first = Client(hearth.socket).get(MODEL).version
    assert first is not None
    second = hearth.train(
        "minibar", "--columns", "stok_seviye,tuketim_miktar,dolum_sure", "--seed", "2", promote=False
    )["model_id"]
    with Client(hearth.socket, timeout=10, retries=False, transport=transport) as client:
        scores = {
            version: client.predict(MODEL, ROW, version=version)["score_samples"][0]
            for version in (first.model_version, second)
        }
        failures: List[object] = []
        counts = [0] * 4
        seen: List[str] = []
        stop = threading.Event()

        def work(number: int) -> None:
            last = 0
            while not stop.is_set():
                try:
                    answer = client.predict(MODEL, ROW)
                    if answer["score_samples"][0] != scores[answer.model_version] or answer.generation < last:
                        failures.append(answer)
                    last = answer.generation
                    if not seen or seen[-1] != answer.model_version:
                        seen.append(answer.model_version)
                    counts[number] += 1
                except Exception as error:
                    failures.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for turn in range(20):
            client.promote(MODEL, [second, first.model_version][turn % 2])
            reached = counts[0] + 20
            while counts[0] < reached and not failures:
                time.sleep(0.001)
        stop.set()
        for thread in threads:
            thread.join()
    assert not failures, failures[:3]
    assert set(seen) == set(scores) and len(seen) >= 20 and sum(counts) > 400


def test_a_killed_server_that_is_started_again_goes_unnoticed_within_a_second(
    hearth: Hearth, transport: str
) -> None:
    gaps: List[float] = []
    failures: List[BaseException] = []
    stop = threading.Event()
    with Client(hearth.socket, timeout=5, transport=transport) as client:
        client.predict(MODEL, ROW)

        def work() -> None:
            last = time.monotonic()
            while not stop.is_set():
                try:
                    client.predict(MODEL, ROW)
                except Exception as error:
                    failures.append(error)
                now = time.monotonic()
                gaps.append(now - last)
                last = now

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for _ in range(3):
            hearth.kill_and_restart()
            with Client(hearth.socket, timeout=10, transport=transport) as other:
                other.predict(MODEL, ROW)
        stop.set()
        for thread in threads:
            thread.join()
    assert not failures, failures[:3]
    assert max(gaps) < 1, f"a call waited {max(gaps):.3f} s"


def test_a_server_that_is_gone_is_unavailable(hearth: Hearth, transport: str) -> None:
    hearth.kill()
    try:
        with Client(hearth.socket, timeout=0.2, transport=transport) as client:
            with pytest.raises(Unavailable, match="is hearthd running"):
                client.predict(MODEL, ROW)
    finally:
        hearth.start()


def worker(socket: str, transport: str, barrier: Any, results: Any) -> None:
    with Client(socket, timeout=20, transport=transport) as client:
        barrier.wait()
        results.put({client.predict(MODEL, ROW)["score_samples"][0] for _ in range(300)})


def test_processes_ask_one_server(hearth: Hearth, transport: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    barrier, results = spawn.Barrier(3), spawn.Queue()
    processes = [spawn.Process(target=worker, args=(hearth.socket, transport, barrier, results)) for _ in range(3)]
    for process in processes:
        process.start()
    found = [results.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    assert found[0] == found[1] == found[2] and len(found[0]) == 1


def test_a_deadline_of_the_past_is_told_by_the_server(hearth: Hearth) -> None:
    # By the fast lane only: grpcio does not send a call whose deadline has passed.
    client = Client(hearth.socket, timeout=10)
    from hearth_client import _calls
    from hearth_client._deadline import Deadline

    call = _calls.PredictCall(MODEL, ROW, None, None, client._layouts).operation
    operation = call(_calls.rows_from(ROW), "")
    with pytest.raises(DeadlineExceeded, match="had passed when the call was read"):
        client._transport.call(
            operation.route, operation.payload, operation.byte_count, Deadline(5), 1e-9, operation.read
        )
    client.close()


def test_asyncio(hearth: Hearth, transport: str) -> None:
    async def run() -> None:
        async with AsyncClient(hearth.socket, timeout=20, transport=transport) as client:
            matrix = np.random.default_rng(5).uniform(0, 100, (300, 3))
            expected = (await client.predict(MODEL, matrix))["score_samples"]
            single = await asyncio.gather(*(client.predict(MODEL, row) for row in matrix))
            assert [answer["score_samples"][0] for answer in single] == expected.tolist()
            assert (await client.detect("stok_seviye", matrix[:, 0])).first_point == 5
            assert (await client.get(MODEL)).column_count == 3
            assert (await client.stats()).version
            assert len((await client.models(MODEL)).versions) >= 1
            with pytest.raises(NotFound):
                await client.predict("isolation_forest.none", ROW)
            with pytest.raises(FailedPrecondition):
                await client.rollback("isolation_forest.stok_seviye")
            async for event in client.watch(MODEL):
                assert event.kind == "available"
                break
            big = await client.predict(MODEL, np.tile(matrix, (700, 1)), timeout=60)
            assert (big["score_samples"].reshape(-1, 300) == expected).all()

    asyncio.run(run())


def test_asyncio_does_not_notice_a_restart(hearth: Hearth, transport: str) -> None:
    async def run() -> None:
        async with AsyncClient(hearth.socket, timeout=5, transport=transport) as client:
            await client.predict(MODEL, ROW)
            longest = 0.0
            stop = False

            async def work() -> None:
                nonlocal longest
                while not stop:
                    began = time.monotonic()
                    await client.predict(MODEL, ROW)
                    longest = max(longest, time.monotonic() - began)

            tasks = [asyncio.ensure_future(work()) for _ in range(8)]
            await asyncio.sleep(0.1)
            hearth.kill_and_restart()
            await asyncio.sleep(1)
            stop = True
            await asyncio.gather(*tasks)
            assert longest < 1, f"a call waited {longest:.3f} s"

    asyncio.run(run())


def test_the_example_by_hand_runs(hearth: Hearth) -> None:
    import subprocess
    import sys
    from pathlib import Path

    example = Path(__file__).resolve().parents[1] / "examples" / "predict_by_hand.py"
    done = subprocess.run(
        [sys.executable, str(example), hearth.socket, MODEL, ",".join(map(str, ROW))], capture_output=True, text=True
    )
    assert done.returncode == 0 and "score_samples: [-0." in done.stdout, done.stderr
    assert os.path.exists(hearth.socket)
