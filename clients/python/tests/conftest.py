from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional

import pytest
from fake_server import FakeServer, Request

from hearth_client import Client, HearthError

ROOT = Path(__file__).resolve().parents[3]
PROGRAMS = ("hearthd", "hearth", "hearth-trainer")


@pytest.fixture
def path() -> Iterator[str]:
    """A place for a socket: short, as a Unix socket's path has 108 bytes at most."""
    folder = tempfile.mkdtemp(prefix="hearth-")
    yield os.path.join(folder, "h.sock")
    shutil.rmtree(folder)


@pytest.fixture
def answering(path: str) -> Iterator[Callable[[Callable[[Request], Optional[bytes]]], FakeServer]]:
    """Starts a fake server that answers each request with what a function makes of it."""
    servers: List[FakeServer] = []

    def start(answer: Callable[[Request], Optional[bytes]]) -> FakeServer:
        servers.append(FakeServer.answering(path, answer))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def serving(path: str) -> Iterator[Callable[..., FakeServer]]:
    """Starts a fake server whose connections are each handled by a function."""
    servers: List[FakeServer] = []

    def start(serve: Callable[..., None]) -> FakeServer:
        servers.append(FakeServer(path, serve))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


# The real server


def _programs() -> Optional[Path]:
    named = os.environ.get("HEARTH_BIN")
    folders = [Path(named)] if named else [ROOT / ".build/release", ROOT / ".build/debug"]
    for folder in folders:
        if all((folder / name).is_file() for name in PROGRAMS):
            return folder
    return None


class Hearth:
    """A hearthd of this test run, and the means to train for it."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs = programs
        self.folder = folder
        self.socket = str(folder / "h.sock")
        self.models = folder / "models"
        self._process: Optional[subprocess.Popen[bytes]] = None

    def run(self, *arguments: str) -> str:
        """Runs one of the programs and gives what it printed."""
        done = subprocess.run(
            [str(self.programs / arguments[0]), *arguments[1:]], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def train(self, series: str, *options: str, promote: bool = True) -> Dict[str, Any]:
        """Trains an isolation forest on the generated minibar series and publishes it."""
        import json

        told = self.run(
            "hearth-trainer", "train", "isolation-forest", "--data", str(self.folder / "minibar.csv"),
            "--series", series, "--label", "label", "--models-dir", str(self.models), "--json",
            *options, *(["--promote"] if promote else []),
        )  # fmt: skip
        answer: Dict[str, Any] = json.loads(told)
        return answer

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        self._spawn()
        deadline = time.monotonic() + 20
        client = Client(self.socket, timeout=1)
        while True:
            try:
                client.stats()
                break
            except HearthError:
                assert self._process is not None and self._process.poll() is None, self.log()
                assert time.monotonic() < deadline, self.log()
        client.close()

    def _spawn(self) -> None:
        with open(self.folder / "hearthd.log", "ab") as log:
            self._process = subprocess.Popen(
                [str(self.programs / "hearthd"), "--socket", self.socket, "--models-dir", str(self.models)],
                stdout=log,
                stderr=log,
            )

    def log(self) -> str:
        return (self.folder / "hearthd.log").read_text()

    def kill(self) -> None:
        """kill -9."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def kill_and_restart(self) -> None:
        """kill -9, and a new one at once; does not wait until it answers."""
        self.kill()
        self._spawn()

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


@pytest.fixture(scope="session")
def hearth() -> Iterator[Hearth]:
    """The real server with three models of the generated series."""
    programs = _programs()
    if programs is None:
        pytest.skip(
            "no hearthd here: build it (swift build -c release) or set HEARTH_BIN to the folder of "
            + ", ".join(PROGRAMS)
        )
    folder = Path(tempfile.mkdtemp(prefix="hearth-"))
    server = Hearth(programs, folder)
    try:
        server.run("hearth-trainer", "generate", "minibar", "--output", str(folder / "minibar.csv"), "--days", "60")
        server.train("minibar", "--columns", "stok_seviye,tuketim_miktar,dolum_sure", "--seed", "1")
        server.train("stok_seviye", "--columns", "stok_seviye", "--window", "6", "--seed", "1")
        server.train("tuketim_miktar", "--columns", "tuketim_miktar", "--seed", "1")
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)
