"""nginx with deploy/nginx/hearth.conf in front: TLS on TCP outside, the Unix socket inside."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable, Iterator, Tuple

import grpc
import numpy as np
import pytest
from hearth.v1 import inference_pb2, inference_pb2_grpc, models_pb2, models_pb2_grpc
from hearth_client import Client
from server import FOREST, ROW, WIDE, Hearth

CONFIGURATION = Path(__file__).resolve().parents[2] / "deploy/nginx/hearth.conf"
NGINX = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")

pytestmark = pytest.mark.skipif(NGINX is None, reason="no nginx here: apt-get install nginx-light")

MAIN = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
worker_processes 1;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/hearth.conf;
}}
"""


@contextlib.contextmanager
def nginx(path: str, folder: Path) -> Iterator[Tuple[str, bytes]]:
    """An nginx of this test's own in front of a socket: its address and its certificate."""
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout",
            str(folder / "server.key"), "-out", str(folder / "server.crt"),
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    text = CONFIGURATION.read_text()
    for old, new in (
        ("/run/hearth/hearth.sock", path),
        ("listen 8443", f"listen 127.0.0.1:{port}"),
        ("/etc/hearth/tls", str(folder)),
    ):
        assert old in text
        text = text.replace(old, new)
    (folder / "hearth.conf").write_text(text)
    # Root's nginx would give its workers to another user, who may not enter this test's folders.
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user))
    assert NGINX is not None
    process = subprocess.Popen(
        [NGINX, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                pytest.fail(f"nginx did not start: {process.communicate()[1]}")
            time.sleep(0.02)
    try:
        yield f"localhost:{port}", (folder / "server.crt").read_bytes()
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.fixture(scope="module")
def front(hearth: Hearth, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tuple[str, bytes]]:
    """In front of the hearthd that the tests share."""
    with nginx(hearth.socket, tmp_path_factory.mktemp("nginx")) as address:
        yield address


@pytest.fixture
def channel(front: Tuple[str, bytes]) -> Iterator[grpc.Channel]:
    target, certificate = front
    options = [("grpc.max_send_message_length", 64 << 20), ("grpc.max_receive_message_length", 64 << 20)]
    with grpc.secure_channel(target, grpc.ssl_channel_credentials(certificate), options) as channel:
        yield channel


def request(values: Any, model: str = FOREST, **more: Any) -> Any:
    return inference_pb2.PredictRequest(model_name=model, values=np.ravel(values), **more)


def test_answers_are_the_same_as_inside(channel: grpc.Channel, fast: Client) -> None:
    stub = inference_pb2_grpc.InferenceStub(channel)
    rows = np.random.default_rng(3).normal(size=(500, 8))
    reply = stub.Predict(request(rows), timeout=20)
    expected = fast.predict(FOREST, rows)
    for output in reply.outputs:
        assert np.array(output.values).tobytes() == expected[output.name].tobytes()
    for _ in range(200):
        assert stub.Predict(request(ROW), timeout=20).row_count == 1


def test_many_at_once(channel: grpc.Channel, fast: Client) -> None:
    stub = inference_pb2_grpc.InferenceStub(channel)
    rows = np.random.default_rng(3).normal(size=(400, 8))
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda row: stub.Predict(request(row), timeout=30).outputs[0].values[0], rows))
    assert found == fast.predict(FOREST, rows).outputs["score_samples"].tolist()


def test_large_messages_go_through(channel: grpc.Channel) -> None:
    stub = inference_pb2_grpc.InferenceStub(channel)
    rows = np.random.default_rng(3).normal(size=(100_000, 16))
    reply = stub.Predict(request(rows, WIDE, outputs=["predict"]), timeout=60)
    assert reply.row_count == 100_000
    with pytest.raises(grpc.RpcError) as caught:
        stub.Predict(request(np.zeros(3_000_000), WIDE), timeout=60)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED, caught.value


def test_hearthds_errors_come_through(channel: grpc.Channel) -> None:
    stub = inference_pb2_grpc.InferenceStub(channel)
    with pytest.raises(grpc.RpcError) as caught:
        stub.Predict(request(ROW, "isolation_forest.none"), timeout=20)
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND and "isolation_forest.none" in caught.value.details()
    with pytest.raises(grpc.RpcError) as caught:
        stub.Predict(request(ROW, outputs=["größe"]), timeout=20)
    assert "'größe'" in caught.value.details()


def test_the_control_plane_stays_inside(channel: grpc.Channel) -> None:
    models = models_pb2_grpc.ModelsStub(channel)
    for call, message in (
        (models.Promote, models_pb2.PromoteRequest(model_name=FOREST)),
        (models.Stats, models_pb2.StatsRequest()),
    ):
        with pytest.raises(grpc.RpcError) as caught:
            call(message, timeout=20)
        assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
        assert caught.value.details() == "this call is not open here"
    for path in ("RepositoryModelLoad", "RepositoryModelUnload"):
        with pytest.raises(grpc.RpcError) as caught:
            channel.unary_unary(f"/inference.GRPCInferenceService/{path}")(b"", timeout=20)
        assert caught.value.details() == "this call is not open here"


def test_a_hearthd_that_is_gone_is_unavailable_and_its_return_is_noticed(
    starting: Callable[..., Hearth], tmp_path: Path
) -> None:
    server = starting()
    with nginx(server.socket, tmp_path) as (target, certificate):
        with grpc.secure_channel(target, grpc.ssl_channel_credentials(certificate)) as channel:
            stub = inference_pb2_grpc.InferenceStub(channel)
            assert stub.Predict(request(ROW), timeout=20).row_count == 1
            assert server.stop() == 0
            with pytest.raises(grpc.RpcError) as caught:
                stub.Predict(request(ROW), timeout=20)
            assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
            assert caught.value.details() == "hearthd does not answer; is it running?"
            server.start()
            # At once: nginx never takes the only server of an upstream for down.
            assert stub.Predict(request(ROW), timeout=20).row_count == 1
