"""Run the core over a sample as a worker would: record by record, in arrival order."""

from __future__ import annotations

from collections import Counter

from streams.core.decision import Decision
from streams.core.identifiers import EventId, SubjectId
from streams.core.instants import Instant
from streams.core.judge import judge, judge_deadlines
from streams.core.policy import Policy
from streams.core.quality import is_future, quality_finding
from streams.core.state import Fact, FactSource
from streams.core.subject import Subject
from streams.core.vocabulary import Code
from streams.dev.samples import POLICY_FILE, Sample
from streams.dev.samples.retailer import CONTROLLER
from streams.dev.scoring import ScoredNet
from streams.policy_file import load_policy
from streams.wire.decode import Decoded, decode


def sample_policy() -> Policy:
    """The policy that goes with every sample."""
    return load_policy(POLICY_FILE)


def judged(
    sample: Sample, *, clock: Instant | None, late_clock: bool = False, policy: Policy | None = None
) -> tuple[ScoredNet, Counter[str]]:
    """The net result, and how the records ended.

    `late_clock`: deadlines are judged after all records, as offline; otherwise every
    record is judged at `clock`, as when an old stream is replayed.
    """
    policy = policy or sample_policy()
    net = ScoredNet()
    ended: Counter[str] = Counter()
    subjects: dict[str, Subject] = {}
    for offset, record in enumerate(sample.records):
        decoded = decode(record.value, record.topic)
        if not isinstance(decoded, Decoded):
            code = decoded.dead_letter.code
            ended[code] += 1
            net.add_finding(
                quality_finding(
                    Code(code),
                    controller_id=None,
                    subject_id=None,
                    event_id=EventId(f"record-{offset}"),
                    event_type=None,
                    occurred_at=None,
                    detected_at=record.arrives_at,
                    policy=policy,
                )
            )
            continue
        event = decoded.event
        fact = Fact(
            event=event,
            payload_hash=decoded.payload_hash,
            ingested_at=sample.truth.clock,
            source=FactSource("sample", 0, offset),
        )
        if is_future(fact):
            ended["future"] += 1
            net.add_finding(
                quality_finding(
                    Code.FUTURE_TIMESTAMP,
                    controller_id=event.controller_id,
                    subject_id=event.subject_id,
                    event_id=event.event_id,
                    event_type=record.topic,
                    occurred_at=event.occurred_at,
                    detected_at=fact.ingested_at,
                    policy=policy,
                )
            )
            continue
        subject = subjects.get(event.subject_id)
        if subject is None:
            subject = subjects[event.subject_id] = Subject(CONTROLLER, SubjectId(event.subject_id))
        decision = judge(subject, fact, policy, None if late_clock else clock)
        ended[decision.outcome] += 1
        _keep(net, decision)
    if late_clock and clock is not None:
        for subject in subjects.values():
            _keep(net, judge_deadlines(subject, clock, policy))
    return net, ended


def _keep(net: ScoredNet, decision: Decision) -> None:
    for finding in decision.findings:
        net.add_finding(finding)
    for duty in decision.duties:
        net.add_duty(duty)
