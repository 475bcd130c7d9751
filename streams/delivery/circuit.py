"""A circuit breaker: after so many failures in a row only probes go out."""

from __future__ import annotations

from enum import StrEnum


class CircuitState(StrEnum):
    """CLOSED: all goes out. OPEN: nothing does. HALF_OPEN: one probe is under way."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Circuit:
    """Records attempts and grants them, with instants of one monotonic clock in seconds.

    A lasting fault (a wrong token) opens it at once.
    """

    def __init__(self, after: int, retry_s: float) -> None:
        self._after = after
        self._retry_s = retry_s
        self._failures = 0
        self._until = 0.0
        self.state = CircuitState.CLOSED

    def wait_s(self, now: float) -> float:
        """Seconds until an attempt may be made; 0: now."""
        return max(0.0, self._until - now) if self.state is CircuitState.OPEN else 0.0

    def attempt(self, now: float) -> None:
        """An attempt begins; when the circuit is open, it is the probe."""
        assert self.wait_s(now) == 0.0, "an attempt without leave"
        if self.state is CircuitState.OPEN:
            self.state = CircuitState.HALF_OPEN

    def failed(self, now: float, *, lasting: bool = False, retry_after_s: float = 0.0) -> None:
        """The attempt failed as a whole."""
        self._failures += 1
        if lasting or self.state is CircuitState.HALF_OPEN or self._failures >= self._after:
            self.state = CircuitState.OPEN
            self._until = now + max(self._retry_s, retry_after_s)

    def succeeded(self) -> None:
        """The receiver took something."""
        self._failures = 0
        self.state = CircuitState.CLOSED
