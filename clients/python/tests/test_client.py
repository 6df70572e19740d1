"""The blocking client against a server that misbehaves on purpose."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import threading
import time
from typing import Any, Callable, List, Optional

import numpy as np
import pytest
import replies
from fake_server import HEADER, FakeServer, Peer, Request, failure, frame, ok

import hearth_client
from hearth_client import (
    Client,
    DataLoss,
    DeadlineExceeded,
    HearthError,
    InvalidArgument,
    NotFound,
    Origin,
    PermissionDenied,
    RemoteModel,
    ResourceExhausted,
    StatusCode,
    Unavailable,
)  # fmt: skip
from hearth_client._frames import DATA_BYTE_COUNT_MAX, STREAM_ID_MAX

Answering = Callable[[Callable[[Request], Optional[bytes]]], FakeServer]
Serving = Callable[[Callable[[Peer], None]], FakeServer]


def sums(request: Request) -> bytes:
    return ok(request.stream, replies.sums(request))


def test_a_prediction_comes_back(path: str, answering: Answering) -> None:
    server = answering(sums)
    with Client(path, timeout=5) as client:
        answer = client.predict("m", [[1, 2], [3, 4]])
        assert answer["predict"].tolist() == [3, 7]
        assert (answer.model_name, answer.model_version, answer.generation, answer.row_count) == ("m", "v1", 1, 2)
        assert client.predict("m", [1, 2], version="v9", outputs=["predict"]).model_version == "v9"
    first, second = server.requests
    assert (first.service, first.method, first.timeout_nano) == ("hearth.v1.Inference", "Predict", 5_000_000_000)
    assert (first.stream, second.stream) == (1, 3)
    assert replies.predict_request(second.payload) == ("m", "v9", 0, [1, 2], ["predict"])


def test_calls_reuse_one_connection(path: str, answering: Answering) -> None:
    server = answering(sums)
    client = Client(path)
    for _ in range(50):
        client.predict("m", [1.0])
    assert server.connection_count == 1
    client.close()
    client.predict("m", [1.0])
    assert server.connection_count == 2
    client.close()


def test_an_answer_byte_by_byte_is_put_together(path: str, serving: Serving) -> None:
    def serve(peer: Peer) -> None:
        while (request := peer.receive()) is not None:
            peer.send_bytewise(sums(request))

    serving(serve)
    with Client(path) as client:
        for _ in range(3):
            assert client.predict("m", [1, 2.5])["predict"].tolist() == [3.5]


@pytest.mark.parametrize("rows", [8180, 8190, 8200, 20_000, 500_000])
def test_large_answers_arrive_whole_and_aligned(path: str, answering: Answering, rows: int) -> None:
    # Around 64 KiB, where an answer gets memory of its own, and far beyond.
    answering(sums)
    values = np.arange(float(rows)).reshape(-1, 1)
    with Client(path, timeout=20) as client:
        first = client.predict("m", values)["predict"]
        second = client.predict("m", -values)["predict"]
    assert (first == values[:, 0]).all() and (second == -values[:, 0]).all()
    assert first.flags.aligned and first.flags.writeable


@pytest.mark.parametrize(
    "number,kind", [(3, InvalidArgument), (5, NotFound), (7, PermissionDenied), (8, ResourceExhausted), (15, DataLoss)]
)
def test_a_status_becomes_its_error(path: str, answering: Answering, number: int, kind: Any) -> None:
    server = answering(lambda request: failure(request.stream, number, "ne oldu; what to do"))
    with Client(path) as client, pytest.raises(kind) as caught:
        client.predict("m", [1.0])
    error = caught.value
    assert (error.code, error.code.value, error.message, error.origin) == (
        StatusCode(number), number, "ne oldu; what to do", Origin.SERVER,
    )  # fmt: skip
    assert str(error) == f"{StatusCode(number).name}: ne oldu; what to do"
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "number,code", [(2, StatusCode.UNKNOWN), (11, StatusCode.OUT_OF_RANGE), (77, StatusCode.UNKNOWN)]
)
def test_other_statuses_are_plain_errors(path: str, answering: Answering, number: int, code: StatusCode) -> None:
    answering(lambda request: failure(request.stream, number, "x"))
    with Client(path) as client, pytest.raises(HearthError) as caught:
        client.stats()
    assert caught.value.code is code


def test_errors_survive_a_pickle() -> None:
    for kind in (InvalidArgument, NotFound, DeadlineExceeded, Unavailable, PermissionDenied, HearthError):
        error = kind("why", origin=Origin.SERVER)
        back = pickle.loads(pickle.dumps(error))
        assert (type(back), back.message, back.origin, back.code, str(back)) == (
            kind, "why", Origin.SERVER, error.code, str(error),
        )  # fmt: skip


def test_errors_are_also_pythons_own() -> None:
    for kind, plain in (
        (InvalidArgument, ValueError), (NotFound, LookupError), (DeadlineExceeded, TimeoutError),
        (Unavailable, ConnectionError), (PermissionDenied, PermissionError),
    ):  # fmt: skip
        assert issubclass(kind, plain)


def test_a_slow_answer_ends_at_the_deadline_and_the_next_call_is_not_confused(path: str, serving: Serving) -> None:
    late = threading.Event()

    def serve(peer: Peer) -> None:
        while (request := peer.receive()) is not None:
            values = replies.predict_request(request.payload)[3]
            if values == [1.0]:
                late.wait(10)
            peer.send(sums(request))

    serving(serve)
    with Client(path) as client:
        began = time.monotonic()
        with pytest.raises(DeadlineExceeded, match="no answer within 0.1 s"):
            client.predict("m", [1.0], timeout=0.1)
        assert 0.09 < time.monotonic() - began < 1
        late.set()
        assert client.predict("m", [2.0])["predict"].tolist() == [2.0]


def test_an_answer_that_dribbles_ends_at_the_deadline_too(path: str, serving: Serving) -> None:
    stop = threading.Event()

    def serve(peer: Peer) -> None:
        request = peer.receive()
        assert request is not None
        for byte in sums(request):
            peer.send(bytes([byte]))
            if stop.wait(0.02):
                return

    serving(serve)
    with Client(path) as client:
        began = time.monotonic()
        with pytest.raises(DeadlineExceeded):
            client.predict("m", [1.0], timeout=0.2)
        assert time.monotonic() - began < 1
        stop.set()


def test_a_server_that_does_not_read_ends_at_the_deadline(path: str, serving: Serving) -> None:
    stop = threading.Event()
    serving(lambda peer: void(stop.wait(10)))
    with Client(path) as client:
        with pytest.raises(DeadlineExceeded):
            client.predict("m", np.zeros((100_000, 4)), timeout=0.2)
        stop.set()


def void(_: object) -> None:
    """Drops a value."""


@pytest.mark.parametrize("timeout", [0, -1, float("nan")])
def test_a_timeout_must_be_positive(path: str, timeout: float) -> None:
    with pytest.raises(InvalidArgument, match="timeout"):
        Client(path).stats(timeout=timeout)


def test_nobody_there_is_told_with_the_mend(path: str) -> None:
    began = time.monotonic()
    with pytest.raises(Unavailable, match="is hearthd running") as caught:
        Client(path, timeout=0.15).stats()
    assert 0.1 < time.monotonic() - began < 1
    assert caught.value.origin is Origin.CONNECTION and path in caught.value.message
    began = time.monotonic()
    with pytest.raises(Unavailable):
        Client(path, retries=False).stats()
    assert time.monotonic() - began < 0.5


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_socket_without_permission_is_told_at_once(path: str, answering: Answering) -> None:
    answering(sums)
    os.chmod(path, 0)

    def work() -> None:
        if os.geteuid() == 0:
            os.setuid(65534)  # root may open every socket
        began = time.monotonic()
        with pytest.raises(PermissionDenied, match="ask for membership"):
            Client(path, timeout=10).stats()
        assert time.monotonic() - began < 1

    assert os.waitpid(in_child(work), 0)[1] == 0


def test_the_path_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTH_SOCKET", "/x/y")
    assert Client().socket_path == "/x/y"
    monkeypatch.delenv("HEARTH_SOCKET")
    assert Client().socket_path == "/run/hearth/hearth.sock"


def test_a_dropped_connection_goes_unnoticed_by_calls_that_change_nothing(path: str, serving: Serving) -> None:
    dropped: List[str] = []

    def serve(peer: Peer) -> None:
        while (request := peer.receive()) is not None:
            if request.method not in dropped:
                dropped.append(request.method)
                return
            peer.send(sums(request) if request.method == "Predict" else ok(request.stream, b""))

    serving(serve)
    with Client(path) as client:
        assert client.predict("m", [1, 2.0])["predict"].tolist() == [3]
        client.detect("s", [1.0])
        client.models()
        client.get("m")
        client.stats()
    assert dropped == ["Predict", "Detect", "List", "Get", "Stats"]


@pytest.mark.parametrize(
    "call",
    [lambda c: c.promote("m", "v"), lambda c: c.rollback("m"), lambda c: c.reload("m")],
    ids=["promote", "rollback", "reload"],
)
def test_calls_that_change_something_are_not_made_twice(path: str, serving: Serving, call: Any) -> None:
    seen: List[str] = []

    def serve(peer: Peer) -> None:
        request = peer.receive()
        if request is not None:
            seen.append(request.method)

    serving(serve)
    with Client(path) as client, pytest.raises(Unavailable):
        call(client)
    assert len(seen) == 1


def test_a_change_on_a_connection_that_had_died_before_is_made(path: str, answering: Answering) -> None:
    server = answering(lambda request: ok(request.stream, b""))
    with Client(path) as client:
        client.stats()
        server.drop_connections()
        client.reload("m")
    assert [request.method for request in server.requests] == ["Stats", "Reload"]


def test_a_change_waits_for_a_server_that_is_being_started(path: str) -> None:
    started: List[FakeServer] = []
    client = Client(path)
    threading.Timer(0.2, lambda: started.append(FakeServer.answering(path, lambda r: ok(r.stream, b"")))).start()
    try:
        client.reload()
    finally:
        client.close()
        started[0].stop()


def test_unavailable_from_a_stopping_server_is_asked_again(path: str, answering: Answering) -> None:
    count = 0

    def answer(request: Request) -> bytes:
        nonlocal count
        count += 1
        return failure(request.stream, 14, "the server is stopping") if count <= 3 else sums(request)

    answering(answer)
    with Client(path) as client:
        assert client.predict("m", [1.0])["predict"].tolist() == [1]
        count = 0
        with pytest.raises(Unavailable):
            client.promote("m", "v")
        assert count == 1


def test_a_retry_tells_the_server_what_is_left_of_the_time(path: str, answering: Answering) -> None:
    server = answering(lambda request: failure(request.stream, 14, "stopping"))
    with Client(path) as client, pytest.raises(Unavailable):
        client.predict("m", [1.0], timeout=0.2)
    left = [request.timeout_nano for request in server.requests]
    assert left[0] == 200_000_000 and len(left) > 3 and left == sorted(left, reverse=True)


@pytest.mark.parametrize(
    "reply",
    [
        lambda request: b"HTTP/1.1 400 Bad Request\r\n\r\n",
        lambda request: HEADER.pack(5 << 20, request.stream, 2, 0),
        lambda request: frame(request.stream, b"\x12\x05ab"),
        lambda request: frame(request.stream, b"\xff" * 20),
        lambda request: frame(request.stream, b"", kind=7),
        lambda request: ok(request.stream, b"\x0a\xff"),
        lambda request: ok(request.stream, b"\x0a\x01\xff"),
    ],
    ids=["http", "oversize", "cut", "noise", "type", "payload", "utf8"],
)
def test_an_answer_that_is_none_is_told_and_the_next_call_is_good(path: str, serving: Serving, reply: Any) -> None:
    broken = True

    def serve(peer: Peer) -> None:
        while (request := peer.receive()) is not None:
            peer.send(reply(request) if broken else sums(request))

    serving(serve)
    with Client(path) as client:
        with pytest.raises(DataLoss, match="cannot be read"):
            client.predict("m", [1.0])
        broken = False
        assert client.predict("m", [2.0])["predict"].tolist() == [2]


def test_answers_to_other_streams_are_passed_over(path: str, answering: Answering) -> None:
    def serve(request: Request) -> bytes:
        return ok(request.stream + 2, b"")

    def both(peer: Peer) -> None:
        request = peer.receive()
        assert request is not None
        peer.send(serve(request))
        time.sleep(0.05)
        peer.send(sums(request))
        peer.receive()

    FakeServer_ = FakeServer(path, both)
    try:
        with Client(path) as client:
            assert client.predict("m", [1.0])["predict"].tolist() == [1]
    finally:
        FakeServer_.stop()


def test_stream_ids_that_run_out_make_a_new_connection(path: str, answering: Answering) -> None:
    server = answering(sums)
    with Client(path) as client:
        client.predict("m", [1.0])
        client._transport._idle[0]._next_stream = STREAM_ID_MAX  # type: ignore[attr-defined]
        client.predict("m", [1.0])
        client.predict("m", [1.0])
    assert [request.stream for request in server.requests] == [1, STREAM_ID_MAX, 1]


def test_an_exception_in_the_middle_of_a_call_does_not_leave_its_answer_to_the_next(
    path: str, serving: Serving
) -> None:
    # As the worker timeouts of gunicorn and celery do.
    class WorkerTimeout(Exception):
        pass

    def interrupt(*_: object) -> None:
        raise WorkerTimeout

    def serve(peer: Peer) -> None:
        while (request := peer.receive()) is not None:
            if replies.predict_request(request.payload)[3] == [1.0]:
                os.kill(os.getpid(), signal.SIGUSR1)
                time.sleep(0.1)
            peer.send(sums(request))

    serving(serve)
    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        with Client(path) as client:
            with pytest.raises(WorkerTimeout):
                client.predict("m", [1.0])
            for value in (2.0, 3.0):
                assert client.predict("m", [value])["predict"].tolist() == [value]
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_signals_without_an_exception_do_not_disturb_a_call(path: str, serving: Serving) -> None:
    def serve(peer: Peer) -> None:
        while (request := peer.receive()) is not None:
            for _ in range(5):
                os.kill(os.getpid(), signal.SIGUSR1)
                time.sleep(0.01)
            peer.send(sums(request))

    serving(serve)
    before = signal.signal(signal.SIGUSR1, lambda *_: None)
    try:
        with Client(path) as client:
            assert client.predict("m", [1.0])["predict"].tolist() == [1]
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_threads_share_a_client(path: str, answering: Answering) -> None:
    server = answering(sums)
    wrong: List[object] = []
    with Client(path, timeout=20) as client:

        def work(number: int) -> None:
            for turn in range(200):
                value = float(number * 1000 + turn)
                found = client.predict("m", [[value, 1.0]])["predict"].tolist()
                if found != [value + 1]:
                    wrong.append((value, found))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong and len(server.requests) == 1600 and server.connection_count <= 8


def in_child(work: Callable[[], None]) -> int:
    """Forks, runs `work` in the child, and gives the pid."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(1)
    return pid


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_child_takes_a_connection_of_its_own(path: str, answering: Answering) -> None:
    server = answering(sums)
    client = Client(path, timeout=20)
    client.predict("m", [0.0])
    assert server.connection_count == 1

    def work() -> None:
        gc.collect()
        for turn in range(200):
            value = float(os.getpid() * 1000 + turn)
            assert client.predict("m", [value])["predict"].tolist() == [value]

    children = [in_child(work) for _ in range(4)]
    for turn in range(200):
        assert client.predict("m", [float(turn)])["predict"].tolist() == [float(turn)]
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0, 0, 0, 0]
    # The parent's own connection is still the one it had.
    client.predict("m", [0.0])
    assert server.connection_count == 5
    client.close()


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_child_that_ends_leaves_the_parents_connection_alone(path: str, answering: Answering) -> None:
    server = answering(sums)
    client = Client(path)
    client.predict("m", [0.0])

    def work() -> None:
        client.close()

    assert os.waitpid(in_child(work), 0)[1] == 0
    assert client.predict("m", [1.0])["predict"].tolist() == [1]
    assert server.connection_count == 1
    client.close()


# Batches in parts


def test_a_batch_beyond_one_frame_is_sent_in_parts_of_one_version(path: str, answering: Answering) -> None:
    # The production version changes after the first part: the others name the version that answered it.
    def answer(request: Request) -> bytes:
        return ok(request.stream, replies.sums(request, None if replies.predict_request(request.payload)[1] else "v1"))

    server = answering(answer)
    matrix = np.random.default_rng(1).normal(size=(150_000, 8))
    with Client(path, timeout=60) as client:
        found = client.predict("m", matrix)
    asked = [replies.predict_request(request.payload) for request in server.requests]
    assert [version for _, version, *_ in asked] == ["", "v1", "v1"]
    assert [columns for _, _, columns, *_ in asked] == [8, 8, 8]
    assert all(len(request.payload) < DATA_BYTE_COUNT_MAX for request in server.requests)
    assert (found.row_count, found.model_version, found.generation) == (150_000, "v1", 1)
    assert np.allclose(found["predict"], matrix.sum(axis=1))


def test_parts_begin_anew_when_their_version_is_gone(path: str, answering: Answering) -> None:
    production = "v1"

    def answer(request: Request) -> bytes:
        nonlocal production
        version = replies.predict_request(request.payload)[1]
        if version == "v1":
            production = "v2"
            return failure(request.stream, 5, "no version 'v1'")
        return ok(request.stream, replies.sums(request, production))

    answering(answer)
    matrix = np.ones((150_000, 8))
    with Client(path, timeout=60) as client:
        found = client.predict("m", matrix)
        assert found.model_version == "v2" and (found["predict"] == 8).all() and found.row_count == 150_000
        production = "v1"
        with pytest.raises(NotFound):
            client.predict("m", matrix, version="v1")


def test_parts_become_smaller_when_replies_do_not_fit(path: str, answering: Answering) -> None:
    def answer(request: Request) -> bytes:
        if len(replies.predict_request(request.payload)[3]) > 300:
            return failure(
                request.stream, 8, "700 rows would make a reply over 4 MiB; send at most 300 rows in one call"
            )
        return sums(request)

    server = answering(answer)
    with Client(path, timeout=20) as client:
        found = client.predict("m", np.arange(1000.0).reshape(-1, 1))
    assert found["predict"].tolist() == list(range(1000))
    assert len(server.requests) < 12


def test_other_exhaustions_are_not_asked_again(path: str, answering: Answering) -> None:
    server = answering(lambda request: failure(request.stream, 8, "too many batches wait; try again later"))
    with Client(path) as client, pytest.raises(ResourceExhausted, match="too many"):
        client.predict("m", np.ones((10, 2)))
    assert len(server.requests) == 1


def test_flat_values_in_parts_ask_for_the_columns(path: str, answering: Answering) -> None:
    def answer(request: Request) -> bytes:
        if request.method == "Get":
            return ok(request.stream, b"\x20\x08")  # column_count = 8
        return sums(request)

    server = answering(answer)
    with Client(path, timeout=60) as client:
        assert (client.predict("m", np.ones(150_000 * 8))["predict"] == 8).all()
        with pytest.raises(InvalidArgument, match="no whole rows"):
            client.predict("m", np.ones(150_000 * 8 + 1))
    assert server.requests[0].method == "Get"


def test_a_series_beyond_one_frame_is_refused_before_it_is_sent(path: str, answering: Answering) -> None:
    server = answering(sums)
    with Client(path) as client, pytest.raises(ResourceExhausted, match="4194304 are the most"):
        client.detect("s", np.zeros(600_000))
    assert not server.requests


def test_one_name_where_names_are_wanted_is_refused(path: str) -> None:
    with pytest.raises(InvalidArgument, match=r"expected \['predict'\]"):
        Client(path).predict("m", [1.0], outputs="predict")


# Watch


def test_a_watch_gives_events_until_the_server_ends_it(path: str, serving: Serving) -> None:
    asked: List[Request] = []

    def serve(peer: Peer) -> None:
        request = peer.receive()
        assert request is not None
        asked.append(request)
        # Two events in one segment, a frame of another stream, one byte by byte, an empty frame, the end.
        one, two, three = (frame(1, replies.event("m", kind), kind=3) for kind in ("available", "swapped", "failed"))
        peer.send(one + frame(9, b"", kind=3) + two)
        peer.send_bytewise(three)
        peer.send(frame(1, b"", kind=3, flags=4) + ok(1, b""))

    serving(serve)
    with Client(path).watch("m") as events:
        assert [event.kind for event in events] == ["available", "swapped", "failed"]
    (request,) = asked
    assert (request.method, request.flags, request.timeout_nano, request.payload) == ("Watch", 1, 0, b"\x0a\x01m")


def test_a_watch_that_breaks_raises(path: str, serving: Serving) -> None:
    def serve(peer: Peer) -> None:
        peer.receive()
        peer.send(frame(1, replies.event("m", "available"), kind=3))

    serving(serve)
    events = Client(path).watch()
    assert next(events).kind == "available"
    with pytest.raises(Unavailable, match="lost the connection"):
        next(events)


def test_a_watch_that_the_server_ends_with_a_status_raises_it(path: str, serving: Serving) -> None:
    def serve(peer: Peer) -> None:
        peer.receive()
        peer.send(failure(1, 14, "the server is stopping"))

    serving(serve)
    with pytest.raises(Unavailable, match="stopping"):
        next(Client(path).watch())


def test_a_watch_can_be_closed_by_another_thread(path: str, serving: Serving) -> None:
    def serve(peer: Peer) -> None:
        peer.receive()
        peer.send(frame(1, replies.event("m", "available"), kind=3))
        peer.receive()

    serving(serve)
    events = Client(path).watch()
    assert next(events).model_name == "m"
    threading.Timer(0.1, events.close).start()
    assert list(events) == []


def test_a_watch_waits_longer_than_the_timeout_for_its_opening(path: str, serving: Serving) -> None:
    def serve(peer: Peer) -> None:
        peer.receive()
        for kind in ("available", "swapped"):
            time.sleep(0.25)
            peer.send(frame(1, replies.event("m", kind), kind=3))
        peer.send(ok(1, b""))

    serving(serve)
    assert [event.kind for event in Client(path).watch(timeout=0.1)] == ["available", "swapped"]


def test_a_watch_opens_when_the_server_is_started(path: str) -> None:
    def serve(peer: Peer) -> None:
        peer.receive()
        peer.send(ok(1, b""))

    started: List[FakeServer] = []
    threading.Timer(0.1, lambda: started.append(FakeServer(path, serve))).start()
    try:
        assert list(Client(path).watch()) == []
    finally:
        started[0].stop()


# The facade


def test_a_remote_model_tells_what_it_lacks(path: str, answering: Answering) -> None:
    from hearth_client import _wire

    def answer(request: Request) -> bytes:
        if request.method == "Get":
            return ok(request.stream, _wire.text_field(5, "predict"))
        name = replies.predict_request(request.payload)[4]
        if name == ["predict"]:
            return sums(request)
        return failure(request.stream, 3, "model 'm' has no output")

    answering(answer)
    model = RemoteModel("m", Client(path))
    with pytest.raises(hearth_client.MissingOutput, match="model 'm' has no predict_proba; it has predict"):
        model.predict_proba([[1.0]])
    assert not hasattr(model, "model_version_")
    assert model.predict([[1.5]]).tolist() == [1.5]
    assert model.model_version_ == "v1"


def test_a_remote_model_of_several_targets_answers_by_target(path: str, answering: Answering) -> None:
    from hearth_client import _wire
    import oracle

    def answer(request: Request) -> bytes:
        if request.method == "Get":
            fields = [_wire.text_field(5, name) for name in ("predict", "predict_proba_0", "predict_proba_1")]
            return ok(request.stream, b"".join(fields))
        message = oracle.messages()["hearth.v1.PredictResponse"](row_count=2)
        for name in replies.predict_request(request.payload)[4]:
            if name == "predict":
                message.outputs.add(name=name, width=2, values=[1, 0, 0, 2], labels=["long", "a", "x", "c"])
            elif name == "predict_proba_0":
                message.outputs.add(name=name, width=2, values=[0.25, 0.75, 0.5, 0.5])
            elif name == "predict_proba_1":
                message.outputs.add(name=name, width=3, values=[1, 0, 0, 0.1, 0.2, 0.7])
            else:
                return failure(request.stream, 3, "model 'm' has no output")
        return ok(request.stream, message.SerializeToString())

    answering(answer)
    model = RemoteModel("m", Client(path))
    assert model.predict([[-1.0], [1.0]]).tolist() == [["long", "a"], ["x", "c"]]
    for _ in range(2):
        first, second = model.predict_proba([[-1.0], [1.0]])
        assert first.tolist() == [[0.25, 0.75], [0.5, 0.5]] and second.shape == (2, 3)


def test_nothing_is_left_open(path: str, answering: Answering) -> None:
    server = answering(sums)
    client = Client(path)
    client.predict("m", [1.0])
    del client
    gc.collect()  # A socket that was forgotten would warn, and warnings are errors here.
    assert server.connection_count == 1


def test_under_gevent_calls_wait_together_and_end_at_their_deadline(path: str, answering: Answering) -> None:
    import subprocess
    import sys

    pytest.importorskip("gevent")

    def answer(request: Request) -> Optional[bytes]:
        return None if replies.predict_request(request.payload)[3] == [0.0] else sums(request)

    answering(answer)
    script = f"""
import hearth_client
from gevent import monkey; monkey.patch_all()
import gevent, time, numpy
client = hearth_client.Client({path!r}, timeout=20)
def late(_):
    try: client.predict("m", [0.0], timeout=0.3)
    except hearth_client.DeadlineExceeded: return "late"
began = time.monotonic()
jobs = [gevent.spawn(late, n) for n in range(10)]
found = [gevent.spawn(lambda n=n: client.predict("m", [float(n)])["predict"].tolist()) for n in range(1, 50)]
gevent.joinall(jobs + found)
assert [job.value for job in jobs] == ["late"] * 10
assert [job.value for job in found] == [[float(n)] for n in range(1, 50)]
assert 0.29 < time.monotonic() - began < 2
big = numpy.ones((100_000, 8))
assert (client.predict("m", big)["predict"] == 8).all()
client.close()
print("done")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.stdout == "done\n", done.stderr


def test_a_remote_transformer_answers_with_columns(path: str, answering: Answering) -> None:
    answering(lambda request: ok(request.stream, replies.prediction([3.0, 7.0], output_name="transform")))
    assert RemoteModel("m", Client(path)).transform([[1.0, 2.0], [3.0, 4.0]]).tolist() == [[3.0], [7.0]]
