"""How far a verification is, for those who wait."""

from __future__ import annotations

from collections.abc import Callable

Advance = Callable[[int, int], None]
"""Takes how much is done, and of how much: offsets to read and facts to judge."""


class Pace:
    """Counts work. Its whole is known only as the topics are looked at."""

    def __init__(self, advance: Advance | None) -> None:
        self._advance = advance
        self._done = 0
        self._total = 0

    def expect(self, count: int) -> None:
        """There is so much more to do."""
        self._total += count

    def did(self, count: int) -> None:
        """So much more is done."""
        self._done += count
        if self._advance is not None:
            self._advance(self._done, max(self._done, self._total))
