"""The examples, as one would run them."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import pytest
from conftest import Hearth

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def run(example: str, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(EXAMPLES / example), *arguments],
        capture_output=True, text=True, timeout=60, env={**os.environ, **environment},
    )  # fmt: skip


def test_before_runs() -> None:
    pytest.importorskip("sklearn")
    done = run("anomaly_detector_before.py")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["[1, 1, 1, -1, 1]", "[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1]"]


def test_after_runs(hearth: Hearth) -> None:
    values = ",".join(["60", "61", "59", "60", "62", "58"] * 4)
    done = run("anomaly_detector_after.py", "stok_seviye", values, HEARTH_SOCKET=hearth.socket)
    assert done.returncode == 0 and len(json.loads(done.stdout)) == 24 and not done.stderr


# R39, R85
@pytest.mark.parametrize("socket_path", [None, "/nowhere/h.sock"])
def test_after_falls_back_without_a_model_and_without_a_server(hearth: Hearth, socket_path: Optional[str]) -> None:
    values = ",".join(["60"] * 20 + ["500"])
    done = run("anomaly_detector_after.py", "unknown", values, HEARTH_SOCKET=socket_path or hearth.socket)
    assert json.loads(done.stdout) == [1] * 20 + [-1] and "z-score instead" in done.stderr


class _UnixHTTP(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=30)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(self._path)


def ask(path: str, method: str, url: str, body: Optional[Dict[str, Any]] = None) -> Tuple[int, Any]:
    connection = _UnixHTTP(path)
    try:
        connection.request(method, url, json.dumps(body) if body else None, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def test_a_flask_worker_under_gunicorn_that_forks_after_the_first_call(hearth: Hearth, path: str) -> None:
    pytest.importorskip("flask")
    pytest.importorskip("gunicorn")
    # The client has made a call before the fork: the workers must not use its connection.
    folder = Path(path).parent
    (folder / "warm.py").write_text("from flask_worker import app, client\nassert client.stats().version\n")
    server = subprocess.Popen(
        [
            sys.executable, "-m", "gunicorn", "--preload", "--workers", "3", "--threads", "2", "--bind", f"unix:{path}",
            "--pythonpath", f"{EXAMPLES},{folder}", "--log-level", "warning", "warm:app",
        ],
        env={**os.environ, "HEARTH_SOCKET": hearth.socket, "HOME": str(folder)},
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                assert ask(path, "GET", "/health")[0] == 200
                break
            except OSError:
                assert server.poll() is None and time.monotonic() < deadline
                time.sleep(0.02)
        values: List[float] = [60, 61, 59, 60, 62, 58, 60, 61]
        answers = [ask(path, "POST", "/detect/stok_seviye", {"values": values}) for _ in range(60)]
        assert {status for status, _ in answers} == {200}
        assert all(answer == answers[0][1] for _, answer in answers) and len(answers[0][1]["scores"]) == 3
        assert ask(path, "POST", "/detect/nothing", {"values": values})[0] == 404
        status, told = ask(path, "POST", "/detect/stok_seviye", {"values": [1]})
        assert status == 400 and "at least 6 points" in told["message"]
        # A restart of hearthd goes unnoticed behind it too.
        hearth.kill_and_restart()
        assert ask(path, "POST", "/detect/stok_seviye", {"values": values})[0] == 200
    finally:
        server.terminate()
        server.wait(20)
