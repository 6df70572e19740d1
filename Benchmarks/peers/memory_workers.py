"""The application of `Benchmarks/workers-memory`: `/answers` scores the same rows with every model and tells how often
this worker has. `hearth()` asks hearthd, `own()` loads the models; run by itself it prints what the libraries answer."""

from __future__ import annotations

import array
import json
import os

MODELS = json.loads(os.environ["BENCH_MODELS"])
OUTPUTS = json.loads(os.environ["BENCH_OUTPUTS"])
ROWS = int(os.environ["BENCH_ROWS"])


def rows_of(path, count):
    """The first rows of the test rows, `count` values each, without NumPy."""
    values = array.array("d")
    with open(path, "rb") as file:
        values.frombytes(file.read(ROWS * count * 8))
    return [list(values[first : first + count]) for first in range(0, len(values), count)]


def columns(name):
    return 8 if name == "IsolationForest" else 16


def hexadecimal(values):
    """The bits of all values in order, as hexadecimal text."""
    flat = array.array("d")
    for row in values:
        flat.extend(row if hasattr(row, "__iter__") else [row])
    return flat.tobytes().hex()


def application(answer):
    """WSGI around `answer(name)`, which gives a model's values as hexadecimal text."""
    calls = {}

    def respond(environ, start):
        bits = {name: answer(name) for name in MODELS}
        worker = os.getpid()
        calls[worker] = calls.get(worker, 0) + 1
        body = json.dumps({"worker": worker, "calls": calls[worker], "bits": bits}).encode()
        start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    return respond


def hearth():
    from hearth_client import Client

    client = Client(timeout=30)
    rows = {name: rows_of(path, columns(name)) for name, (_, path) in MODELS.items()}

    def answer(name):
        output = OUTPUTS[name]
        return hexadecimal(client.predict(f"bench.{name.lower()}", rows[name], outputs=[output])[output])

    return application(answer)


def own():
    import joblib
    import numpy as np

    models = {name: joblib.load(path) for name, (path, _) in MODELS.items()}
    rows = {name: np.array(rows_of(path, columns(name))) for name, (_, path) in MODELS.items()}

    def answer(name):
        return hexadecimal(getattr(models[name], OUTPUTS[name])(rows[name]).astype(np.float64))

    return application(answer)


if __name__ == "__main__":
    print(json.dumps(json.loads(own()({}, lambda *_: None)[0])["bits"]))
