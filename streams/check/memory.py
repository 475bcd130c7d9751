"""How much memory a command may take, and how much it has."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, TypeVar

from streams.errors import ConsentryError

T = TypeVar("T")

MIB: Final = 1_048_576
LEAST_MIB: Final = 160
"""A process that has read nothing takes half of it."""

SPILL_FROM: Final = 0.6
"""The share of the limit from which on things are kept on disk."""

ENDS_FROM: Final = 0.9
"""The share from which on work ends that cannot be done on disk."""

_LOOK_EVERY_BYTES: Final = 262_144
_LOOK_EVERY: Final = 500
_LOOKS_TO_THE_LIMIT: Final = 128
"""A look takes as long as judging some events: of a large limit a small part may come in before."""
_STATM: Final = Path("/proc/self/statm")


class MemoryBound:
    """The limit of one process."""

    def __init__(self, limit: int | None) -> None:
        """`limit` in bytes; None: no limit."""
        self.limit = limit

    def meter(self) -> Meter:
        """What one holder of things asks, each its own: none may miss its turn to look."""
        return Meter(float("inf") if self.limit is None else self.limit)

    def watch(self, things: Iterable[tuple[T, int]], what: str) -> Iterator[T]:
        """The things, each with its weight, while there is room for what they become.

        Raises ConsentryError, with `what` as the reason, where there is none.
        """
        meter = self.meter()
        for thing, weight in things:
            meter.require(weight, what)
            yield thing


class Meter:
    """Looks at the memory now and then, by what has come in since."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._look_every_bytes = max(_LOOK_EVERY_BYTES, limit / _LOOKS_TO_THE_LIMIT)
        self._bytes = 0
        self._calls = 0

    def is_over(self, weight: int, share: float) -> bool:
        """Whether the process has more than a share of the limit; False between looks.

        `weight` are the bytes that came in.
        """
        self._bytes += weight
        self._calls += 1
        if self._bytes < self._look_every_bytes and self._calls < _LOOK_EVERY:
            return False
        self._bytes = self._calls = 0
        return self.limit != float("inf") and resident() > share * self.limit

    def require(self, weight: int, what: str) -> None:
        """Raises ConsentryError, with `what` as the reason, where there is no room any more.

        `weight` are the bytes that come in.
        """
        if self.is_over(weight, ENDS_FROM):
            raise ConsentryError(
                f"{what} need more than the memory that is allowed ({int(self.limit) // MIB} MiB)",
                "Allow more with --memory.",
            )


def resident() -> int:
    """Bytes of memory that this process has now; where the system does not say, its most so far."""
    try:
        return int(_STATM.read_bytes().split()[1]) * resource.getpagesize()
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024
