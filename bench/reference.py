"""The plain count that every peer is held against: a dictionary, in order of time.

It reads the bytes as a peer does, with fastavro and by the schemas, and knows nothing of
how the stream was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bench.programs.small_job import CONSENT, SHARE, Events, Latest
from bench.stream import Made


class Reference:
    """Looks at a stream as it passes, and keeps the ids of the shares without cover."""

    def __init__(self) -> None:
        self.uncovered: set[str] = set()
        self._events = Events()
        self._latest = Latest()

    def seen(self, made: Iterable[Made]) -> Iterator[Made]:
        """The same stream, looked at."""
        for one in made:
            self.look(one.value)
            yield one

    def look(self, value: bytes) -> None:
        """Take in one event."""
        event = self._events.read(value)
        if event.kind == CONSENT:
            for _ in self._latest.consents(event.fields):
                pass
        elif event.kind == SHARE and not self._latest.covers(event.fields):
            self.uncovered.add(event.fields["event_id"])
