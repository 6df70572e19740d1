"""The blocking client."""

from __future__ import annotations

import os
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Iterator, Optional, Sequence, Type, TypeVar

from . import _calls, _lanes, _messages
from ._calls import DEFAULT_TIMEOUT, Layouts, Operation, PredictCall
from ._deadline import Deadline, Retry
from ._lanes import FAST
from ._parts import is_reply_too_large, parts
from ._transport import EventStream, Transport
from .errors import HearthError, ResourceExhausted
from .results import (
    Detection,
    ModelDetails,
    ModelEvent,
    ModelList,
    PointerChange,
    Prediction,
    ReloadResult,
    ServerStats,
)  # fmt: skip

if TYPE_CHECKING:
    from ._rows import RowsLike

Value = TypeVar("Value")


class Client:
    """A client of one `hearthd`: make one per process and share it between threads, also across a fork.

    It connects at the first call. Every call ends by its deadline, and raises a `HearthError` when it got no answer.
    When the connection breaks, calls that change nothing (`predict`, `detect`, `models`, `get`, `stats`) are made again
    until then, so a restart of the server goes unnoticed. `promote`, `rollback` and `reload` are repeated only if they
    were not sent.

        client = Client()
        answer = client.predict("isolation_forest.stok_seviye", [[41.0, 3.5, 0.2]])
        answer["predict"], answer.model_version
    """

    def __init__(
        self,
        socket_path: Optional[os.PathLike[str] | str] = None,
        *,
        timeout: float = DEFAULT_TIMEOUT,
        retries: bool = True,
        transport: str = FAST,
    ) -> None:
        """
        Args:
            socket_path: where hearthd listens; the environment's HEARTH_SOCKET, else /run/hearth/hearth.sock, unless
            given.
            timeout: seconds that a call may take in all, repeats included, unless it says otherwise.
            retries: False to see every failure at once, also that of a server that is being restarted.
            transport: "fast" (ttrpc, the least latency, nothing else needed) or "grpc" (needs `hearth-client[grpc]`;
            for those who must use gRPC, e.g. to go through what intercepts it).
        """
        Deadline(timeout)
        self.socket_path = _calls.socket_path_or_default(socket_path)
        self.timeout = timeout
        self.retries = retries
        self._transport: Transport = _lanes.blocking(transport, self.socket_path)
        self.transport = transport
        self._layouts = Layouts()

    def close(self) -> None:
        """Closes the idle connections (by gRPC also those in use). A later call opens new ones."""
        self._transport.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    # Data plane

    def predict(
        self,
        model: str,
        rows: RowsLike,
        *,
        version: Optional[str] = None,
        outputs: Optional[Sequence[str]] = None,
        timeout: Optional[float] = None,
    ) -> Prediction:
        """Scores rows with a model.

        Args:
            model: the registered model's name; may be empty when `version` is given.
            rows: a list of rows, or a matrix; flat numbers are rows one after the other. float64 and C-contiguous is
            fastest. For models that take text: rows with str and None, an object array, or a DataFrame with its
            columns in the model's order.
            version: a model_id; the production version unless given.
            outputs: the outputs wanted, by name; all that the model has unless given.
            timeout: seconds for all of it; the client's own unless given.

        Rows beyond one message (4 MiB, some 65,000 rows of 8 columns; by gRPC 16 MiB) go out in several calls that the
        same version answers: the parts after the first name the version that answered it, and if that is gone, all
        parts are asked again.
        """
        call = PredictCall(
            model, rows, version, outputs, self._layouts, self._transport.message_byte_count_max
        )
        deadline = Deadline(self.timeout if timeout is None else timeout)
        if call.fits():
            try:
                return self._run(call.operation(call.rows, call.version), deadline)
            except ResourceExhausted as error:
                if not is_reply_too_large(error):
                    raise
                byte_count_max = call.rows.byte_count // 2
        else:
            byte_count_max = call.byte_count_max
        if not call.rows.column_count:
            call.rows.column_count = self._run(_calls.get(model, version), deadline).column_count
        asking = parts(call.rows, call.version, byte_count_max)
        part = next(asking)
        try:
            while True:
                try:
                    answer = self._run(call.operation(*part), deadline)
                except HearthError as error:
                    part = asking.throw(error)
                else:
                    part = asking.send(answer)
        except StopIteration as end:
            done: Prediction = end.value
            return done

    def detect(
        self,
        series: str,
        values: RowsLike,
        *,
        model_type: Optional[str] = None,
        version: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Detection:
        """Looks for anomalies in the values of one series, oldest first.

        Args:
            series: the series, e.g. `stok_seviye`; the model is `{model_type}.{series}`.
            values: the points: numbers, or a row of numbers each. At most some 260,000 points in one call.
            model_type: e.g. `z_score`; `isolation_forest` unless given.
            version: a model_id; the production version unless given.
            timeout: seconds; the client's own unless given.
        """
        return self._call(_calls.detect(series, values, model_type, version), timeout)

    # Control plane

    def reload(self, model: Optional[str] = None, *, timeout: Optional[float] = None) -> ReloadResult:
        """Has the server read one model again, or all. For admins; not repeated."""
        return self._call(_calls.reload(model), timeout)

    def models(self, model: Optional[str] = None, *, limit: int = 0, timeout: Optional[float] = None) -> ModelList:
        """The versions of one registered model, or of all: newest first, `limit` at most (0 means 100, the most is
        1000)."""
        return self._call(_calls.models(model, limit), timeout)

    def get(self, model: str, version: Optional[str] = None, *, timeout: Optional[float] = None) -> ModelDetails:
        """One version of a model, the production version unless one is named, and what it takes and gives."""
        return self._call(_calls.get(model, version), timeout)

    def promote(
        self,
        model: str,
        version: str,
        *,
        expected_generation: int = 0,
        reason: str = "",
        timeout: Optional[float] = None,
    ) -> PointerChange:
        """Puts a version into production. For admins; not repeated.

        `expected_generation` is the pointer's generation that the caller saw: the call raises `Aborted` when another
        change came between. 0: whatever it is.
        """
        return self._call(_calls.promote(model, version, expected_generation, reason), timeout)

    def rollback(
        self, model: str, *, expected_generation: int = 0, reason: str = "", timeout: Optional[float] = None
    ) -> PointerChange:
        """Puts the version back that was in production before. For admins; not repeated."""
        return self._call(_calls.rollback(model, expected_generation, reason), timeout)

    def stats(self, *, timeout: Optional[float] = None) -> ServerStats:
        """How the server is doing."""
        return self._call(_calls.stats(), timeout)

    def watch(self, model: Optional[str] = None, *, timeout: Optional[float] = None) -> Watch:
        """Reports changes of what the server holds, for one registered model or for all: first what it serves now, then
        every change.

        It is open when this returns, so no later change is missed; `timeout` is for that. Iterating raises
        `Unavailable` when the connection breaks: watch again then, and the new state comes first.

            with client.watch() as events:
                for event in events: ...
        """
        deadline = Deadline(self.timeout if timeout is None else timeout)
        retry = Retry(deadline, is_idempotent=True, is_on=self.retries)
        payload = _messages.watch_request(model or "")
        while True:
            try:
                return Watch(self._transport.watch(payload, deadline))
            except HearthError as error:
                delay = retry.delay(error)
                if delay is None:
                    raise
            time.sleep(delay)

    def _call(self, operation: Operation[Value], timeout: Optional[float]) -> Value:
        return self._run(operation, Deadline(self.timeout if timeout is None else timeout))

    def _run(self, operation: Operation[Value], deadline: Deadline) -> Value:
        retry: Optional[Retry] = None
        # The first attempt tells the server the timeout as it was given, so that the bytes for it are made once.
        timeout = deadline.timeout
        while True:
            try:
                return self._transport.call(
                    operation.route, operation.payload, operation.byte_count, deadline, timeout, operation.read
                )
            except HearthError as error:
                if retry is None:
                    retry = Retry(deadline, is_idempotent=operation.is_idempotent, is_on=self.retries)
                delay = retry.delay(error)
                if delay is None:
                    raise
            time.sleep(delay)
            timeout = max(0.001, deadline.remaining())


class Watch:
    """Events as they happen, on a connection of its own. Iterate it once; `close` ends it, also from another thread."""

    def __init__(self, stream: EventStream) -> None:
        self._stream = stream
        self._events = self._read()
        self._is_closed = False

    def _read(self) -> Iterator[ModelEvent]:
        try:
            for data, start, end in self._stream:
                yield _messages.decode(ModelEvent, data, start, end)
        except HearthError:
            if not self._is_closed:
                raise

    def __iter__(self) -> Watch:
        return self

    def __next__(self) -> ModelEvent:
        return next(self._events)

    def close(self) -> None:
        """Ends the iteration and the connection."""
        self._is_closed = True
        self._stream.close()

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()
