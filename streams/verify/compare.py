"""One subject: what its facts give in batch, beside what was published and what rows say of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from streams.check.decided_by import timeline
from streams.core.assumptions import Assumption, assumptions
from streams.core.event_kinds import event_key, key_of
from streams.core.findings import Duty, Finding, OutputRecord, id_of
from streams.core.identifiers import (
    ControllerId,
    EventKey,
    SubjectId,
    SubjectKey,
    parse_subject_key,
    subject_key,
)
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.refusals import refusal_address
from streams.core.render import address as core_address
from streams.core.render import duty_address, event_type
from streams.core.state import EventRow, RefusalRow
from streams.core.subject import Subject
from streams.core.vocabulary import EventType, Finality, Status
from streams.settings.names import TopicNames
from streams.verify.batch import SubjectNet, evaluate
from streams.verify.output_record import address, address_of, stands
from streams.verify.result import Behind, Difference, DifferenceKind, FieldDifference

OF_ARRIVAL: Final = frozenset({"detected_at", "revision", "finality", "late_detected"})
"""Fields that say how the facts came in, and not what they say."""

VERSIONS: Final = ("law_version", "policy_version", "rule_version")
OF_VERSION: Final = frozenset(
    {
        *VERSIONS,
        "explanation_en",
        "explanation_nl",
        "citations",
        "remediation_en",
        "remediation_nl",
    }
)
"""Fields that another release or policy may word in another way."""

_FIELDS: Final = {
    kind: tuple(name for name in kind.__struct_fields__ if name not in OF_ARRIVAL)
    for kind in (Finding, Duty)
}


class Compared(NamedTuple):
    """The net result for one subject, and what its verdicts assume."""

    differences: list[Difference]
    findings: int
    duties: int
    assumptions: list[Assumption]


class Comparison:
    """Compares subjects of one partition number. `earlier` counts texts of other versions."""

    def __init__(self, names: TopicNames, policy: Policy) -> None:
        self._names = names
        self._policy = policy
        self.earlier = 0

    def subject(
        self,
        key: SubjectKey,
        rows: Iterable[EventRow | RefusalRow],
        published: Mapping[str, tuple[OutputRecord, int]],
        clock: Instant | None,
        partition: int,
    ) -> Compared:
        """`published` holds what stands on the topics with its offset; duties under `id duty`."""
        rows = list(rows)
        # A key that is none has no rows.
        identity = parse_subject_key(key) or (ControllerId(""), SubjectId(""))
        net = evaluate(*identity, rows, self._policy, clock)
        about = _About(self._names, self._policy, partition, net.subject)
        found = dict(self._net(net, published, about))
        for name, difference in _rows(rows, published, about):
            found.setdefault(name, difference)
        events = [record.event for record in net.subject.records.values()]
        assumed = [one for event in events for one in assumptions(event, self._policy)]
        return Compared(list(found.values()), len(net.findings), len(net.duties), assumed)

    def fields(self, expected: OutputRecord, found: OutputRecord) -> tuple[FieldDifference, ...]:
        """The fields that differ, without those of arrival."""
        same_release = all(getattr(expected, n) == getattr(found, n) for n in VERSIONS)
        self.earlier += not same_release
        return tuple(
            FieldDifference(name, getattr(expected, name), getattr(found, name))
            for name in _FIELDS[type(expected)]
            if getattr(expected, name) != getattr(found, name)
            and (same_release or name not in OF_VERSION)
            and not (name == "status" and _same_standing(expected, found))
        )

    def _net(
        self, net: SubjectNet, published: Mapping[str, tuple[OutputRecord, int]], about: _About
    ) -> Iterator[tuple[str, Difference]]:
        """What the facts give against what stands, by address."""
        standing = {name: pair for name, pair in published.items() if stands(pair[0])}
        given: tuple[OutputRecord, ...] = (*net.findings, *net.duties)
        for expected in given:
            name = address_of(expected)
            pair = standing.pop(name, None)
            if pair is None:
                what = "the facts give it, and it is not there"
                yield name, about.difference(DifferenceKind.MISSING, expected, what)
            elif differing := self.fields(expected, pair[0]):
                what = "the facts give it with other particulars"
                yield (
                    name,
                    about.difference(DifferenceKind.DIFFERENT, expected, what, pair[1], differing),
                )
        for name, (found, offset) in standing.items():
            what = "it is there, and the facts do not give it"
            yield name, about.difference(DifferenceKind.EXTRA, found, what, offset)


def _same_standing(expected: OutputRecord, found: OutputRecord) -> bool:
    """OPEN and REVISED are one to a batch; REMEDIATED and the states of a duty are not."""
    open_ones = (Status.OPEN, Status.REVISED)
    return expected.status in open_ones and found.status in open_ones


def _rows(
    rows: Iterable[EventRow | RefusalRow],
    published: Mapping[str, tuple[OutputRecord, int]],
    about: _About,
) -> Iterator[tuple[str, Difference]]:
    """Revision, status and label, as the stored rows and as the topics have them."""
    left = dict(published)
    for row in rows:
        for name, stored in about.stored(row):
            pair = left.pop(name, None)
            if pair is None:
                what = f"the stored row says that revision {stored[0]} was published"
                yield name, about.lost(name, what)
            elif stored != (shown := _shown(pair[0])):
                both = zip(("revision", "status", "finality"), stored, shown, strict=False)
                differing = tuple(FieldDifference(*one) for one in both if one[1] != one[2])
                what = "the stored row says something else than the topic"
                yield name, about.difference(DifferenceKind.ROW, pair[0], what, pair[1], differing)
    for name, (found, offset) in left.items():
        what = "it is there, and no stored row knows of it"
        yield name, about.difference(DifferenceKind.ROW, found, what, offset)


def _stored(row: EventRow) -> Iterator[tuple[str, tuple[object, ...]]]:
    event = row.fact.event
    for slot, one in row.published.items():
        label = Finality.FINAL if one.final else Finality.PROVISIONAL
        yield core_address(event, slot), (one.revision, one.status, label)
    for recipient_id, owed in row.duties.items():
        one_id = duty_address(event, recipient_id)
        yield address(one_id, duty=True), (owed.revision, owed.duty.status)


def _shown(one: OutputRecord) -> tuple[object, ...]:
    if isinstance(one, Finding):
        return one.revision, one.status, one.finality
    return one.revision, one.status


class _About:
    """Words differences about one subject."""

    def __init__(self, names: TopicNames, policy: Policy, partition: int, subject: Subject) -> None:
        self._names = names
        self._policy = policy
        self._partition = partition
        self._subject = subject

    def stored(self, row: EventRow | RefusalRow) -> Iterator[tuple[str, tuple[object, ...]]]:
        """What a row says was published, by address."""
        if isinstance(row, EventRow):
            yield from _stored(row)
            return
        key = subject_key(self._subject.controller_id, self._subject.subject_id)
        yield refusal_address(key, row), (row.revision, row.status, Finality.PROVISIONAL)

    def difference(
        self,
        kind: DifferenceKind,
        one: OutputRecord,
        what: str,
        offset: int | None = None,
        fields: tuple[FieldDifference, ...] = (),
    ) -> Difference:
        """About a finding or duty."""
        return Difference(
            kind=kind,
            topic=self._topic(one),
            partition=self._partition,
            offset=offset,
            what=what,
            violation_id=id_of(one),
            code=one.code,
            controller_id=one.controller_id,
            subject_id=one.subject_id,
            fields=fields,
            facts=tuple(self._behind(one)),
        )

    def lost(self, name: str, what: str) -> Difference:
        """About something that only a row knows."""
        one_id, _, duty = name.partition(" ")
        return Difference(
            kind=DifferenceKind.ROW,
            topic=self._names.duties if duty else self._names.violations,
            partition=self._partition,
            what=what,
            violation_id=one_id,
            controller_id=self._subject.controller_id,
            subject_id=self._subject.subject_id,
        )

    def _topic(self, one: OutputRecord) -> str:
        return self._names.violations if isinstance(one, Finding) else self._names.duties

    def _behind(self, one: OutputRecord) -> Iterator[Behind]:
        """The facts that it rests on, as far as they are known."""
        records = self._subject.records
        keys: Iterable[EventKey]
        if isinstance(one, Finding):
            moments = timeline(self._subject, one, self._policy)
            keys = [event_key(moment.event) for moment in moments if moment.event is not None]
        else:
            shares = [key_of(EventType.DATA_SHARE, share_id) for share_id in one.share_ids]
            kind = one.trigger_event_type or EventType.CONSENT_CHANGE
            keys = [key_of(kind, one.trigger_event_id), *shares]
        for key in dict.fromkeys(keys):
            if key in records:
                fact = records[key].row.fact
                yield Behind(
                    event_id=fact.event.event_id,
                    event_type=event_type(fact.event),
                    occurred_at=fact.event.occurred_at,
                    source=fact.source,
                )
