"""What is checked after a run: nothing lost, nothing twice, nothing wrong, all accounted for.

Three sources say what must stand, and none of them is the state of the workers: the truth
of the sample (its authors' own, no rule is asked), the rules over the records on the
inputs in one batch, and the records themselves.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple

import msgspec

from streams.check.engine import judge_subject
from streams.core import quality
from streams.core.findings import Duty, Finding
from streams.core.identifiers import SubjectKey, subject_key
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.state import Fact, FactSource
from streams.core.vocabulary import DutyStatus, Status
from streams.dev.samples import Truth
from streams.dev.scoring import ScoredNet, score
from streams.settings.names import TopicNames
from streams.wire.decode import Rejected, decode
from streams.wire.rows import row_key
from tests.faults.stream import Stream
from tests.kafka.outputs import Outputs

DEAD_LETTER_CODES: Final = frozenset(
    {quality.UNPROCESSABLE, quality.RAW_PERSONAL_DATA, quality.FUTURE}
)
"""Codes of findings on records that were set aside: one for each dead letter."""

ARRIVAL: Final = frozenset(
    {"detected_at", "revision", "status", "finality", "late_detected", "policy_version"}
)
"""Fields of findings that show arrival, so a batch cannot have the same: what a later policy
says too keeps the version under which it was published."""

NAMED_AT_MOST = 5


class Kind(StrEnum):
    """What a problem is."""

    LOST = "lost"
    TWICE = "twice"
    WRONG = "wrong"
    UNACCOUNTED = "unaccounted"
    UNVERIFIED = "unverified"


class Problem(msgspec.Struct, frozen=True):
    """Something that does not hold, how often, and examples."""

    kind: Kind
    what: str
    count: int
    examples: str


class Published(NamedTuple):
    """Every revision of what stands: nothing of who was erased, and nothing published again."""

    findings: list[Finding]
    duties: list[Duty]
    erased: int
    """Tombstones. Nothing in a sample is old enough to be taken away by age (P20)."""

    rebuilt: int
    otherwise: list[str]
    """Published again otherwise than it stood."""

    foreign: list[str]
    """What somebody else wrote, and nothing ended or outdid since."""


def read_inputs(outputs: Outputs) -> list[Any]:
    """Every record on the inputs that is committed."""
    return [one for topic in outputs.names.inputs.values() for one in outputs.read(topic)]


def against_truth(
    truth: Truth, published: Published, again: Counter[str], clock: Instant
) -> list[Problem]:
    """Compare with what the authors of the sample say; no rule is asked.

    `again` counts the unreadable records that were sent again, by code: each is a record
    of its own.
    """
    net = ScoredNet()
    for finding in published.findings:
        net.add_finding(finding)
    for duty in published.duties:
        net.add_duty(duty)
    wanted = msgspec.structs.replace(truth, unaddressed=dict(Counter(truth.unaddressed) + again))
    result = score(wanted, net.findings(), net.duties(), clock)
    return problems(
        (Kind.LOST, "findings or duties of the truth that are missing", list(result.missing)),
        (Kind.WRONG, "findings or duties that the truth does not know", list(result.extra)),
    )


def sent_again(inputs: Iterable[Any], sent: Stream, names: TopicNames) -> Counter[str]:
    """Records that stand on the inputs more often than they were made: codes of the bad ones."""
    there = Counter((record.topic, record.value) for record in inputs)
    there.subtract((record.topic, record.value) for record in sent.records)
    kinds = {topic: kind for kind, topic in names.inputs.items()}
    codes: Counter[str] = Counter()
    for (topic, value), times in there.items():
        if times > 0 and isinstance(bad := decode(value, kinds[topic]), Rejected):
            codes[bad.dead_letter.code] += times
    return codes


def missing_inputs(inputs: Iterable[Any], sent: Stream) -> list[Problem]:
    """The broker itself must have kept what it acknowledged, or the run proves nothing."""
    wanted = Counter((record.topic, record.value) for record in sent.records)
    wanted.subtract((record.topic, record.value) for record in inputs)
    gone = [topic for (topic, _), times in wanted.items() for _ in range(times)]
    return problems((Kind.LOST, "records that the broker acknowledged and lost", gone))


class Batch(NamedTuple):
    """What the rules say of the records on the inputs, all at once."""

    findings: Mapping[str, dict[str, Any]]
    duties: Mapping[str, dict[str, Any]]


def facts_of(inputs: Iterable[Any], names: TopicNames) -> dict[SubjectKey, list[Fact]]:
    """The events on the inputs by subject, without what is set aside."""
    kinds = {topic: kind for kind, topic in names.inputs.items()}
    facts: dict[SubjectKey, list[Fact]] = defaultdict(list)
    for record in inputs:
        decoded = decode(record.value, kinds[record.topic])
        if isinstance(decoded, Rejected):
            continue
        event = decoded.event
        fact = Fact(
            event=event,
            payload_hash=decoded.payload_hash,
            ingested_at=Instant(record.timestamp),
            source=FactSource(record.topic, record.partition, record.offset),
        )
        if not quality.is_future(fact):
            facts[subject_key(event.controller_id, event.subject_id)].append(fact)
    return facts


def judge_at_once(facts: Mapping[SubjectKey, list[Fact]], policy: Policy, clock: Instant) -> Batch:
    """Judge every subject in one batch, deadlines up to the clock."""
    findings: list[Finding] = []
    duties: list[Duty] = []
    for own in facts.values():
        event = own[0].event
        result = judge_subject(event.controller_id, event.subject_id, own, policy, clock)
        findings += result.findings
        duties += result.duties
    return Batch(standing_findings(findings), standing_duties(duties))


def rows_of(facts: Mapping[SubjectKey, list[Fact]]) -> set[bytes]:
    """The keys of the rows that facts have in the changelog."""
    return {
        row_key(key, fact.event.event_id, fact.hash) for key, own in facts.items() for fact in own
    }


def standing_findings(findings: Iterable[Finding]) -> dict[str, dict[str, Any]]:
    """The last revision of what stands, without the fields that show arrival."""
    last = {f.violation_id: f for f in findings if f.code not in DEAD_LETTER_CODES}
    return {
        name: {k: v for k, v in msgspec.structs.asdict(f).items() if k not in ARRIVAL}
        for name, f in last.items()
        if f.status is not Status.RETRACTED
    }


def standing_duties(duties: Iterable[Duty]) -> dict[str, dict[str, Any]]:
    """The last revision of the duties that stand."""
    last = {duty.duty_id: duty for duty in duties}
    return {
        name: {
            k: v
            for k, v in msgspec.structs.asdict(duty).items()
            if k not in ("detected_at", "revision", "policy_version")
        }
        for name, duty in last.items()
        if duty.status is not DutyStatus.RETRACTED
    }


def against_batch(batch: Batch, published: Published) -> list[Problem]:
    """Compare field by field with the rules over all records at once."""
    found: list[Problem] = []
    for what, wanted, live in (
        ("findings", batch.findings, standing_findings(published.findings)),
        ("duties", batch.duties, standing_duties(published.duties)),
    ):
        differing = [n for n in wanted.keys() & live.keys() if wanted[n] != live[n]]
        found += problems(
            (Kind.LOST, f"{what} of the batch that are missing", sorted(wanted.keys() - live)),
            (Kind.WRONG, f"{what} that are not those of the batch", sorted(live.keys() - wanted)),
            (Kind.WRONG, f"{what} that differ from those of the batch", differing),
        )
    return found


def problems(*listed: tuple[Kind, str, list[Any]]) -> list[Problem]:
    """One problem for each list that is not empty."""
    return [
        Problem(kind, what, len(found), "; ".join(map(str, found[:NAMED_AT_MOST])))
        for kind, what, found in listed
        if found
    ]
