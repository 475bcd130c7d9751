"""`consentry verify` on a real bus: silent on what is right, exact on what is broken."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kafka import KafkaProducer, OffsetAndMetadata, TopicPartition

from streams.cli.main import main
from streams.core.findings import Finding
from streams.core.identifiers import EventId, PayloadHash, SubjectId, ViolationId, subject_key
from streams.core.policy import default_policy
from streams.core.state import FactSource
from streams.core.vocabulary import Severity
from streams.errors import ConsentryError
from streams.verify import Difference, DifferenceKind, Verification, verify
from streams.wire.arrival import partition_for
from streams.wire.findings import decode_finding, encode_finding
from streams.wire.progress import BATCH_HEADER, PROGRESS_KEY, encode_progress
from streams.wire.rows import decode_row, encode_row, row_key
from tests.kafka.harness import Bus, Sent, until
from tests.kafka.stories import CONTROLLER, stories, story

POLICY = default_policy()


def home_of(number: int) -> int:
    return partition_for(subject_key(CONTROLLER, f"subject-{number}"), 2)


class Vandal:
    """Writes to the topics of a bus what no worker would."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._producer = KafkaProducer(**bus.settings.connection.kafka_python_options())
        self.findings = {
            (found.subject_id, found.event_id): (record, found)
            for record in bus.read(bus.names.violations)
            for found in (decode_finding(record.value),)
        }
        self.rows = {
            row.fact.event.event_id: (record, row)
            for record in bus.read(bus.names.changelog)
            if record.key != PROGRESS_KEY
            for row in (decode_row(record.value),)
        }
        self.progress = bus.progress()

    def finding(self, number: int, event: str) -> tuple[Any, Finding]:
        return self.findings[SubjectId(f"subject-{number}"), EventId(f"{number}-{event}")]

    def report(self, partition: int, finding: Finding) -> None:
        """A finding as the last batch would have published it."""
        batch = b"%d" % self.progress[partition].sequence
        headers = [(BATCH_HEADER, batch)]
        key, value = finding.violation_id.encode(), encode_finding(finding)
        self.put(self._bus.names.violations, partition, key, value, headers)

    def put(
        self, topic: str, partition: int, key: bytes, value: bytes | None, headers: Any = None
    ) -> None:
        self._producer.send(topic, key=key, value=value, partition=partition, headers=headers).get(
            10
        )

    def commit(self, offsets: dict[TopicPartition, OffsetAndMetadata]) -> None:
        """Move the group's offsets the way workers do, members or not."""
        settings = self._bus.settings
        options = settings.connection.kafka_python_options()
        producer = KafkaProducer(**options, transactional_id=f"{settings.group_id}-vandal")
        producer.init_transactions()
        producer.begin_transaction()
        producer.send_offsets_to_transaction(offsets, settings.group_id)
        producer.commit_transaction()
        producer.close()

    def close(self) -> None:
        self._producer.close()


@contextmanager
def judged_bus(kafka: str, unique: str) -> Iterator[tuple[Bus, Vandal]]:
    """Twelve subjects, a bad record and one under a foreign key; the worker has stopped."""
    events = stories(12)
    with Bus(kafka, unique) as bus:
        with bus.worker() as worker:
            bus.send(*bus.events(events[:-1]), bus.event(events[-1], key=b"another"))
            bus.send(Sent(topic=bus.names.purchase, key=b"k", value=b"??"))
            bus.settle(worker)
            # Deadlines that passed are published with the next tick.
            until(lambda: len(bus.findings()) > 60 or None, "overdue duties", worker=worker)
            assert worker.stop()[0] == 0
        vandal = Vandal(bus)
        yield bus, vandal
        vandal.close()


@pytest.fixture(scope="module")
def whole(kafka: str) -> Iterator[tuple[Bus, Vandal]]:
    """For tests that leave all as it was."""
    with judged_bus(kafka, f"verify-{uuid.uuid4().hex[:8]}") as both:
        yield both


@pytest.fixture
def judged(kafka: str, unique: str) -> Iterator[tuple[Bus, Vandal]]:
    """For tests that break it."""
    with judged_bus(kafka, unique) as both:
        yield both


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no worker runs, nothing changes any more: no time is needed between two cuts."""
    monkeypatch.setattr("streams.verify.partition.BETWEEN_CUTS_TICKS", 0)
    monkeypatch.setattr("streams.verify.offsets.SETTLING_S", 0.3)


def run(bus: Bus) -> Verification:
    return verify(bus.settings, POLICY)


def published(found: Verification) -> set[tuple[DifferenceKind, str | None, str | None]]:
    return {(one.kind, one.subject_id, one.code) for one in found.differences}


def only(found: Verification, kind: DifferenceKind, subject: str | None = None) -> Difference:
    [one] = [
        one for one in found.differences if one.kind is kind and subject in (None, one.subject_id)
    ]
    return one


def test_what_was_judged_is_equal_and_balanced(whole: tuple[Bus, Vandal]) -> None:
    bus, _ = whole
    found = run(bus)
    assert found.equal, found.differences
    assert sum(cut.facts for cut in found.cuts) == 60
    # Early and late share of each story, and the finding about the bad record is none of a subject.
    assert sum(cut.findings for cut in found.cuts) >= 24
    rekeyed = [line for line in found.balance if line.topic == bus.names.rekeyed]
    assert sum(line.counted["judged"] for line in rekeyed) == 1
    assert all(line.seen is not None and line.start == 0 for line in found.balance)
    letters = sum(line.seen.dead_lettered for line in found.balance if line.seen)
    assert letters == 1


def test_each_break_is_named(judged: tuple[Bus, Vandal]) -> None:
    bus, vandal = judged
    names = bus.names
    removed, gone = vandal.finding(0, "early")
    vandal.put(names.violations, removed.partition, removed.key, None)

    changed, one = vandal.finding(1, "early")
    bogus = msgspec.structs.replace(
        one, revision=one.revision + 1, code="ADVISORY", severity=Severity.LOW
    )
    vandal.report(changed.partition, bogus)

    other, two = vandal.finding(2, "early")
    forged = ViolationId("00000000-0000-5000-8000-000000000000")
    vandal.report(other.partition, msgspec.structs.replace(two, violation_id=forged))

    repeated, three = vandal.finding(3, "late")
    vandal.report(repeated.partition, three)

    forgotten, _ = vandal.rows[EventId("4-fine")]
    vandal.put(names.changelog, forgotten.partition, forgotten.key, None)

    place, row = vandal.rows[EventId("5-fine")]
    invented = msgspec.structs.replace(
        row.fact, event=msgspec.structs.replace(row.fact.event, event_id=EventId("5-never")),
        payload_hash=PayloadHash("ab" * 32),
    )  # fmt: skip
    key = row_key(subject_key(CONTROLLER, "subject-5"), EventId("5-never"), PayloadHash("ab" * 32))
    vandal.put(
        names.changelog, place.partition, key,
        encode_row(msgspec.structs.replace(row, fact=invented)),
    )  # fmt: skip

    position = vandal.progress[0].positions[names.data_share]
    past = {TopicPartition(names.data_share, 0): OffsetAndMetadata(position + 2, "", -1)}
    vandal.commit(past)

    [(about, letter)] = [
        pair for pair in vandal.findings.values() if pair[1].code == "UNPROCESSABLE_EVENT"
    ]
    groundless = ViolationId("00000000-0000-5000-8000-000000000001")
    vandal.put(
        names.violations,
        about.partition,
        groundless.encode(),
        encode_finding(msgspec.structs.replace(letter, violation_id=groundless)),
    )

    found = run(bus)
    duty = "RECIPIENT_NOTIFICATION_DUE"
    # What the removed and the invented row said of findings long taken back depends on the
    # order in which the topics were read.
    assert {one for one in published(found) if one[0] is not DifferenceKind.ROW} == {
        (DifferenceKind.MISSING, "subject-0", gone.code),
        (DifferenceKind.DIFFERENT, "subject-1", one.code),
        (DifferenceKind.EXTRA, "subject-2", two.code),
        (DifferenceKind.REPEATED, "subject-3", three.code),
        # Without the share neither its finding nor its place in the duty has a reason.
        (DifferenceKind.NOT_JUDGED, "subject-4", None),
        (DifferenceKind.EXTRA, "subject-4", "BASIS_RECORD_MISMATCH"),
        (DifferenceKind.DIFFERENT, "subject-4", duty),
        # A share that never came would have had both.
        (DifferenceKind.NO_INPUT, "subject-5", None),
        (DifferenceKind.MISSING, "subject-5", "BASIS_RECORD_MISMATCH"),
        (DifferenceKind.DIFFERENT, "subject-5", duty),
        (DifferenceKind.OFFSETS, None, None),
        (DifferenceKind.EXTRA, None, letter.code),
    }
    assert (
        f"offset {position + 2} is committed, past {position}"
        in only(found, DifferenceKind.OFFSETS).what
    )
    missing = only(found, DifferenceKind.MISSING, "subject-0")
    assert missing.violation_id == removed.key.decode()
    assert ("0-early", names.data_share) in {
        (fact.event_id, fact.source.topic) for fact in missing.facts
    }
    wrong = only(found, DifferenceKind.DIFFERENT, "subject-1")
    different = {field.name: (field.expected, field.found) for field in wrong.fields}
    assert different["code"] == (one.code, "ADVISORY")
    assert different["severity"] == (one.severity, Severity.LOW)
    assert "twice" in only(found, DifferenceKind.REPEATED).what
    source = vandal.rows[EventId("4-fine")][1].fact.source
    lost = only(found, DifferenceKind.NOT_JUDGED)
    assert FactSource(lost.topic, lost.partition, lost.offset or 0) == source


def test_records_that_the_state_claims_and_nobody_judged(judged: tuple[Bus, Vandal]) -> None:
    bus, vandal = judged
    names = bus.names
    number = home_of(40)
    unseen = bus.event(story(40)[0])
    bus.send(
        unseen,
        Sent(topic=unseen.topic, key=b"k", value=b"??", partition=number),
        bus.event(story(40)[1], topic=unseen.topic, value=bus.event(story(41)[0]).value, partition=number, key=b"foreign"),
    )  # fmt: skip
    progress = vandal.progress[number]
    position = progress.positions[unseen.topic]
    progress.positions[unseen.topic] = position + 3
    vandal.put(names.changelog, number, PROGRESS_KEY, encode_progress(progress))
    found = run(bus)
    kinds = {(one.kind, one.offset) for one in found.differences if one.topic == unseen.topic}
    assert kinds == {
        (DifferenceKind.NOT_JUDGED, position),
        (DifferenceKind.NO_DEAD_LETTER, position + 1),
        (DifferenceKind.NOT_REKEYED, position + 2),
        (DifferenceKind.UNBALANCED, None),
        (DifferenceKind.OFFSETS, None),
    }
    [unpublished] = [one for one in found.differences if one.topic == names.violations]
    assert (unpublished.kind, unpublished.code) == (DifferenceKind.MISSING, "UNPROCESSABLE_EVENT")
    assert f"offset {position + 1}" in unpublished.what


def test_a_worker_under_load_is_equal_at_every_cut(bus: Bus) -> None:
    command = [sys.executable, "-m", "streams.cli.main", "verify", "--json"]
    facts = []
    with bus.worker() as worker:
        for turn in range(3):
            # So few that a slow machine is not led to ever more of them.
            waiting = iter(stories(100, 100 * turn))
            with subprocess.Popen(
                command, stdout=subprocess.PIPE, env=bus.environment()
            ) as verifying:
                while verifying.poll() is None:
                    bus.send(*bus.events(islice(waiting, 20)))
                    time.sleep(0.05)
                assert verifying.stdout is not None
                found = json.load(verifying.stdout)
            assert found["equal"], found["differences"]
            assert verifying.returncode == 0
            facts.append(sum(cut["facts"] for cut in found["partitions"]))
        assert worker.process.poll() is None
    assert sorted(facts) == facts
    assert facts[0] < facts[-1], "it judged while it was verified"


def test_the_command_says_it_by_its_exit_code(
    whole: tuple[Bus, Vandal], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bus, vandal = whole
    as_environment(monkeypatch, bus)
    assert main(["verify"]) == 0
    out = capsys.readouterr()
    assert "equal: 60 facts" in out.out
    assert out.err == ""
    place, one = vandal.finding(1, "early")
    vandal.put(bus.names.violations, place.partition, place.key, None)
    assert main(["verify", "--json", "--details", "1", "--no-inputs"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["equal"] is False
    assert document["counts"] == {"missing": 1}
    [difference] = document["differences"]
    assert difference["violation_id"] == one.violation_id
    [fact] = [fact for fact in difference["facts"] if fact["event_id"] == "1-early"]
    assert fact["source"]["topic"] == bus.names.data_share
    assert main(["verify", "--partition", str(place.partition)]) == 1
    assert f"missing: {bus.names.violations}, partition {place.partition}" in one_line(capsys)
    assert main(["verify", "--partition", str(1 - place.partition)]) == 0
    capsys.readouterr()
    # What was removed may begin again.
    vandal.report(place.partition, one)
    assert main(["verify", "--partition", str(place.partition)]) == 0


def test_what_cannot_be_verified_ends_with_a_reason(
    whole: tuple[Bus, Vandal],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    bus, _ = whole
    as_environment(monkeypatch, bus)

    def refused(*arguments: str) -> str:
        assert main(["verify", *arguments]) == 2
        return one_line(capsys)

    assert "there is no partition 2" in refused("--partition", "2")
    policy = tmp_path / "policy.toml"
    policy.write_text('version = "other"\nunknown_age = "ALLOW"\n')
    assert "under another policy" in refused("--policy", str(policy))
    monkeypatch.setenv("CONSENTRY_CONNECT_TIMEOUT_S", "1")
    assert "no broker answered" in refused("--brokers", "127.0.0.1:1")
    monkeypatch.setenv("CONSENTRY_TOPIC_PREFIX", "other.")
    assert "does not exist" in refused()


def test_without_a_worker_there_is_nothing_to_verify(bus: Bus) -> None:
    with pytest.raises(ConsentryError, match="there is no state to verify"):
        run(bus)


def test_a_transaction_that_hangs_is_named(
    whole: tuple[Bus, Vandal], monkeypatch: pytest.MonkeyPatch
) -> None:
    bus, _ = whole
    monkeypatch.setattr("streams.verify.bus.MARKER_GRACE_S", 0.5)
    settings = bus.settings.model_copy(update={"transaction_timeout_s": 0.5})
    options = bus.settings.connection.kafka_python_options()
    hanging = KafkaProducer(**options, transactional_id=f"{bus.settings.group_id}-hanging")
    hanging.init_transactions()
    hanging.begin_transaction()
    hanging.send(bus.names.violations, key=b"k", value=b"v", partition=1).get(10)
    try:
        with pytest.raises(ConsentryError) as refused:
            verify(settings, POLICY)
    finally:
        hanging.abort_transaction()
        hanging.close()
    assert f"{bus.names.violations}, partition 1: a transaction is open" in refused.value.problem


def as_environment(monkeypatch: pytest.MonkeyPatch, bus: Bus) -> None:
    for name, value in bus.environment().items():
        if name.startswith("CONSENTRY_"):
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "200")


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    written = capsys.readouterr()
    return " ".join((written.out + written.err).split())
