"""A hearthd of this test run: trained models, the process, its memory."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any, Dict, List, Optional

import numpy as np
from hearth_client import Client, HearthError

PROGRAMS = Path(os.environ["HEARTH_BIN"])

FOREST = "isolation_forest.eight"
"""100 trees, 8 columns; two versions, the first in production."""
COLUMNS = [f"f{number}" for number in range(1, 9)]
WIDE = "isolation_forest.sixteen"
"""For large batches: 16 columns, few trees, so that what is measured is the way and not the model."""
ZSCORE = "z_score.eight_one"
"""One column."""

ROW = [0.5, -1.0, 2.0, 0.25, -0.125, 1.5, 0.0, 3.0]


class Hearth:
    """One hearthd in a folder of its own."""

    def __init__(self, folder: Path, models: Path, *options: str) -> None:
        self.folder = folder
        self.socket = str(folder / "h.sock")
        self.target = f"unix:{self.socket}"
        self.models = models
        self.options = options
        self.process: Optional[subprocess.Popen[bytes]] = None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def start(self) -> None:
        """Starts the process and waits until it answers the fast lane."""
        with open(self.folder / "hearthd.log", "ab") as log:
            self.process = subprocess.Popen(
                [
                    str(PROGRAMS / "hearthd"), "--socket", self.socket, "--models-dir", str(self.models), *self.options
                ],
                stdout=log,
                stderr=log,
            )  # fmt: skip
        deadline = time.monotonic() + 20
        with Client(self.socket, timeout=1) as client:
            while True:
                try:
                    client.stats()
                    return
                except HearthError:
                    assert self.process.poll() is None, self.log()
                    assert time.monotonic() < deadline, self.log()

    def log(self) -> str:
        """What the process wrote."""
        return (self.folder / "hearthd.log").read_text()

    def terminate(self) -> None:
        """SIGTERM, without waiting."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)

    def stop(self) -> int:
        """Ends the process and gives its status."""
        assert self.process is not None
        if self.process.poll() is None:
            self.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode

    def memory(self, name: str) -> int:
        """A line of /proc/<pid>/status in KiB: VmRSS now, VmHWM at its peak."""
        found = re.search(rf"^{name}:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text(), re.MULTILINE)
        assert found is not None
        return int(found.group(1))

    def descriptors(self) -> int:
        """How many files and sockets the process has open."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))


def train(models: Path, *arguments: str) -> Dict[str, Any]:
    """Runs hearth-trainer."""
    done = subprocess.run(
        [str(PROGRAMS / "hearth-trainer"), "train", *arguments, "--models-dir", str(models), "--json"],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told: Dict[str, Any] = json.loads(done.stdout)
    return told


def write_table(path: Path, columns: List[str], rows: int) -> None:
    """Correlated normal numbers with a few outliers."""
    random = np.random.default_rng(11)
    values = random.normal(size=(rows, len(columns))) @ random.normal(size=(len(columns), len(columns)))
    values[:: rows // 20] *= 8
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([[repr(float(value)) for value in row] for row in values])


def publish_models(folder: Path) -> Dict[str, str]:
    """Trains what the tests call; gives the model_ids of the two versions of FOREST."""
    models = folder / "models"
    eight, sixteen = folder / "eight.csv", folder / "sixteen.csv"
    write_table(eight, COLUMNS, 2000)
    write_table(sixteen, [f"g{number}" for number in range(1, 17)], 500)
    forest = ("isolation-forest", "--data", str(eight), "--series", "eight", "--trees", "100")
    first = train(models, *forest, "--seed", "1", "--promote")
    second = train(models, *forest, "--seed", "2")
    train(
        models, "isolation-forest", "--data", str(sixteen), "--series", "sixteen", "--trees", "2", "--max-samples",
        "16", "--seed", "1", "--promote",
    )  # fmt: skip
    train(
        models, "z-score", "--data", str(eight), "--series", "eight_one", "--columns", "f1", "--seed", "1", "--promote"
    )
    return {"first": first["model_id"], "second": second["model_id"]}
