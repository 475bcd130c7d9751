"""`consentry verify` on a bus that was broken: each break is named, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from kafka import OffsetAndMetadata, TopicPartition

from streams.core.identifiers import EventId, PayloadHash, ViolationId, subject_key
from streams.core.state import FactSource
from streams.core.vocabulary import Severity
from streams.verify import Difference, DifferenceKind, Verification
from streams.wire.findings import encode_finding
from streams.wire.progress import PROGRESS_KEY, encode_progress
from streams.wire.rows import encode_row, row_key
from tests.kafka.harness import Bus, Sent
from tests.kafka.stories import CONTROLLER, story
from tests.kafka.vandal import Vandal, home_of, impatient, judged_bus, published, run

__all__ = ["impatient"]


@pytest.fixture
def judged(kafka: str, unique: str) -> Iterator[tuple[Bus, Vandal]]:
    """For tests that break it."""
    with judged_bus(kafka, unique) as both:
        yield both


def only(found: Verification, kind: DifferenceKind, subject: str | None = None) -> Difference:
    [one] = [
        one for one in found.differences if one.kind is kind and subject in (None, one.subject_id)
    ]
    return one


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
