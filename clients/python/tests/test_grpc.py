"""Both clients over gRPC, against a server by grpcio that does what a test tells it to."""

from __future__ import annotations

import asyncio
import builtins
import os
import subprocess
import sys
import threading
import time
from typing import Any, Callable, Dict, Iterator, List

import numpy as np
import pytest
import replies
from fake_grpc_server import Answer, Failure, FakeGRPCServer
from fake_server import Request
from hearth_client import (
    Aborted,
    AsyncClient,
    Cancelled,
    Client,
    DeadlineExceeded,
    HearthError,
    InvalidArgument,
    Origin,
    PermissionDenied,
    RemoteModel,
    ResourceExhausted,
    StatusCode,
    Unavailable,
    _wire,
)  # fmt: skip
from hearth_client._grpc import MESSAGE_BYTE_COUNT_MAX, target

Starting = Callable[..., FakeGRPCServer]
Making = Callable[..., Any]


class Waiting:
    """An AsyncClient whose calls are waited for: so that each test is one for both clients."""

    def __init__(self, path: str, **options: Any) -> None:
        self.loop = asyncio.new_event_loop()
        self.client = AsyncClient(path, **options)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *given, **named: self.loop.run_until_complete(getattr(self.client, name)(*given, **named))

    def watch(self, *given: Any, **named: Any) -> Iterator[Any]:
        events = self.client.watch(*given, **named)
        try:
            while True:
                try:
                    yield self.loop.run_until_complete(events.__anext__())
                except StopAsyncIteration:
                    return
        finally:
            self.loop.run_until_complete(events.aclose())

    def end(self) -> None:
        self.loop.run_until_complete(self.client.close())
        self.loop.close()


@pytest.fixture(params=["sync", "async"])
def making(request: pytest.FixtureRequest, path: str) -> Iterator[Making]:
    """Makes a client that uses gRPC."""
    made: List[Any] = []

    def make(**options: Any) -> Any:
        options = {"timeout": 10, "transport": "grpc", **options}
        made.append(Client(path, **options) if request.param == "sync" else Waiting(path, **options))
        return made[-1]

    yield make
    for client in made:
        client.end() if isinstance(client, Waiting) else client.close()


@pytest.fixture
def starting(path: str) -> Iterator[Starting]:
    """Starts a server at `path`."""
    servers: List[FakeGRPCServer] = []

    def start(answer: Answer, **options: Any) -> FakeGRPCServer:
        servers.append(FakeGRPCServer(target(path), answer, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def answers(**by_method: Any) -> Answer:
    """Answers each method with bytes, or with what a function makes of the request."""

    def answer(request: Request) -> Any:
        found = by_method[request.method]
        return found(request) if callable(found) else found

    return answer


def test_a_prediction_comes_back(starting: Starting, making: Making) -> None:
    server = starting(replies.sums)
    client = making()
    answer = client.predict("m", [[1.0, 2.0], [3.0, 4.0]], outputs=["predict"])
    assert answer["predict"].tolist() == [3.0, 7.0] and answer.model_version == "v1"
    answer["predict"][0] = 5
    assert client.predict("m", np.array([[5.0, 6.0]]))["predict"].tolist() == [11.0]
    assert [request.method for request in server.requests] == ["Predict", "Predict"]
    assert server.requests[0].service == "hearth.v1.Inference"
    assert 5e9 < server.requests[0].timeout_nano <= 10e9, "the server knows the deadline"


def test_control_calls_come_back(starting: Starting, making: Making) -> None:
    starting(answers(Stats=replies.stats("7"), Promote=b"\x20\x09"))
    client = making()
    assert client.stats().version == "7"
    assert client.promote("m", "v2").generation == 9


@pytest.mark.parametrize("code", [code for code in StatusCode if code is not StatusCode.OK])
def test_a_status_is_the_error_that_the_fast_lane_has(starting: Starting, making: Making, code: StatusCode) -> None:
    starting(lambda request: Failure(code, "das Modell „stok“ ist 100 % weg\nZeile 2"))
    client = making(retries=False)
    with pytest.raises(HearthError) as caught:
        client.predict("m", [1.0])
    from hearth_client.errors import error_for_status

    expected = error_for_status(code, "das Modell „stok“ ist 100 % weg\nZeile 2")
    assert type(caught.value) is type(expected) and caught.value.code is code
    assert caught.value.message == expected.message and caught.value.origin is Origin.SERVER


def test_a_slow_answer_ends_at_the_deadline(starting: Starting, making: Making) -> None:
    release = threading.Event()

    def answer(request: Request) -> bytes:
        if request.method == "Predict":
            release.wait(10)
        return replies.stats()

    starting(answer)
    client = making()
    began = time.monotonic()
    with pytest.raises(DeadlineExceeded, match=r"no answer within 0\.2 s") as caught:
        client.predict("m", [1.0], timeout=0.2)
    assert 0.15 < time.monotonic() - began < 5 and caught.value.origin is Origin.CLIENT
    release.set()
    assert client.stats().version == "1"


def test_nobody_there_is_told_with_the_mend(path: str, making: Making) -> None:
    with pytest.raises(Unavailable, match=f"cannot connect to {path}: No such file or directory; is hearthd") as caught:
        making(retries=False).stats()
    assert caught.value.origin is Origin.CONNECTION
    began = time.monotonic()
    with pytest.raises(Unavailable, match="is hearthd running"):
        making(timeout=0.3).stats()
    assert time.monotonic() - began < 5
    events = making(retries=False)
    with pytest.raises(Unavailable, match="No such file or directory; is hearthd running"):
        next(iter(events.watch()))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open every socket")
def test_a_socket_without_permission_is_told(path: str, starting: Starting, making: Making) -> None:
    starting(replies.sums)
    os.chmod(path, 0)
    with pytest.raises(PermissionDenied, match="ask for membership"):
        making().stats()


def test_a_restart_goes_unnoticed_by_calls_that_change_nothing(starting: Starting, making: Making) -> None:
    first = starting(answers(Stats=replies.stats("1")))
    client = making()
    assert client.stats().version == "1"
    first.stop()
    restarter = threading.Timer(0.3, lambda: starting(answers(Stats=replies.stats("2"))))
    restarter.start()
    began = time.monotonic()
    assert client.stats().version == "2"
    assert time.monotonic() - began < 5
    restarter.join()


def test_unavailable_is_asked_again_where_nothing_changes(starting: Starting, making: Making) -> None:
    def answer(request: Request) -> Any:
        last = len(server.requests) == 3
        return replies.stats() if last else Failure(StatusCode.UNAVAILABLE, "the server is stopping")

    server = starting(answer)
    client = making()
    assert client.stats().version == "1" and len(server.requests) == 3
    server.requests.clear()
    with pytest.raises(Unavailable, match="the server is stopping") as caught:
        client.promote("m", "v")
    assert len(server.requests) == 1 and caught.value.origin is Origin.SERVER


def test_a_change_that_reached_a_server_is_not_made_twice(starting: Starting, making: Making) -> None:
    arrived = threading.Event()

    def answer(request: Request) -> bytes:
        arrived.set()
        time.sleep(0.5)
        return b""

    server = starting(answer)
    client = making()
    stopper = threading.Thread(target=lambda: arrived.wait(10) and server.stop())
    stopper.start()
    with pytest.raises(HearthError):
        client.promote("m", "v")
    stopper.join()
    assert len(server.requests) == 1


def test_a_change_waits_for_a_server_that_is_being_started(starting: Starting, making: Making) -> None:
    starter = threading.Timer(0.3, lambda: starting(answers(Promote=b"\x20\x02")))
    starter.start()
    assert making().promote("m", "v").generation == 2
    starter.join()


def test_a_batch_beyond_one_message_is_sent_in_parts(starting: Starting, making: Making) -> None:
    server = starting(replies.sums)
    rows = np.ones((2, 1_200_000))
    rows[1] = 2
    answer = making(timeout=60).predict("m", rows)
    assert answer["predict"].tolist() == [1.2e6, 2.4e6] and answer.row_count == 2
    sizes = [len(request.payload) for request in server.requests]
    assert len(sizes) == 2 and max(sizes) <= MESSAGE_BYTE_COUNT_MAX
    assert replies.predict_request(server.requests[1].payload)[1] == "v1", "one version answers all parts"


def test_a_batch_of_the_fast_lanes_two_frames_is_one_message(starting: Starting, making: Making) -> None:
    server = starting(replies.sums)
    answer = making(timeout=60).predict("m", np.ones((100, 16_000)))
    assert answer["predict"].tolist() == [16_000.0] * 100 and len(server.requests) == 1


def test_a_reply_beyond_one_message_makes_the_parts_smaller(starting: Starting, making: Making) -> None:
    # Replies a thousand times as wide as the rows: of 8,000 rows not in one message, of 2,000 they do.
    def wide(request: Request) -> bytes:
        count = len(replies.predict_request(request.payload)[3])
        output = _wire.text_field(1, "wide") + _wire.integer_field(2, 1000) + _wire.bytes_field(3, bytes(8000 * count))
        return _wire.integer_field(5, count) + _wire.bytes_field(6, output)

    server = starting(wide)
    answer = making(timeout=60).predict("m", np.ones((6000, 1)))
    assert answer.row_count == 6000 and answer["wide"].shape == (6000, 1000)
    counts = [len(replies.predict_request(request.payload)[3]) for request in server.requests]
    assert counts[0] == 6000 and sum(count for count in counts if count <= 2097) == 6000


def test_a_series_beyond_one_message_is_refused(starting: Starting, making: Making) -> None:
    server = starting(replies.sums)
    with pytest.raises(ResourceExhausted, match="16777216 are the most in one message; send less"):
        making().detect("s", np.ones(3_000_000))
    assert not server.requests


def test_a_closed_client_opens_again(starting: Starting, making: Making) -> None:
    starting(answers(Stats=replies.stats()))
    client = making()
    for _ in range(3):
        assert client.stats().version == "1"
        client.close()


def test_closing_ends_a_call_on_its_way(path: str, starting: Starting) -> None:
    arrived, release = threading.Event(), threading.Event()

    def answer(request: Request) -> bytes:
        arrived.set()
        release.wait(10)
        return b""

    starting(answer)
    client = Client(path, timeout=10, transport="grpc")
    closer = threading.Thread(target=lambda: arrived.wait(10) and client.close())
    closer.start()
    with pytest.raises(Cancelled, match="the client was closed"):
        client.stats()
    closer.join()

    async def run() -> None:
        arrived.clear()
        async_client = AsyncClient(path, timeout=10, transport="grpc")
        call = asyncio.ensure_future(async_client.stats())
        await asyncio.get_running_loop().run_in_executor(None, arrived.wait, 10)
        await async_client.close()
        with pytest.raises(Cancelled, match="the client was closed"):
            await call

    asyncio.run(run())
    release.set()


def test_a_watch_gives_events_until_the_server_ends_it(starting: Starting, making: Making) -> None:
    server = starting(lambda request: replies.event("m", "available"))
    events = iter(making().watch("m"))
    assert next(events).kind == "available"
    server.stop_watching.set()
    assert list(events) == []


def test_a_watch_that_breaks_raises(starting: Starting, making: Making) -> None:
    server = starting(lambda request: replies.event("m", "available"))
    events = iter(making().watch("m"))
    assert next(events).kind == "available"
    server.stop()
    with pytest.raises((Unavailable, Cancelled)):
        next(events)


def test_a_watch_that_is_refused_raises(starting: Starting, making: Making) -> None:
    starting(lambda request: Failure(StatusCode.PERMISSION_DENIED, "not for you"))
    with pytest.raises(PermissionDenied, match="not for you"):
        next(iter(making().watch("m")))


def test_a_watch_outlasts_the_clients_close_and_ends_by_its_own(path: str, starting: Starting) -> None:
    server = starting(lambda request: replies.event("m", "available"))
    client = Client(path, timeout=10, transport="grpc")
    events = client.watch()
    client.close()
    assert next(events).kind == "available"
    closer = threading.Timer(0.1, events.close)
    closer.start()
    assert list(events) == []
    closer.join()
    assert server.watch_ended.wait(10), "the server is told"


def test_an_abandoned_async_watch_tells_the_server(path: str, starting: Starting) -> None:
    server = starting(lambda request: replies.event("m", "available"))

    async def run() -> None:
        async with AsyncClient(path, timeout=10, transport="grpc") as client:
            events = client.watch()
            async for event in events:
                assert event.kind == "available"
                break
            await events.aclose()  # type: ignore[attr-defined]

    asyncio.run(run())
    assert server.watch_ended.wait(10)


def test_threads_share_one_channel(path: str, starting: Starting) -> None:
    starting(replies.sums)
    failures: List[object] = []
    with Client(path, timeout=20, transport="grpc") as client:

        def work(number: int) -> None:
            for turn in range(50):
                if client.predict("m", [[float(number), float(turn)]])["predict"][0] != number + turn:
                    failures.append((number, turn))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert list(client._transport._channels) == [os.getpid()]  # type: ignore[attr-defined]
    assert not failures


def test_many_async_calls_are_answered_together(path: str, starting: Starting) -> None:
    starting(replies.sums)

    async def run() -> None:
        async with AsyncClient(path, timeout=20, transport="grpc") as client:
            found = await asyncio.gather(*(client.predict("m", [[float(value)]]) for value in range(200)))
            assert [answer["predict"][0] for answer in found] == [float(value) for value in range(200)]

    asyncio.run(run())


def test_an_async_client_follows_its_caller_into_another_loop(path: str, starting: Starting) -> None:
    starting(answers(Stats=replies.stats()))
    client = AsyncClient(path, timeout=10, transport="grpc")
    for _ in range(2):
        assert asyncio.run(client.stats()).version == "1"


FORK = """
import os, sys
from hearth_client import Client
client = Client(sys.argv[1], timeout=10, transport="grpc")
for _ in range(int(sys.argv[2])):
    client.predict("m", [1.0, 2.0])
children = []
for number in range(3):
    child = os.fork()
    if child == 0:
        good = all(client.predict("m", [[float(number), 1.0]])["predict"][0] == number + 1 for _ in range(20))
        client.close()
        os._exit(0 if good else 1)
    children.append(child)
statuses = [os.waitpid(child, 0)[1] for child in children]
assert client.predict("m", [1.0, 2.0]).row_count == 1
client.close()
sys.exit(0 if statuses == [0, 0, 0] else str(statuses))
"""


@pytest.mark.parametrize("calls_before", [0, 5])
def test_forked_children_have_channels_of_their_own(path: str, starting: Starting, calls_before: int) -> None:
    starting(lambda request: replies.sums(request))
    # Before its first call a client may be forked as it is; after it, grpcio wants its fork support.
    environment: Dict[str, str] = {**os.environ, **({"GRPC_ENABLE_FORK_SUPPORT": "1"} if calls_before else {})}
    done = subprocess.run(
        [sys.executable, "-c", FORK, path, str(calls_before)],
        env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_a_path_may_have_any_characters(path: str) -> None:
    strange = os.path.join(os.path.dirname(path), "h 100%?#ü.sock")
    server = FakeGRPCServer(target(strange), answers(Stats=replies.stats()))
    try:
        assert os.path.exists(strange)
        with Client(strange, timeout=10, transport="grpc") as client:
            assert client.stats().version == "1"
    finally:
        server.stop()


def test_a_remote_model_takes_the_lane_that_is_asked_for(path: str, starting: Starting, monkeypatch: Any) -> None:
    server = starting(replies.sums)
    monkeypatch.setenv("HEARTH_SOCKET", path)
    model = RemoteModel("m", transport="grpc", timeout=10)
    assert model._ask(("predict",), [[1.0, 2.0]])["predict"].tolist() == [3.0]
    assert len(server.requests) == 1
    model._client.close()
    with pytest.raises(InvalidArgument, match="transport='grpc' was asked of a client that uses 'fast'"):
        RemoteModel("m", Client(path), transport="grpc")


def test_an_unknown_lane_is_refused(path: str) -> None:
    for kind in (Client, AsyncClient):
        with pytest.raises(InvalidArgument, match="transport='tcp' was asked for; there are 'fast' and 'grpc'"):
            kind(path, transport="tcp")


def test_without_grpcio_the_mend_is_told_and_the_fast_lane_works(path: str, monkeypatch: Any) -> None:
    imported = builtins.__import__

    def without_grpcio(name: str, *given: Any, **named: Any) -> Any:
        if name == "grpc":
            raise ImportError("No module named 'grpc'")
        return imported(name, *given, **named)

    monkeypatch.setattr(builtins, "__import__", without_grpcio)
    for kind in (Client, AsyncClient):
        with pytest.raises(ImportError, match=r"pip install 'hearth-client\[grpc\]'; transport='fast' needs nothing"):
            kind(path, transport="grpc")
        kind(path)


def test_the_fast_lane_imports_no_grpcio() -> None:
    code = "import sys, hearth_client; hearth_client.Client('/x'); sys.exit('grpc' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_conflicts_are_errors_of_their_own_kind(starting: Starting, making: Making) -> None:
    starting(lambda request: Failure(10, "another change came between"))
    with pytest.raises(Aborted, match="another change"):
        making().promote("m", "v", expected_generation=3)
