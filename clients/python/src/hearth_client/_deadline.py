"""How long a call may take, and when it is made again."""

from __future__ import annotations

import time
from typing import Optional

from .errors import DeadlineExceeded, HearthError, InvalidArgument, Origin, StatusCode

_SECONDS_MAX = 86_400.0


class Deadline:
    """A point on the monotonic clock until which a call may take."""

    __slots__ = ("at", "timeout")

    def __init__(self, timeout: float) -> None:
        if not timeout > 0:
            raise InvalidArgument(f"a timeout of {timeout!r} seconds was given; it must be above 0")
        self.timeout = min(float(timeout), _SECONDS_MAX)
        self.at = time.monotonic() + self.timeout

    def remaining(self) -> float:
        """Seconds left; 0 or less when it has passed."""
        return self.at - time.monotonic()

    def exceeded(self) -> DeadlineExceeded:
        """The error of a call that took too long."""
        return DeadlineExceeded(
            f"no answer within {self.timeout:g} s; give the call more time, "
            "or look at the server's load with `hearth stats`"
        )


class Retry:
    """When a failed call is made again: only after a broken connection or the answer UNAVAILABLE, only where a second
    execution does no harm, and only until the deadline. So callers come back by themselves when the server is started
    anew."""

    __slots__ = ("_attempt", "_deadline", "_is_idempotent", "_is_on")

    BACKOFF_SECONDS_MAX = 0.032
    """Waits between attempts: 1, 2, 4, ... milliseconds, but no longer than this."""

    def __init__(self, deadline: Deadline, *, is_idempotent: bool, is_on: bool) -> None:
        self._deadline = deadline
        self._is_idempotent = is_idempotent
        self._is_on = is_on
        self._attempt = 0

    def delay(self, error: HearthError) -> Optional[float]:
        """Seconds to wait before the next attempt; None when `error` is final."""
        if not self._is_on:
            return None
        if error.origin is Origin.CONNECTION:
            if not self._is_idempotent and error._was_sent:
                return None
            if error.code is not StatusCode.UNAVAILABLE:
                return None
        elif error.origin is not Origin.SERVER or not self._is_idempotent or error.code is not StatusCode.UNAVAILABLE:
            # A server that stops says UNAVAILABLE to the calls that still reach it; the next one may be up already.
            return None
        delay = min(0.001 * (1 << min(self._attempt, 10)), self.BACKOFF_SECONDS_MAX)
        if self._deadline.remaining() <= delay:
            return None
        self._attempt += 1
        return delay
