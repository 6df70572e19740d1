"""A server that is told to stop: calls on their way are answered, clients are sent away with GOAWAY."""

from __future__ import annotations

import threading
import time
from typing import Any, Callable, List

import frames as h
import grpc
import numpy as np
import pytest
from frames import Peer, fields, frame, message
from hearth.v1 import inference_pb2, inference_pb2_grpc, models_pb2, models_pb2_grpc
from server import FOREST, ROW, WIDE, Hearth
from test_grpc_protocol import predict_request

Starting = Callable[..., Hearth]


def test_goaway_lets_calls_on_their_way_end_and_takes_no_new_ones(starting: Starting) -> None:
    server = starting()
    with Peer(server.socket) as peer:
        assert peer.call(1).grpc_status == 0
        peer.send(peer.headers(3, fields(h.PREDICT)))
        assert peer.is_alive()
        server.terminate()
        while peer.goaway is None:
            assert peer.next() is not None
        assert peer.goaway.code == h.NO_ERROR
        # The call that had begun is answered.
        peer.send(frame(h.DATA, h.END_STREAM, 3, message(predict_request(ROW))))
        assert peer.reply(3).grpc_status == 0
        assert peer.until_closed() is not None
        assert peer.goaway.code == h.NO_ERROR
    assert server.process is not None and server.process.wait(10) == 0, server.log()


def test_callers_see_unavailable_at_most_and_what_was_on_its_way_is_answered(starting: Starting) -> None:
    server = starting()
    options = [("grpc.use_local_subchannel_pool", 1), ("grpc.max_send_message_length", 64 << 20)]
    with grpc.insecure_channel(server.target, options=options) as channel:
        stub = inference_pb2_grpc.InferenceStub(channel)
        watching = models_pb2_grpc.ModelsStub(channel).Watch(models_pb2.WatchRequest())
        next(watching)
        rows = np.random.default_rng(1).normal(size=(60_000, 8))
        large = inference_pb2.PredictRequest(model_name=FOREST, values=rows.ravel(), outputs=["predict"])
        codes: List[Any] = []
        counts = [0] * 4
        stop = threading.Event()

        def work(number: int) -> None:
            while not stop.is_set():
                try:
                    stub.Predict(inference_pb2.PredictRequest(model_name=FOREST, values=ROW), timeout=10)
                    counts[number] += 1
                except grpc.RpcError as error:
                    codes.append((error.code(), error.details()))
                    return

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        began = time.monotonic()
        while min(counts) < 20 and time.monotonic() - began < 20:
            time.sleep(0.005)
        assert min(counts) >= 20
        first = stub.Predict.future(large, timeout=30)
        # Its 3.84 MB are with the server once another call behind it is answered.
        stub.Predict(inference_pb2.PredictRequest(model_name=WIDE, values=[0.0] * 16), timeout=30)
        server.terminate()
        assert server.process is not None and server.process.wait(20) == 0, server.log()
        for thread in threads:
            thread.join(20)
        stop.set()
        assert {code for code, _ in codes} <= {grpc.StatusCode.UNAVAILABLE}, codes
        try:
            assert first.result().row_count == 60_000
        except grpc.RpcError as error:
            assert error.code() is grpc.StatusCode.UNAVAILABLE, error
        with pytest.raises(grpc.RpcError) as caught:
            while True:
                next(watching)
        assert caught.value.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)


def test_a_channel_comes_back_when_the_server_does(starting: Starting) -> None:
    server = starting()
    options = [("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 100)]
    with grpc.insecure_channel(server.target, options=options) as channel:
        stub = inference_pb2_grpc.InferenceStub(channel)
        request = inference_pb2.PredictRequest(model_name=FOREST, values=ROW)
        for _ in range(3):
            assert stub.Predict(request, timeout=10, wait_for_ready=True).row_count == 1
            assert server.stop() == 0
            server.start()
        assert stub.Predict(request, timeout=10, wait_for_ready=True).row_count == 1
