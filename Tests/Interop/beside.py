"""A well-behaved client beside the abuse: calls by the fast lane all the time and writes how long each took.

    beside.py SOCKET MODEL COLUMNS FILE     until its standard input is closed
"""

from __future__ import annotations

import select
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import List, Tuple

RECORD = struct.Struct("<dd")


class Beside:
    """The process, and what it wrote."""

    def __init__(self, socket: str, model: str, columns: int, folder: Path) -> None:
        self.file = folder / "beside.times"
        self.process = subprocess.Popen(
            [sys.executable, __file__, socket, model, str(columns), str(self.file)], stdin=subprocess.PIPE
        )

    def times(self, begin: float, end: float) -> List[float]:
        """Seconds that the calls took which began between two points of the monotonic clock, sorted."""
        data = self.file.read_bytes()
        whole = data[: len(data) // RECORD.size * RECORD.size]
        return sorted(took for at, took in RECORD.iter_unpack(whole) if begin <= at <= end)

    def stop(self) -> None:
        """Ends it. It has failed when a call failed."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(30) == 0, "a call of the well-behaved client failed"


def p50_p99(times: List[float]) -> Tuple[float, float]:
    """Microseconds."""
    return times[len(times) // 2] * 1e6, times[len(times) * 99 // 100] * 1e6


def main() -> None:
    """Calls."""
    from hearth_client import Client

    path, model, columns, file = sys.argv[1:]
    row = [0.5] * int(columns)
    clock = time.monotonic
    with Client(path, timeout=20) as client, open(file, "wb") as out:
        while not select.select([sys.stdin], [], [], 0.002)[0]:
            for _ in range(5):
                began = clock()
                client.predict(model, row)
                out.write(RECORD.pack(began, clock() - began))
            out.flush()


if __name__ == "__main__":
    main()
