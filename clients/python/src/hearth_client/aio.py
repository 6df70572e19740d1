"""The client for asyncio."""

from __future__ import annotations

import asyncio
import os
from types import TracebackType
from typing import TYPE_CHECKING, AsyncIterator, Optional, Sequence, Type, TypeVar

from . import _calls, _lanes, _messages
from ._aio_transport import AsyncEventStream, AsyncTransport
from ._calls import DEFAULT_TIMEOUT, Layouts, Operation, PredictCall
from ._deadline import Deadline, Retry
from ._lanes import FAST
from ._parts import is_reply_too_large, parts
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


class AsyncClient:
    """A client of one `hearthd` for asyncio: what `Client` does, with many calls in flight on one connection.

    Calls by `asyncio.gather` go out together and are answered as they are ready. A cancelled call stops waiting; the
    others on the connection are not disturbed. For single calls one after the other `Client` is faster, as the event
    loop costs more than the call.
    """

    def __init__(
        self,
        socket_path: Optional[os.PathLike[str] | str] = None,
        *,
        timeout: float = DEFAULT_TIMEOUT,
        retries: bool = True,
        transport: str = FAST,
    ) -> None:
        """The arguments are those of `Client`."""
        Deadline(timeout)
        self.socket_path = _calls.socket_path_or_default(socket_path)
        self.timeout = timeout
        self.retries = retries
        self._transport: AsyncTransport = _lanes.asynchronous(transport, self.socket_path)
        self.transport = transport
        self._layouts = Layouts()

    async def close(self) -> None:
        """Closes the connection; calls on the way fail with `Cancelled`. A later call opens a new one."""
        await self._transport.close()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        await self.close()

    # Data plane

    async def predict(
        self,
        model: str,
        rows: RowsLike,
        *,
        version: Optional[str] = None,
        outputs: Optional[Sequence[str]] = None,
        timeout: Optional[float] = None,
    ) -> Prediction:
        """Scores rows with a model: see `Client.predict`."""
        call = PredictCall(
            model, rows, version, outputs, self._layouts, self._transport.message_byte_count_max
        )
        deadline = Deadline(self.timeout if timeout is None else timeout)
        if call.fits():
            try:
                return await self._run(call.operation(call.rows, call.version), deadline)
            except ResourceExhausted as error:
                if not is_reply_too_large(error):
                    raise
                byte_count_max = call.rows.byte_count // 2
        else:
            byte_count_max = call.byte_count_max
        if not call.rows.column_count:
            call.rows.column_count = (await self._run(_calls.get(model, version), deadline)).column_count
        asking = parts(call.rows, call.version, byte_count_max)
        part = next(asking)
        try:
            while True:
                try:
                    answer = await self._run(call.operation(*part), deadline)
                except HearthError as error:
                    part = asking.throw(error)
                else:
                    part = asking.send(answer)
        except StopIteration as end:
            done: Prediction = end.value
            return done

    async def detect(
        self,
        series: str,
        values: RowsLike,
        *,
        model_type: Optional[str] = None,
        version: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Detection:
        """Looks for anomalies in the values of one series, oldest first: see `Client.detect`."""
        return await self._call(_calls.detect(series, values, model_type, version), timeout)

    # Control plane

    async def reload(self, model: Optional[str] = None, *, timeout: Optional[float] = None) -> ReloadResult:
        """Has the server read one model again, or all. For admins; not repeated."""
        return await self._call(_calls.reload(model), timeout)

    async def models(
        self, model: Optional[str] = None, *, limit: int = 0, timeout: Optional[float] = None
    ) -> ModelList:
        """The versions of one registered model, or of all: see `Client.models`."""
        return await self._call(_calls.models(model, limit), timeout)

    async def get(self, model: str, version: Optional[str] = None, *, timeout: Optional[float] = None) -> ModelDetails:
        """One version of a model, the production version unless one is named, and what it takes and gives."""
        return await self._call(_calls.get(model, version), timeout)

    async def promote(
        self,
        model: str,
        version: str,
        *,
        expected_generation: int = 0,
        reason: str = "",
        force: bool = False,
        timeout: Optional[float] = None,
    ) -> PointerChange:
        """Puts a version into production: see `Client.promote`."""
        return await self._call(_calls.promote(model, version, expected_generation, reason, force), timeout)

    async def rollback(
        self, model: str, *, expected_generation: int = 0, reason: str = "", timeout: Optional[float] = None
    ) -> PointerChange:
        """Puts the version back that was in production before: see `Client.rollback`."""
        return await self._call(_calls.rollback(model, expected_generation, reason), timeout)

    async def stats(self, *, timeout: Optional[float] = None) -> ServerStats:
        """How the server is doing."""
        return await self._call(_calls.stats(), timeout)

    async def watch(self, model: Optional[str] = None, *, timeout: Optional[float] = None) -> AsyncIterator[ModelEvent]:
        """Reports changes of what the server holds: see `Client.watch`.

        It opens at the first step of the iteration; what is served then comes first, so nothing is missed.

            async for event in client.watch(): ...
        """
        events = await self._open_watch(model or "", Deadline(self.timeout if timeout is None else timeout))
        try:
            async for data, start, end in events.messages():
                yield _messages.decode(ModelEvent, data, start, end)
        finally:
            await events.close()

    async def _open_watch(self, model: str, deadline: Deadline) -> AsyncEventStream:
        retry = Retry(deadline, is_idempotent=True, is_on=self.retries)
        while True:
            try:
                return await self._transport.watch(_messages.watch_request(model), deadline)
            except HearthError as error:
                delay = retry.delay(error)
                if delay is None:
                    raise
            await asyncio.sleep(delay)

    async def _call(self, operation: Operation[Value], timeout: Optional[float]) -> Value:
        return await self._run(operation, Deadline(self.timeout if timeout is None else timeout))

    async def _run(self, operation: Operation[Value], deadline: Deadline) -> Value:
        retry: Optional[Retry] = None
        timeout = deadline.timeout
        while True:
            try:
                return await self._transport.call(
                    operation.route, operation.payload, operation.byte_count, deadline, timeout, operation.read
                )
            except HearthError as error:
                if retry is None:
                    retry = Retry(deadline, is_idempotent=operation.is_idempotent, is_on=self.retries)
                delay = retry.delay(error)
                if delay is None:
                    raise
            await asyncio.sleep(delay)
            timeout = max(0.001, deadline.remaining())
