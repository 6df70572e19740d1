"""What the scripts about the registry share: a PostgreSQL of their own, hearthd over it, promotions in SQL, and a caller.

Everything is in one temporary folder and ends with the script; processes are ended by their ids.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(os.environ.get("HEARTH_BIN", ROOT / ".build/release"))
sys.path.insert(0, str(ROOT / "clients/python/src"))
MODEL = "isolation_forest.eight"
ROW = [0.1, -0.5, 1.5, 0.25, 0.0, 2.0, -1.0, 0.5]


def require_programs(*names):
    for name in names:
        if not (PROGRAMS / name).exists():
            sys.exit(f"no {name} in {PROGRAMS}: swift build -c release, or set HEARTH_BIN")


def stop(process, number=signal.SIGTERM):
    """Ends one of our own processes, by its id."""
    if process.poll() is None:
        process.send_signal(number)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Postgres:
    """A server on a socket in the folder, without a network; as another user when this is root."""

    def __init__(self, folder):
        versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
        if not versions:
            sys.exit("no PostgreSQL server in /usr/lib/postgresql: install the package postgresql")
        self.binaries = versions[-1].parent
        # Short and open to the other user: a socket's path has 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="hearth-pg-", dir="/tmp"))
        self.folder.chmod(0o777)
        self.wrapper = []
        if os.geteuid() == 0:
            self.wrapper = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        self.url = f"postgresql://hearth@/postgres?host={self.folder}"
        self.run("initdb", "-D", self.folder / "data", "-A", "trust", "-U", "hearth", "-E", "UTF8", "--locale=C")
        self.process = None
        self.start()

    def run(self, program, *arguments):
        command = [*self.wrapper, self.binaries / program, *arguments]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, cwd="/")
        if done.returncode:
            sys.exit(f"{program}: {done.stdout}{done.stderr}")

    def start(self):
        """Starts it and waits until it answers."""
        self.log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(
            [*self.wrapper, str(self.binaries / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder),
             "-c", "listen_addresses="], stdout=self.log, stderr=self.log, cwd="/",
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while subprocess.run(self.psql("-c", "SELECT 1"), capture_output=True).returncode:
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"postgres did not start: {(self.folder / 'log').read_text()}")
            time.sleep(0.02)

    def stop(self):
        """At once: its clients' connections break."""
        self.run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop")
        self.process.wait(30)

    def psql(self, *arguments):
        return [str(self.binaries / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.url, *arguments]

    def query(self, sql):
        done = subprocess.run(self.psql("-f", "-"), input=sql, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"psql: {done.stderr}")
        return done.stdout

    def end(self):
        if self.process and self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def promotion(version, notifies, head="(SELECT version FROM registry_head)", now="now()"):
    """The statements of a promotion as the stores make it, up to its COMMIT."""
    names = f"name = '{MODEL}'"
    lines = [
        "UPDATE registry_head SET version = version + 1 WHERE id = 1",
        f"UPDATE ml_models SET status = 'success' WHERE {names} AND status = 'production'",
        f"UPDATE ml_models SET status = 'production', promoted_at = {now} WHERE model_id = '{version}'",
        f"UPDATE production_pointers SET previous_model_id = model_id, model_id = '{version}', "
        f"generation = generation + 1, changed_at = {now} WHERE {names}",
        "INSERT INTO registry_events (head_version, kind, name, model_id, actor, reason, at) "
        f"VALUES ({head}, 'promoted', '{MODEL}', '{version}', 'benchmark', '', {now})",
    ]
    if notifies:
        lines.append(f"SELECT pg_notify('hearth_registry', {head}::text)")
    return lines


class PostgresPromoter:
    """A session of psql that promotes."""

    def __init__(self, postgres, notifies=True):
        self.notifies = notifies
        self.process = subprocess.Popen(
            postgres.psql(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)  # fmt: skip

    def send(self, *lines):
        self.process.stdin.write("".join(f"{line}\n" for line in lines) + "\\echo done\n")
        self.process.stdin.flush()
        while (line := self.process.stdout.readline()) != "done\n":
            if not line:
                sys.exit("psql ended")

    def promote(self, version):
        """Returns when the COMMIT was sent."""
        self.send("BEGIN;", *(f"{line};" for line in promotion(version, self.notifies)))
        began = time.monotonic()
        self.send("COMMIT;")
        return began

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)


class SQLitePromoter:
    """Another process's connection to the file."""

    def __init__(self, path):
        self.database = sqlite3.connect(path, isolation_level=None, timeout=10)
        self.database.execute("PRAGMA synchronous = FULL")

    def promote(self, version):
        now = str(int(time.time() * 1e6))
        self.database.execute("BEGIN IMMEDIATE")
        for line in promotion(version, notifies=False, now=now):
            self.database.execute(line)
        began = time.monotonic()
        self.database.execute("COMMIT")
        return began

    def close(self):
        self.database.close()


class Place:
    """A model directory with versions of one series, in a registry."""

    def __init__(self, folder, registry=None):
        self.folder, self.registry = Path(folder), registry
        self.models = self.folder / "models"
        self.location = ["--models-dir", self.models, *(["--registry", registry] if registry else [])]
        if registry:
            self.command("hearth", "db", "upgrade", "--registry", registry)

    def command(self, program, *arguments):
        done = subprocess.run([PROGRAMS / program, *arguments], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{program} {arguments[0]}: {done.stdout}{done.stderr}")
        return done.stdout

    def train(self, count):
        """Trains so many versions; the first is in production. Returns their ids."""
        table = self.folder / "eight.csv"
        numbers = random.Random(5)
        with open(table, "w") as file:
            file.write(",".join(f"f{index}" for index in range(len(ROW))) + "\n")
            for _ in range(2000):
                file.write(",".join(repr(numbers.gauss(0, 1)) for _ in ROW) + "\n")
        for seed in range(count):
            self.command(
                "hearth-trainer", "train", "isolation-forest", "--data", table, "--series", "eight", "--trees", "100",
                "--seed", str(seed), *(["--promote"] if seed == 0 else []), *self.location)  # fmt: skip
        folders = [path for path in self.models.iterdir() if path.is_dir() and not path.name.startswith(".")]
        return sorted(path.name for path in folders)

    def artifact_bytes(self, version):
        return (self.models / version / "model.hearth").stat().st_size


class Server:
    """hearthd."""

    def __init__(self, place, *arguments):
        from hearth_client import Client

        self.socket = place.folder / "h.sock"
        self.log = open(place.folder / "hearthd.log", "ab")
        began = time.monotonic()
        self.process = subprocess.Popen(
            [PROGRAMS / "hearthd", "--socket", self.socket, *place.location, *arguments], stdout=self.log,
            stderr=self.log)  # fmt: skip
        # Not the client's own attempts: they are made at growing intervals.
        while not self.accepts():
            if self.process.poll() is not None or time.monotonic() > began + 60:
                sys.exit(f"hearthd did not start: {(place.folder / 'hearthd.log').read_text()}")
            time.sleep(0.0005)
        self.client = Client(self.socket)
        self.client.stats()
        self.started_seconds = time.monotonic() - began

    def accepts(self):
        with socket.socket(socket.AF_UNIX) as connection:
            return connection.connect_ex(str(self.socket)) == 0

    def counter(self, name):
        return next(counter.value for counter in self.client.stats().counters if counter.name == name)

    def version(self):
        return self.client.predict(MODEL, [ROW]).model_version

    def end(self):
        self.client.close()
        stop(self.process)
        self.log.close()


class Load(threading.Thread):
    """Calls without a pause; every failure is kept."""

    def __init__(self, socket):
        from hearth_client import Client

        super().__init__(daemon=True)
        self.client = Client(socket, timeout=10, retries=False)
        self.calls, self.failures, self.slowest, self.isEnding = 0, [], 0.0, False

    def run(self):
        while not self.isEnding:
            began = time.monotonic()
            try:
                self.client.predict(MODEL, [ROW])
            except Exception as error:
                self.failures.append(str(error))
            self.calls += 1
            self.slowest = max(self.slowest, time.monotonic() - began)

    def end(self):
        self.isEnding = True
        self.join()


def percentile(values, percent):
    """The smallest value that so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]
