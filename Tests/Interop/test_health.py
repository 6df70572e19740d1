"""grpc.health.v1 with the messages and stubs of grpcio-health-checking."""

from __future__ import annotations

from typing import Any, Callable, Iterator

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from server import FOREST, ZSCORE, Hearth

SERVING = health_pb2.HealthCheckResponse.SERVING
UNKNOWN = health_pb2.HealthCheckResponse.SERVICE_UNKNOWN


@pytest.fixture
def health(hearth: Hearth) -> Iterator[Any]:
    with grpc.insecure_channel(hearth.target) as channel:
        yield health_pb2_grpc.HealthStub(channel)


def check(health: Any, service: str) -> Any:
    return health.Check(health_pb2.HealthCheckRequest(service=service), timeout=10).status


@pytest.mark.parametrize("service", ["", "hearth.v1.Inference", FOREST, ZSCORE])
def test_what_serves_is_serving(health: Any, service: str) -> None:
    assert check(health, service) == SERVING


@pytest.mark.parametrize("service", ["isolation_forest.none", "none.Such", "a/b", "größe"])
def test_what_is_not_there_is_not_found(health: Any, service: str) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        check(health, service)
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND and service in caught.value.details()


@pytest.mark.parametrize("service", ["", FOREST])
def test_a_watch_tells_the_state_and_goes_on(health: Any, service: str) -> None:
    watching = health.Watch(health_pb2.HealthCheckRequest(service=service), timeout=10)
    assert next(watching).status == SERVING
    watching.cancel()


def test_a_watch_of_what_is_not_there_says_so_and_stays_open(health: Any) -> None:
    watching = health.Watch(health_pb2.HealthCheckRequest(service="isolation_forest.none"), timeout=0.5)
    assert next(watching).status == UNKNOWN
    with pytest.raises(grpc.RpcError) as caught:
        next(watching)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_stopping_server_tells_its_watchers(starting: Callable[..., Hearth]) -> None:
    server = starting()
    with grpc.insecure_channel(server.target) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        watching = health.Watch(health_pb2.HealthCheckRequest(service=FOREST), timeout=20)
        assert next(watching).status == SERVING
        server.terminate()
        told = []
        with pytest.raises(grpc.RpcError) as caught:
            for reply in watching:
                told.append(reply.status)
        assert told in ([], [health_pb2.HealthCheckResponse.NOT_SERVING])
        assert caught.value.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
    assert server.stop() == 0
