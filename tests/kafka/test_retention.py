"""Subjects leave when P20 and P26 are over, with tombstones; imports come in any order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from streams.core.events import Event, MarketingMessage
from streams.core.findings import Finding
from streams.core.identifiers import EventId, SubjectId, subject_key
from streams.core.instants import Instant, parse_instant
from streams.core.policy import default_policy
from streams.core.vocabulary import (
    Channel,
    ConsentAction,
    DutyStatus,
    Finality,
    LegalBasis,
    MessagePurpose,
    Status,
)
from streams.policy_file import load_policy
from streams.verify import verify
from streams.wire.progress import BATCH_HEADER, PROGRESS_KEY
from tests.kafka.harness import Bus, WorkerProcess, until
from tests.kafka.outputs import standing
from tests.kafka.stories import CONTROLLER, grant, share, story, withdrawal
from tests.kafka.test_worker import now

KEPT_S = 15
POLICY = f"""
version = "short"
retention = "PT{KEPT_S}S"
arrival_grace = "PT{KEPT_S}S"
notify_deadline = "PT2S"
final_after = "PT3S"
"""


@pytest.fixture
def short(kafka: str, unique: str, tmp_path: Path) -> Iterator[Bus]:
    """Two partitions, real ticks, and terms of seconds."""
    policy = tmp_path / "policy.toml"
    policy.write_text(POLICY)
    with Bus(kafka, unique, policy_file=policy, tick_interval_s=0.2) as one:
        yield one


def lately(number: int) -> list[Event]:
    """A story that has just happened."""
    start = now() - 1_000
    return [
        msgspec.structs.replace(
            event, occurred_at=Instant(start + step), recorded_at=Instant(start + step)
        )
        for step, event in enumerate(story(number))
    ]


def stand(bus: Bus, topic: str) -> list[Any]:
    """What is left of a topic when it has been compacted, the progress rows left aside."""
    return [r for r in standing(bus.read(topic)) if r.key != PROGRESS_KEY]


def outputs(bus: Bus) -> list[str]:
    return [bus.names.changelog, bus.names.violations, bus.names.duties]


def test_they_leave_every_topic(short: Bus) -> None:
    policy = load_policy(short.settings.policy_file or Path())
    with short.worker() as worker:
        events = [event for number in range(6) for event in lately(number)]
        short.send(*short.events(events))
        short.settle(worker)
        stood = {topic: {r.key for r in stand(short, topic)} for topic in outputs(short)}
        assert all(stood.values())
        until(lambda: not stand(short, short.names.changelog) or None, "all left", worker=worker)
        assert sum(line["subjects"] for line in worker.logged("subjects.left")) == 6
        assert not any(f"subject-{n}" in worker.text for n in range(6))
    for topic in outputs(short):
        gone = [record for record in short.read(topic) if record.value is None]
        assert {record.key for record in gone} >= stood[topic]
        assert stand(short, topic) == []
        stamped = {name for record in gone for name, _ in record.headers}
        assert stamped == (set() if topic == short.names.changelog else {BATCH_HEADER})
    before = short.counters()
    with short.worker() as worker:
        # Sent once more they are judged like anything else that is so old, and leave again.
        short.send(*short.events(events))
        short.settle(worker)
        counters = short.counters()
        assert counters.judged - before.judged >= len(events)
        assert counters.expired == 0
        assert {r.key for r in stand(short, short.names.changelog)}
        assert verify(short.settings, policy).differences == []
        until(lambda: not stand(short, short.names.changelog) or None, "all left", worker=worker)
        renewed = share("subject-1", "again", now())
        short.send(short.event(renewed))
        short.settle(worker)
        kept = {str(f.event_id): f for f in short.findings()}
        assert kept.keys() == {"again"}, "judged on what is kept: there is no consent any more"
        assert kept["again"].code == "NO_CONSENT"
        assert kept["again"].policy_version == policy.version
        key = subject_key(CONTROLLER, "subject-1")
        assert {r.key.partition(b"\x00")[0] for r in stand(short, short.names.changelog)} == {key}
        assert worker.stop()[0] == 0
    assert verify(short.settings, policy).differences == []


def test_a_finding_becomes_final_by_a_tick_of_its_owner_then(
    kafka: str, unique: str, tmp_path: Path
) -> None:
    """The worker was down when the term and the deadline passed, and publishes on its return."""
    policy = tmp_path / "policy.toml"
    policy.write_text('final_after = "PT8S"\nnotify_deadline = "PT4S"\n')
    with Bus(kafka, unique, policy_file=policy, tick_interval_s=0.2) as bus:
        with bus.worker() as worker:
            bus.send(*bus.events(lately(1)))
            bus.settle(worker)
        published = bus.findings()
        assert {finding.finality for finding in published} == {Finality.PROVISIONAL}
        ends = max(finding.detected_at for finding in published) + 8_000
        until(lambda: now() > ends or None, "the term has passed")
        with bus.worker() as worker:
            until(lambda: overdue_and_final(bus) or None, "it is published", worker=worker)
            bus.settle(worker)
        last = {finding.violation_id: finding for finding in bus.findings()}
        provisional = [f for f in last.values() if is_provisional(f)]
        assert {f.code for f in provisional} == {"RECIPIENT_NOT_NOTIFIED"}, "published just now"
        assert verify(bus.settings, load_policy(policy)).differences == []


def overdue_and_final(bus: Bus) -> bool:
    overdue = [d.status is DutyStatus.OVERDUE for d in bus.duties().values()]
    last = {finding.violation_id: finding for finding in bus.findings()}
    waiting = [
        f.code for f in last.values() if is_provisional(f) and f.code != "RECIPIENT_NOT_NOTIFIED"
    ]
    return bool(overdue) and all(overdue) and not waiting


def is_provisional(finding: Finding) -> bool:
    """Whether its label is still to come.

    A share can be read before its consent, which is on another topic: what was raised then
    is retracted, and gets no label any more.
    """
    return finding.finality is Finality.PROVISIONAL and finding.status is not Status.RETRACTED


def long_ago() -> list[Event]:
    """A consent and an objection of 2021."""
    at = parse_instant("2021-06-01T10:00:00.000Z")
    objection = msgspec.structs.replace(
        withdrawal("s-2", "o1", at), action=ConsentAction.OBJECTED, purposes=()
    )
    return [grant("s-1", "g1", at), objection]


def lately_sent() -> list[Event]:
    """A share that the consent covers, and a letter that the objection forbids."""
    at = Instant(now() - 1_000)
    covered = msgspec.structs.replace(
        share("s-1", "sh1", at), legal_basis_claimed=LegalBasis.CONSENT
    )
    letter = MarketingMessage(
        event_id=EventId("m1"),
        controller_id=CONTROLLER,
        subject_id=SubjectId("s-2"),
        occurred_at=at,
        recorded_at=at,
        message_purpose=MessagePurpose.MARKETING,
        channel=Channel.POST,
        sender_identity_present=True,
        contact_point_present=True,
    )
    return [covered, letter]


@pytest.mark.parametrize("old_first", [True, False])
@pytest.mark.parametrize("store", ["memory", "rocksdb"])
def test_an_import_gives_the_same_whichever_file_comes_first(
    kafka: str, unique: str, tmp_path: Path, store: str, *, old_first: bool
) -> None:
    """With ticks and a restart in between, and a record stamped with the time of its event."""
    state: dict[str, Any] = {"store": store, "store_folder": tmp_path / "state"}
    with Bus(kafka, unique, tick_interval_s=0.2, **state) as bus:
        imports = [long_ago(), lately_sent()]
        for events in imports if old_first else reversed(imports):
            with bus.worker() as worker:
                first, second = events
                bus.send(bus.event(first), bus.event(second, timestamp=second.occurred_at))
                bus.settle(worker)
                ticked(bus, worker)
                assert worker.stop()[0] == 0
        last = {f.violation_id: f for f in bus.findings()}
        published = [
            (f.event_id, f.code) for f in last.values() if f.status is not Status.RETRACTED
        ]
        assert published == [("m1", "MSG_AFTER_OPT_OUT")]
        assert bus.counters().expired == 0
        assert verify(bus.settings, default_policy()).differences == []


def ticked(bus: Bus, worker: WorkerProcess) -> None:
    """Wait until two more ticks were judged in every partition."""
    places = [(bus.names.ticks, number) for number in range(bus.settings.partitions)]
    before = bus.committed()
    until(
        lambda: all(bus.committed().get(p, 0) >= before.get(p, 0) + 2 for p in places) or None,
        "ticks are judged",
        worker=worker,
    )
