"""The cut: the state of one partition number after one batch, and what was published up to it.

The progress row ends the changelog of each transaction and carries the number of its last
batch; findings and duties carry the number of theirs. Rows up to a progress row, and
outputs with its number or a lower one, are therefore one moment of the worker, whatever it
does meanwhile.

Compaction can take from under a reader what was replaced after the cut: rows, outputs, and
the progress row itself, so that an earlier one looks like the last. A difference therefore
counts only when it is seen again in later cuts, which read on from where the last one
ended.
"""

from __future__ import annotations

from collections.abc import Iterator

from streams.settings import Settings
from streams.verify.across import Across
from streams.verify.bus import LiveBus
from streams.verify.outputs import Outputs
from streams.verify.result import Difference
from streams.verify.spill import Spill
from streams.verify.stored_rows import StoredRows
from streams.wire.progress import Progress


class Cut:
    """Reads rows and outputs of one partition number into a spill, cut after cut."""

    def __init__(
        self,
        bus: LiveBus,
        settings: Settings,
        number: int,
        spill: Spill,
        across: Across,
    ) -> None:
        names = settings.topics
        self._bus = bus
        self._number = number
        self._spill = spill
        self._violations = names.violations
        self._ticks = names.ticks
        self._outputs = {
            topic: Outputs(
                duties=topic == names.duties,
                number=number,
                generation=settings.generation,
                across=across,
                registry=bus.registry,
            )
            for topic in (names.violations, names.duties)
        }
        self._next = dict.fromkeys((names.violations, names.duties), 0)
        self._rows = StoredRows(bus, names.changelog, number, spill)

    @property
    def progress(self) -> Progress:
        """That of the current cut."""
        return self._rows.progress

    @property
    def read_until(self) -> int:
        """The next offset of the violations topic."""
        return self._next[self._violations]

    async def advance(self) -> None:
        """Go on to the latest batch that is committed.

        Raises ConsentryError when there is no state, or it cannot be read.
        """
        await self._rows.advance()
        for topic, outputs in self._outputs.items():
            outputs.release(self._spill, self.progress.sequence)
            start, end = await self._span(topic)
            async for records in self._bus.read(topic, self._number, start, end):
                outputs.take(self._spill, records, self.progress.sequence)

    def problems(self) -> Iterator[Difference]:
        """What cannot be so on the output topics, as far as they were read."""
        for outputs in self._outputs.values():
            yield from outputs.problems(self._spill)

    async def within_tick(self) -> bool:
        """Whether the cut lies in the middle of a tick.

        A tick that brings more than a batch may hold moves the partition time with its
        first batch, and its position with its last: until then deadlines are passed
        over that the others will show.
        """
        clock = self.progress.partition_time
        position = self.progress.positions.get(self._ticks)
        if clock is None or position is None:
            return False
        if await self._bus.end(self._ticks, self._number) <= position:
            return False
        within = False
        async for records in self._bus.read(self._ticks, self._number, position, position + 1):
            within = records[0].timestamp <= clock
        return within

    async def _span(self, topic: str) -> tuple[int, int]:
        """From where the last cut ended to where what is decided ends now."""
        end = await self._bus.settled(topic, self._number)
        start = max(self._next[topic], await self._bus.start(topic, self._number))
        self._next[topic] = end
        return start, end
