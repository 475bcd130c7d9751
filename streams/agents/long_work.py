"""A record whose consequences are judged in pieces, each of which can be committed.

The fact is stored with the first piece. What it can change follows in the order of law; where
that has come to stands in the progress row, so that a restart goes on there. Until it is
through, nothing else of the partition number is judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from streams.core.identifiers import EventKey, SubjectKey
from streams.core.instants import EARLIEST, Instant
from streams.core.judge import judge_again, left_by
from streams.core.policy import Policy
from streams.core.state import Decision, Fact, Outcome
from streams.core.subject import Subject
from streams.wire.progress import Unfinished
from streams.wire.rows import CorruptRow, row_key

AT_ONCE: Final = 64
"""How many events are judged again before it is asked whether others should have a turn."""


class LongWork:
    """What a fact that was taken in has left to be judged again."""

    def __init__(
        self,
        key: SubjectKey,
        subject: Subject,
        fact: Fact,
        left: Sequence[EventKey],
        place: tuple[str, int],
        outcome: Outcome,
        after: tuple[Instant, EventKey] = (EARLIEST, EventKey("")),
    ) -> None:
        """`place` is the topic and offset of the record, `after` the event judged last.

        `outcome` is how it will be counted.
        """
        self.key = key
        self.subject = subject
        self.fact = fact
        self.outcome = outcome
        self._left = left
        self._next = 0
        self._topic, self._offset = place
        self._after = after

    @property
    def through(self) -> bool:
        """Whether nothing is left."""
        return self._next >= len(self._left)

    def step(self, policy: Policy, clock: Instant | None) -> Decision:
        """Judge a few more."""
        some = self._left[self._next : self._next + AT_ONCE]
        self._next += len(some)
        decision = judge_again(self.subject, self.fact, some, policy, clock)
        last = some[-1]
        self._after = self.subject.records[last].event.occurred_at, last
        return decision

    def unfinished(self) -> Unfinished:
        """How far it has come, for the progress row."""
        row = row_key(self.key, self.fact.event.event_id, self.fact.payload_hash)
        at, key = self._after
        return Unfinished(self._topic, self._offset, row, at, key, through=self.through)


def taken_up(unfinished: Unfinished, key: SubjectKey, subject: Subject, policy: Policy) -> LongWork:
    """Work that a restart came in between, from where it was. Raises CorruptRow."""
    for record in subject.records.values():
        fact = record.row.fact
        if row_key(key, fact.event.event_id, fact.payload_hash) == unfinished.row:
            after = unfinished.after, unfinished.after_key
            left = left_by(subject, fact, policy, after)
            place = unfinished.topic, unfinished.offset
            return LongWork(key, subject, fact, left, place, Outcome.JUDGED, after)
    raise CorruptRow("that is being judged is missing", unfinished.row)
