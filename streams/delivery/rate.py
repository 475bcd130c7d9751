"""A limit on updates per second."""

from __future__ import annotations


class Rate:
    """A token bucket that holds one second's worth; seconds of one monotonic clock.

    What is taken may be more than there is: the next caller waits for the debt,
    so a batch larger than a second's worth goes out whole.
    """

    def __init__(self, per_s: float | None) -> None:
        self._per_s = per_s
        self._tokens = per_s or 0.0
        self._at: float | None = None

    def wait_s(self, now: float) -> float:
        """Seconds until something may go out; 0: now."""
        if self._per_s is None:
            return 0.0
        if self._at is not None:
            self._tokens = min(self._per_s, self._tokens + (now - self._at) * self._per_s)
        self._at = now
        return 0.0 if self._tokens > 0 else -self._tokens / self._per_s + 1e-9

    def take(self, count: int) -> None:
        """So many went out."""
        if self._per_s is not None:
            self._tokens -= count
