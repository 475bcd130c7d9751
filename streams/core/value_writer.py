"""Who writes the value of an event again, where it is not kept."""

from __future__ import annotations

from typing import Protocol

from streams.core.events import Event


class ValueWriter(Protocol):
    """Writes events as the bytes that a producer sent.

    Not in a compiled module, where a protocol would be a class that its values must be of.
    """

    def written(self, event: Event, /) -> bytes | None:
        """The bytes of an event; None where this does not write it."""
