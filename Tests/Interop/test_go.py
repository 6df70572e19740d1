"""Go's gRPC and containerd's ttrpc library, as Debian packages them: the programs in `go/`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Dict

import pytest
from hearth_client import Client
from server import FOREST, ROW, Hearth

LIBRARIES = [Path("/usr/share/gocode/src") / name for name in ("google.golang.org/grpc", "github.com/containerd/ttrpc")]
pytestmark = pytest.mark.skipif(
    shutil.which("go") is None or not all(path.is_dir() for path in LIBRARIES),
    reason="no Go libraries here: "
    "apt-get install golang-go golang-google-grpc-dev golang-github-containerd-ttrpc-dev",
)


@pytest.fixture(scope="module")
def built() -> Path:
    """The folder of the programs. Kept: the first build takes half a minute."""
    folder = Path(__file__).resolve().parent / "generated-go"
    subprocess.run([str(Path(__file__).resolve().parent / "go/build"), str(folder)], check=True, timeout=300)
    return folder


@pytest.mark.parametrize("program", ["grpccheck", "ttrpccheck"])
def test_gos_library_gets_the_same_answers(
    hearth: Hearth, built: Path, fast: Client, versions: Dict[str, str], program: str
) -> None:
    done = subprocess.run(
        [str(built / program), hearth.socket, FOREST, *map(str, ROW)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    score, version = done.stdout.split()
    assert float(score) == fast.predict(FOREST, ROW)["score_samples"][0] and version == versions["first"]
