#!/usr/bin/env python3
"""A single-row call as a Python worker sees it, all in one run and taking turns: this client by both lanes, grpcio with
generated stubs and tritonclient against one hearthd, and FastAPI with scikit-learn over a Unix socket.

    python -m venv venv && venv/bin/pip install -r requirements.txt -e ..
    HEARTH_BIN=.build/release venv/bin/python workers.py [ROUNDS]

Both sides answer with an isolation forest of 100 trees of 256 rows, trained on the same table of 8 columns. FastAPI has
one uvicorn worker with a pydantic body, and unpickles its model once at the start; the client keeps its connection.
Times are of this machine, ratios travel better.
"""

from __future__ import annotations

import csv
import http.client
import importlib
import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, Dict, List

import numpy as np

HERE = Path(__file__).resolve()
ROOT = HERE.parents[3]
PROGRAMS = Path(os.environ.get("HEARTH_BIN", ROOT / ".build/release"))
MODEL = "isolation_forest.eight"
COLUMNS = [f"f{number}" for number in range(8)]
WEB = "FastAPI + scikit-learn, predict and decision_function"
WEB_ONCE = "FastAPI + scikit-learn, decision_function only"
CALLS = {WEB: 60, WEB_ONCE: 60}
"""Calls of a round, where they are not 1000."""


def train(folder: Path) -> np.ndarray:
    """The same table for both: a published model here, a pickle there."""
    from sklearn.ensemble import IsolationForest

    rows = np.random.default_rng(3).normal(size=(5000, len(COLUMNS)))
    rows[::50] *= 6
    with open(folder / "eight.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows([[repr(float(value)) for value in row] for row in rows])
    subprocess.run(
        [
            PROGRAMS / "hearth-trainer", "train", "isolation-forest", "--data", folder / "eight.csv", "--series",
            "eight", "--trees", "100", "--test-fraction", "0", "--promote", "--models-dir", folder / "models",
        ],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    model = IsolationForest(n_estimators=100, max_samples=256, random_state=1).fit(rows)
    with open(folder / "model.pkl", "wb") as file:
        pickle.dump(model, file)
    return rows


def application() -> Any:
    """The FastAPI side, as one finds it in tutorials."""
    from fastapi import FastAPI
    from pydantic import BaseModel

    with open(os.environ["MODEL_PICKLE"], "rb") as file:
        model = pickle.load(file)

    class Request(BaseModel):
        rows: List[List[float]]

    class Reply(BaseModel):
        predict: List[int]
        decision_function: List[float]
        score_samples: List[float]

    app = FastAPI()

    def predict(request: Request) -> Reply:
        # As most services do: each method of the estimator walks all trees.
        rows = np.array(request.rows)
        decisions = model.decision_function(rows)
        return reply(model.predict(rows), decisions)

    def predict_once(request: Request) -> Reply:
        # With care: the trees are walked once, and the classes are made of the scores.
        decisions = model.decision_function(np.array(request.rows))
        return reply(np.where(decisions < 0, -1, 1), decisions)

    def reply(classes: np.ndarray, decisions: np.ndarray) -> Reply:
        return Reply(
            predict=classes.tolist(),
            decision_function=decisions.tolist(),
            score_samples=(decisions + model.offset_).tolist(),
        )

    for name, function in (("/predict", predict), ("/predict_once", predict_once)):
        # Annotations are texts here, and the classes are this function's own.
        function.__annotations__ = {"request": Request, "return": Reply}
        app.post(name)(function)
    return app


class UnixHTTP(http.client.HTTPConnection):
    """HTTP/1.1 over a Unix socket, kept open."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(self.path)


def wait_for(path: Path, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while True:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(path))
                return
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    sys.exit(f"nobody listens on {path}")
        time.sleep(0.02)


def generated(folder: Path) -> Any:
    """The stubs of grpcio-tools."""
    from grpc_tools import protoc

    out = folder / "generated"
    out.mkdir()
    given = ["protoc", f"-I{ROOT / 'Protos'}", f"--python_out={out}", f"--grpc_python_out={out}"]
    if protoc.main([*given, "hearth/v1/inference.proto"]):
        sys.exit("protoc failed")
    sys.path.insert(0, str(out))
    return importlib.import_module("hearth.v1.inference_pb2"), importlib.import_module("hearth.v1.inference_pb2_grpc")


def calls(folder: Path, row: np.ndarray) -> Dict[str, Callable[[], float]]:
    """What is compared: each gives the score of the row."""
    import grpc
    import tritonclient.grpc as triton
    from hearth_client import Client

    path = str(folder / "h.sock")
    matrix, values = row.reshape(1, -1), row.tolist()
    fast, slow = Client(path, timeout=10), Client(path, timeout=10, transport="grpc")
    messages, services = generated(folder)
    stub = services.InferenceStub(grpc.insecure_channel(f"unix:{path}"))
    triton_client = triton.InferenceServerClient(f"unix:{path}")
    web = UnixHTTP(str(folder / "web.sock"))

    def by_grpcio() -> float:
        reply = stub.Predict(messages.PredictRequest(model_name=MODEL, values=values), timeout=10)
        return next(output.values[0] for output in reply.outputs if output.name == "score_samples")

    def by_triton() -> float:
        given = triton.InferInput("rows", [1, len(row)], "FP64")
        given.set_data_from_numpy(matrix)
        return triton_client.infer(MODEL, [given]).as_numpy("score_samples")[0]

    def by_web(path: str) -> float:
        web.request("POST", path, json.dumps({"rows": [values]}), {"Content-Type": "application/json"})
        return json.loads(web.getresponse().read())["score_samples"][0]

    return {
        "Client, fast lane": lambda: fast.predict(MODEL, matrix)["score_samples"][0],
        "Client, transport='grpc'": lambda: slow.predict(MODEL, matrix)["score_samples"][0],
        "grpcio, generated stubs": by_grpcio,
        "tritonclient": by_triton,
        WEB: lambda: by_web("/predict"),
        WEB_ONCE: lambda: by_web("/predict_once"),
    }


def compare(named: Dict[str, Callable[[], float]], rounds: int) -> None:
    """Takes turns, and prints."""
    clock = time.perf_counter_ns
    taken: Dict[str, List[int]] = {name: [] for name in named}
    scores = {}
    for round in range(rounds + 1):
        for name, call in named.items():
            for _ in range(CALLS.get(name, 1000) if round else 30):
                began = clock()
                scores[name] = call()
                took = clock() - began
                if round:
                    taken[name].append(took)
    ours = {score for name, score in scores.items() if not name.startswith("FastAPI")}
    assert len(ours) == 1, f"all of hearthd's answers are one: {scores}"
    assert -1 < scores[WEB] < 0 and scores[WEB] == scores[WEB_ONCE]
    floor = sorted(taken["Client, fast lane"])
    print(f"{'':56}{'p50 us':>10}{'p99 us':>10}{'p50 / fast lane':>18}{'p99 / fast lane':>18}")
    for name, times in taken.items():
        times.sort()
        p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
        ratios = p50 / floor[len(floor) // 2], p99 / floor[len(floor) * 99 // 100]
        print(f"{name:56}{p50 / 1000:10.1f}{p99 / 1000:10.1f}{ratios[0]:18.1f}{ratios[1]:18.1f}")


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    processes: List["subprocess.Popen[bytes]"] = []
    with tempfile.TemporaryDirectory(prefix="hearth-") as name:
        folder = Path(name)
        rows = train(folder)
        try:
            with open(folder / "log", "wb") as log:
                processes.append(
                    subprocess.Popen(
                        [PROGRAMS / "hearthd", "--socket", folder / "h.sock", "--models-dir", folder / "models"],
                        stdout=log, stderr=log,
                    )
                )  # fmt: skip
                wait_for(folder / "h.sock", processes[-1])
                processes.append(
                    subprocess.Popen(
                        [
                            sys.executable, "-m", "uvicorn", "--factory", "workers:application", "--app-dir",
                            HERE.parent, "--uds", folder / "web.sock", "--log-level", "warning", "--no-access-log",
                        ],
                        env={**os.environ, "MODEL_PICKLE": str(folder / "model.pkl")}, stdout=log, stderr=log,
                    )
                )  # fmt: skip
                wait_for(folder / "web.sock", processes[-1])
            print(f"one row of {len(COLUMNS)} columns, 100 trees, {os.cpu_count()} processors, {rounds} rounds")
            compare(calls(folder, rows[7]), rounds)
        finally:
            for process in processes:
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
                    process.wait(30)


if __name__ == "__main__":
    main()
