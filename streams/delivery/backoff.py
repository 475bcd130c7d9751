"""How long to wait before the next attempt."""

from __future__ import annotations


class Backoff:
    """Exponential, with full jitter, and never sooner than the receiver asked for.

    Seconds. The bound doubles with each failure, from `first_s` up to `max_s`; the wait is
    drawn between a tenth of the bound and the bound, so that many deliverers do not come
    back together.
    """

    def __init__(self, first_s: float, max_s: float) -> None:
        self._first_s = first_s
        self._max_s = max(first_s, max_s)
        self.failures = 0

    def failed(self, drawn: float, retry_after_s: float | None = None) -> float:
        """Seconds to wait after one more failure; `drawn` lies in [0, 1)."""
        bound = min(self._max_s, self._first_s * 2.0 ** min(self.failures, 62))
        self.failures += 1
        return max(bound * (0.1 + 0.9 * drawn), retry_after_s or 0.0)

    def succeeded(self) -> None:
        """Begin again with the next failure."""
        self.failures = 0
