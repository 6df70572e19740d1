"""A gRPC server by grpcio that answers as a test tells it to, with the messages as bytes."""

from __future__ import annotations

import threading
from concurrent import futures
from typing import Any, Callable, Iterator, List, NamedTuple, Union

import grpc
from fake_server import Request


class Failure(NamedTuple):
    """A status instead of a reply."""

    code: int
    message: str


Answer = Callable[[Request], Union[bytes, Failure]]
_CODES = {code.value[0]: code for code in grpc.StatusCode}


class FakeGRPCServer(grpc.GenericRpcHandler):
    """Listens at a target, e.g. `unix:/tmp/h.sock`."""

    def __init__(self, target: str, answer: Answer, byte_count_max: int = 16 << 20) -> None:
        self.requests: List[Request] = []
        self.metadata: List[Any] = []
        self.stop_watching = threading.Event()
        self.watch_ended = threading.Event()
        self._answer = answer
        self._server = grpc.server(
            futures.ThreadPoolExecutor(16),
            handlers=(self,),
            options=[("grpc.max_receive_message_length", byte_count_max), ("grpc.so_reuseport", 0)],
        )
        self._server.add_insecure_port(target)
        self._server.start()

    def service(self, details: Any) -> Any:
        service, name = details.method.lstrip("/").split("/")

        def answer(payload: bytes, context: Any) -> Union[bytes, Failure]:
            request = Request(0, 0, service, name, payload, int((context.time_remaining() or 0) * 1e9))
            self.requests.append(request)
            self.metadata.append(context.invocation_metadata())
            return self._answer(request)

        def unary(payload: bytes, context: Any) -> bytes:
            found = answer(payload, context)
            if isinstance(found, Failure):
                context.abort(_CODES[found.code], found.message)
            assert isinstance(found, bytes)
            return found

        def stream(payload: bytes, context: Any) -> Iterator[bytes]:
            context.add_callback(self.watch_ended.set)
            context.add_callback(self.stop_watching.set)
            yield unary(payload, context)
            self.stop_watching.wait(10)

        if name == "Watch":
            return grpc.unary_stream_rpc_method_handler(stream)
        return grpc.unary_unary_rpc_method_handler(unary)

    def stop(self) -> None:
        """Breaks what is on its way."""
        self._server.stop(0).wait()
