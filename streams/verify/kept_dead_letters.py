"""The dead letters of one partition number: what was kept of records that cannot be judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from streams.core.instants import Instant
from streams.core.quality import FUTURE
from streams.settings.names import TopicNames
from streams.verify.bus import LiveBus
from streams.verify.input_span import InputSpan
from streams.verify.result import Difference, DifferenceKind
from streams.verify.spill import Spill
from streams.wire.dead_letters import decode_dead_letter
from streams.wire.errors import WireError
from streams.wire.record import Record


class KeptDeadLetters:
    """Dead letters and quarantined records, which the refused records must be among."""

    def __init__(self, names: TopicNames, number: int, spill: Spill) -> None:
        self._number = number
        self._spill = spill
        self._rekeyed = names.rekeyed
        self._topics = ((names.dead_letters, False), (names.quarantine, True))
        self._starts: dict[str, int] = {}
        self.from_the_future: dict[str, Instant] = {}
        """When records arrived whose own timestamps then lay far ahead, by where they stood."""

    async def read(self, bus: LiveBus) -> None:
        """Note which records were kept; quarantined ones too, by their keys only."""
        for topic, raw in self._topics:
            start = self._starts[topic] = await bus.start(topic, self._number)
            end = await bus.settled(topic, self._number)
            async for records in bus.read(topic, self._number, start, end):
                self._spill.many(
                    "INSERT OR IGNORE INTO aside VALUES (?, ?)",
                    (((one.key or b"").decode(errors="replace"), raw) for one in records),
                )
                if not raw:
                    self._note_the_future(records)

    def _note_the_future(self, records: Sequence[Record]) -> None:
        for record in records:
            try:
                kept = decode_dead_letter(record.value or b"")
            except WireError:
                continue
            stamped = kept.original.timestamp
            if kept.letter.code == FUTURE and stamped is not None and stamped > kept.detected_at:
                reference = (record.key or b"").decode(errors="replace")
                self.from_the_future[reference] = kept.detected_at

    def missing(self, spans: Sequence[InputSpan]) -> Iterator[Difference]:
        """Records that cannot be judged and were not kept, as far as dead letters reach back.

        `spans` are the inputs, in the places by which refused records name them.
        """
        for topic, raw in self._topics:
            yield from self._not_kept(spans, topic, raw=raw, whole=self._starts[topic] == 0)

    def _not_kept(
        self, spans: Sequence[InputSpan], topic: str, *, raw: bool, whole: bool
    ) -> Iterator[Difference]:
        """Those of one input are kept in their order, so what is left shows what is gone."""
        kept = "FROM refused JOIN aside USING (ref, quarantined) WHERE quarantined = ?"
        oldest = self._spill.execute(f"SELECT topic, min(offset) {kept} GROUP BY topic", raw)
        reach = {} if whole else dict(oldest.fetchall())
        missing = self._spill.execute(
            f"SELECT topic, offset FROM refused WHERE quarantined = ?1 AND ref NOT IN "  # noqa: S608
            f"(SELECT ref {kept.replace('?', '?1')}) ORDER BY topic, offset",
            raw,
        )
        for place, offset in missing:
            name = spans[place].topic
            # A re-keyed record is named by where it first stood: no order follows from that.
            ordered = name != self._rekeyed and offset > reach.get(place, offset)
            if whole or ordered:
                yield Difference(
                    kind=DifferenceKind.NO_DEAD_LETTER,
                    topic=name,
                    partition=self._number,
                    offset=offset,
                    what=f"a record that cannot be judged does not stand on {topic}",
                )
