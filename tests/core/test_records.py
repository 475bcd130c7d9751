"""Records are found by type and id, whichever events share an id; rows are what was stored."""

from __future__ import annotations

import msgspec
import pytest

from streams.core.event_kinds import event_key
from streams.core.records import Records
from streams.core.row_origin import origin_of
from streams.core.state import EventRow, Fact, FactSource
from streams.core.subject_record import SubjectRecord
from tests.core.builders import buy, grant, share

AT = 1_788_249_600_000


def fact(event: object, **changes: object) -> Fact:
    made = Fact(event=event, ingested_at=AT, source=FactSource("t", 3, 1 << 40), value=b"sent")  # type: ignore[arg-type]
    return msgspec.structs.replace(made, **changes)


def record(event: object) -> SubjectRecord:
    return SubjectRecord(fact(event), "p", None)


def test_events_of_one_id_and_several_types_are_distinguished() -> None:
    records = Records()
    events = [share(0, id="one"), grant(0, id="one"), buy(0, id="one"), share(1, id="two")]
    held = {}
    for event in events:
        assert records.of(event) is None
        assert event_key(event) not in records
        one = held[event_key(event)] = record(event)
        records.add(one)
    for event in events:
        assert records.of(event) is held[event_key(event)]
        assert records[event_key(event)] is held[event_key(event)]
    assert len(records) == 4
    assert dict(records.items()) == held
    assert set(records) == set(held)
    assert sorted(map(id, records.values())) == sorted(map(id, held.values()))
    assert records.get(event_key(share(0, id="three"))) is None
    assert records.get(event_key(buy(0, id="two"))) is None
    assert records.of(buy(0, id="two")) is None


def test_a_row_is_given_as_it_was_put_in() -> None:
    event = share(0)
    rows = [
        EventRow(fact=fact(event), policy_digest="p"),
        EventRow(fact=fact(event), policy_digest="q", taken_at=AT + 1),  # type: ignore[arg-type]
        EventRow(fact=fact(event), policy_digest="p", erases=True),
        EventRow(fact=fact(event), policy_digest="p", restricted_since=AT),  # type: ignore[arg-type]
        EventRow(fact=fact(event, payload_hash="a" * 64, value=None), policy_digest="p"),
    ]
    for row in rows:
        one = SubjectRecord.of(row)
        assert one.row == row
        assert one.row.fact.event is event
        assert (one.ingested_at, one.taken_at) == (AT, row.taken_at)
        assert one.silent
        for other in rows:
            one.row = other
            assert one.row == other
            assert one.policy_digest == other.policy_digest
    assert [SubjectRecord.of(row).as_sent for row in rows] == [True, True, False, False, False]


class Writer:
    """Writes one value, of any event."""

    def __init__(self, value: bytes | None) -> None:
        self.value = value

    def written(self, event: object, /) -> bytes | None:
        """That value."""
        del event
        return self.value


def test_a_value_that_is_not_kept_is_written_again() -> None:
    sent = fact(share(0))
    one, before = SubjectRecord(sent, "p", None), SubjectRecord(sent, "p", None).row
    one.forget_value(sent, Writer(b"written"))
    assert one.as_sent
    assert one.silent
    assert one.row == msgspec.structs.replace(
        before, fact=msgspec.structs.replace(sent, value=b"written")
    )
    assert one.policy_digest == "p"
    said = msgspec.structs.replace(before, erases=True)
    for row in (said, before):
        one.row = row
        assert one.row == row


def test_the_value_of_another_payload_is_kept() -> None:
    sent = fact(share(0))
    one = SubjectRecord(sent, "p", None)
    one.forget_value(fact(share(0), value=b"else"), Writer(b"written"))
    assert one.row.fact == sent
    said = SubjectRecord.of(EventRow(fact=sent, policy_digest="p", erases=True))
    said.forget_value(sent, Writer(b"written"))
    assert said.row.fact == sent


def test_what_can_no_longer_be_written_is_an_error() -> None:
    sent = fact(share(0))
    one = SubjectRecord(sent, "p", None)
    one.forget_value(sent, Writer(None))
    with pytest.raises(ValueError, match="cannot be written"):
        _ = one.row


def test_what_rows_have_alike_is_kept_once_and_distinguished() -> None:
    first = origin_of("t", 0, "p")
    assert origin_of("t", 0, "p") is first
    for topic, partition, digest in (("u", 0, "p"), ("t", 1, "p"), ("t", 0, "q")):
        one = origin_of(topic, partition, digest)
        assert (one.topic, one.partition, one.policy_digest) == (topic, partition, digest)
    assert (first.topic, first.partition, first.policy_digest) == ("t", 0, "p")
    ours, theirs = Writer(b""), Writer(b"")
    assert first.written_by(ours) is first.written_by(ours)
    assert first.written_by(theirs).writer is theirs
    assert first.written_by(ours).writer is ours
    assert first.writer is None
    for number in range(1_000):
        assert origin_of(f"t{number}", 0, "p").topic == f"t{number}"
