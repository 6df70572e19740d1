from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Callable, Dict, Iterator, List

import pytest
from hearth_client import Client
from server import Hearth, publish_models


@pytest.fixture(scope="session")
def workspace() -> Iterator[Path]:
    """A folder for this run: short, as a Unix socket's path has 108 bytes at most."""
    folder = Path(tempfile.mkdtemp(prefix="hearth-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def versions(workspace: Path) -> Dict[str, str]:
    """The published model_ids of the forest: first (in production), second."""
    return publish_models(workspace)


@pytest.fixture(scope="session")
def hearth(workspace: Path, versions: Dict[str, str]) -> Iterator[Hearth]:
    """The hearthd that most tests share."""
    server = Hearth(workspace, workspace / "models")
    server.start()
    yield server
    assert server.stop() == 0, server.log()


@pytest.fixture
def starting(workspace: Path, versions: Dict[str, str]) -> Iterator[Callable[..., Hearth]]:
    """Starts servers of one test's own, with options."""
    started: List[Hearth] = []

    def start(*options: str) -> Hearth:
        folder = Path(tempfile.mkdtemp(prefix="own-", dir=workspace))
        server = Hearth(folder, workspace / "models", *options)
        server.start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def fast(hearth: Hearth) -> Iterator[Client]:
    """The fast lane beside: what it answers, the other clients must answer."""
    with Client(hearth.socket, timeout=30) as client:
        yield client
