#!/usr/bin/env python3
"""A Flask worker that looks for anomalies with hearthd: it holds no model, so it starts at once and stays small.

    pip install hearth-client flask gunicorn
    gunicorn --preload --workers 4 --threads 2 --bind 127.0.0.1:8000 flask_worker:app
    curl -s 127.0.0.1:8000/detect/stok_seviye -H 'Content-Type: application/json' \\
        -d '{"values": [60, 61, 59, 60, 62, 999]}'

The client is made once, before gunicorn forks its workers: that is safe. Every worker opens connections of its own when
it first calls, one for each thread that calls at the same time. With gevent workers it waits in gevent's loop.

Timeouts: the client's (2 s) must be below gunicorn's --timeout (30 s), so that a request ends with an answer, not with
its worker.
While hearthd is started anew calls wait for it; when it stays away they raise `Unavailable`, which is 503 here.
"""

from __future__ import annotations

from typing import Any, Tuple

from flask import Flask, jsonify, request

from hearth_client import Client, DeadlineExceeded, HearthError, InvalidArgument, NotFound, Unavailable

app = Flask(__name__)
client = Client(timeout=2.0)

HTTP_STATUSES = [(InvalidArgument, 400), (NotFound, 404), (Unavailable, 503), (DeadlineExceeded, 504)]


@app.errorhandler(HearthError)
def tell(error: HearthError) -> Tuple[Any, int]:
    """A failed call, as HTTP has it."""
    status = next((status for kind, status in HTTP_STATUSES if isinstance(error, kind)), 502)
    return jsonify(error=error.code.name, message=error.message), status


@app.post("/detect/<series>")
def detect(series: str) -> Any:
    """Anomalies among the values of a series, oldest first."""
    body = request.get_json()
    found = client.detect(series, body["values"], model_type=body.get("model_type"))
    return jsonify(
        anomalies=[found.first_point + int(index) for index in found.anomalies.nonzero()[0]],
        scores=found.scores.tolist(),
        threshold=found.threshold,
        model_version=found.model_version,
    )


@app.get("/health")
def health() -> Any:
    """Whether hearthd answers."""
    return jsonify(hearthd=client.stats(timeout=0.5).version)


if __name__ == "__main__":
    app.run(port=8000)
