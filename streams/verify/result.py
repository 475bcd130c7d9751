"""What a verification found: differences, balance, and how far it could look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

from streams.core.findings import Finding
from streams.core.identifiers import EventId
from streams.core.instants import Instant
from streams.core.state import FactSource
from streams.core.vocabulary import EventType
from streams.measures.assumption_counts import AssumptionCounts


class DifferenceKind(StrEnum):
    """In what way the topics disagree with what the facts say."""

    MISSING = "missing"
    """The facts give a finding or duty, and it does not stand on its topic."""
    EXTRA = "extra"
    """A finding or duty stands on its topic, and the facts do not give it."""
    DIFFERENT = "different"
    """It stands there with other particulars than the facts give."""
    ROW = "row"
    """The stored row says another revision or status than the topic shows."""
    REPEATED = "repeated"
    """A revision is visible twice, or stands after a higher one."""
    UNREADABLE = "unreadable"
    """A record on an output topic cannot be read."""
    NOT_JUDGED = "not judged"
    """An input record before the position of the state is not among the facts."""
    NO_INPUT = "no input"
    """A fact names an input record that does not stand where it should."""
    NO_DEAD_LETTER = "no dead letter"
    """A record that cannot be judged was not kept."""
    NOT_REKEYED = "not re-keyed"
    """A record under a foreign key was not sent again under the right one."""
    UNBALANCED = "unbalanced"
    """The counters of the worker do not add up, or do not agree with the topics."""
    OFFSETS = "offsets"
    """The group's committed offsets and the state do not belong together."""
    LOST_INPUT = "lost input"
    """Input was deleted before it was judged, or ends before what was."""


class Behind(msgspec.Struct, frozen=True, kw_only=True):
    """A fact behind a difference, and where its record stood."""

    event_id: EventId
    event_type: EventType
    occurred_at: Instant
    source: FactSource


class FieldDifference(msgspec.Struct, frozen=True):
    """One field: what the facts give, and what stands on the topic."""

    name: str
    expected: Any
    found: Any


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One disagreement. `what` says it in words and holds no value of a record.

    `offset` is that of the record it is about, where it is about one. `violation_id`,
    `code` and `subject_id` name the finding or duty.
    """

    kind: DifferenceKind
    topic: str
    partition: int
    what: str
    offset: int | None = None
    violation_id: str | None = None
    code: str | None = None
    controller_id: str | None = None
    subject_id: str | None = None
    fields: tuple[FieldDifference, ...] = ()
    facts: tuple[Behind, ...] = ()


def difference_of(
    kind: DifferenceKind, topic: str, partition: int, finding: Finding, what: str, **more: object
) -> Difference:
    """A difference that concerns a finding; `more` are further fields of it."""
    return Difference(
        kind=kind,
        topic=topic,
        partition=partition,
        what=what,
        violation_id=finding.violation_id,
        code=finding.code,
        controller_id=finding.controller_id,
        subject_id=finding.subject_id,
        **more,  # type: ignore[arg-type]  # offset and fields, as given above
    )


class Seen(msgspec.Struct, kw_only=True):
    """How the records of a topic ended, as the topics themselves show it.

    `left` counts what is not among the facts and is older than all that left with its
    subject (P20, P26). All but `read` add up to `read`.
    """

    read: int = 0
    judged: int = 0
    not_assessed: int = 0
    duplicates: int = 0
    rekeyed: int = 0
    left: int = 0
    dead_lettered: int = 0
    not_judged: int = 0


class TopicBalance(msgspec.Struct, frozen=True, kw_only=True):
    """One topic of one partition number: the worker's counters beside the topics.

    `start` and `end` are the offsets between which records were read, None without
    inputs. `lag` counts offsets after the position of the state, up to the end of the log.
    `left` says that subjects of the partition number have left, `imported` that its state began
    with facts of another one.
    """

    topic: str
    partition: int
    position: int
    counted: dict[str, int]
    left: bool = False
    imported: bool = False
    seen: Seen | None = None
    start: int | None = None
    lag: int | None = None


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """Offsets behind a transaction that a producer has open: nobody can read them yet.

    `offset` is where it begins, `since` the timestamp of the record there.
    """

    topic: str
    partition: int
    offset: int
    records: int
    since: Instant | None


class PartitionCut(msgspec.Struct, frozen=True, kw_only=True):
    """The state that was verified: after which batch, with how much in it.

    `left_before`, `arrived_before` and `subjects_left` count subjects that left, as the
    progress row does.
    """

    partition: int
    sequence: int
    partition_time: Instant | None
    left_before: Instant | None
    arrived_before: Instant | None
    subjects_left: int
    subjects: int
    facts: int
    findings: int
    duties: int


@dataclass(slots=True)
class Verification:
    """The result. `differences` holds the first `limit` of them, `counts` counts all.

    `uncommitted` is what waits behind open transactions of producers: it was not judged, and
    nothing is reported of it. `assumptions` are those of the facts (4.9). `notes` say what could not be looked at, or was accepted by an operator. `records`
    counts what was read of all topics.
    """

    limit: int = 50
    with_inputs: bool = True
    cuts: list[PartitionCut] = field(default_factory=list)
    balance: list[TopicBalance] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    counts: Counter[DifferenceKind] = field(default_factory=Counter)
    uncommitted: list[Waiting] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    assumptions: AssumptionCounts = field(default_factory=lambda: AssumptionCounts(1000, 10_000))
    records: int = 0
    earlier_texts: int = 0
    seconds: float = 0.0

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return not self.counts

    def add(self, differences: Iterable[Difference]) -> None:
        """Count differences, and keep them while there is room."""
        for difference in differences:
            self.counts[difference.kind] += 1
            if len(self.differences) < self.limit:
                self.differences.append(difference)
