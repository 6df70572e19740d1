"""nghttp2's own tools against the socket: the client prints what it sees, h2load makes load."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import List

import pytest
from frames import message
from server import ROW, Hearth
from test_grpc_protocol import predict_request

H2LOAD = shutil.which("h2load")
pytestmark = pytest.mark.skipif(H2LOAD is None, reason="no h2load here: apt-get install nghttp2-client")


def h2load(hearth: Hearth, body: Path, *options: str) -> str:
    done = subprocess.run(
        [
            str(H2LOAD), *options, "--base-uri", f"unix:{hearth.socket}", "-d", str(body), "-H", "te: trailers", "-H",
            "content-type: application/grpc", "http://localhost/hearth.v1.Inference/Predict",
        ],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def body(tmp_path: Path) -> Path:
    path = tmp_path / "request"
    path.write_bytes(message(predict_request(ROW)))
    return path


SHAPES: List[List[str]] = [
    ["-n", "5000", "-c", "1", "-m", "1"],
    ["-n", "20000", "-c", "8", "-m", "8"],
    ["-n", "20000", "-c", "64", "-m", "10"],
    ["-n", "20000", "-c", "1", "-m", "1000"],
    # Small windows: 2^7-1 bytes per stream.
    ["-n", "2000", "-c", "4", "-m", "10", "-w", "7"],
]


@pytest.mark.parametrize("shape", SHAPES, ids=" ".join)
def test_every_request_of_h2load_succeeds(hearth: Hearth, body: Path, shape: List[str]) -> None:
    told = h2load(hearth, body, *shape)
    count = shape[1]
    assert f"{count} total, {count} started, {count} done, {count} succeeded, 0 failed, 0 errored" in told, told
    assert re.search(rf"status codes: {count} 2xx", told)
