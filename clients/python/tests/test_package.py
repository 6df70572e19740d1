"""The package as it is given away."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


def test_a_wheel_is_built_without_a_network_and_needs_no_other_package(tmp_path: Path) -> None:
    # A copy: the build leaves folders beside its sources.
    for name in ("pyproject.toml", "README.md", "src/hearth_client"):
        target = tmp_path / "project" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-r", str(PROJECT / name), str(target)], check=True)
    subprocess.run(
        [
            sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation",
            "--wheel-dir", str(tmp_path / "dist"), str(tmp_path / "project"),
        ],
        check=True,
    )  # fmt: skip
    [wheel] = (tmp_path / "dist").iterdir()
    assert wheel.name.startswith("hearth_client-") and wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as content:
        names = set(content.namelist())
        [metadata] = [name for name in names if name.endswith("METADATA")]
        needed = [line for line in content.read(metadata).decode().splitlines() if line.startswith("Requires-Dist")]
    assert {f"hearth_client/{path.name}" for path in (PROJECT / "src/hearth_client").glob("*.py")} <= names
    assert "hearth_client/py.typed" in names
    assert needed and all("extra ==" in line for line in needed), needed
