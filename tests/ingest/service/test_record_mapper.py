"""What is written of a record, where, and how it is counted."""

from __future__ import annotations

import asyncio
import json
from hashlib import sha256

import pytest
from aiokafka.partitioner import DefaultPartitioner

from streams.core.identifiers import subject_key
from streams.core.vocabulary import EventType
from streams.ingest import Identities
from streams.ingest.golden import TEST_KEY
from streams.ingest.rejects import PREFIX
from streams.ingest.service.record_mapper import INGESTED_FROM
from streams.ingest.service.sources import SourceFraming
from streams.registry import Access, Registry
from streams.unpacking.cut import cut
from streams.wire.decode import Decoded, decode
from streams.wire.pseudonym import ValueKind
from tests.delivery.standing import Standing
from tests.ingest.maps import HEAD, PLAIN, RECORD
from tests.ingest.service.records import NAMES, REJECTS, mapped, mapper, row
from tests.registry.fake import FakeRegistry, framed
from tests.registry.test_reading import avro_body

LATER = HEAD + PLAIN.replace('no = "WITHDRAWN"', 'no = "WITHDRAWN", later = {ignore = "not yet"}')
SUBJECT = TEST_KEY.of(ValueKind.EMAIL, "anna@example.nl")


def chosen_by_clients(key: bytes, count: int) -> int:
    """The partition to which Kafka's own clients send a key."""
    every = list(range(count))
    found: int = DefaultPartitioner()(key, every, every)
    return found


def test_events_stand_where_the_worker_looks_for_them() -> None:
    records = [row(RECORD | {"email": f"person-{at}@example.nl"}) for at in range(40)]
    batch, _ = mapped(mapper(), *records)
    homes = [chosen_by_clients(output.key or b"", 12) for output in batch.outputs]
    assert len(set(homes)) > 6
    assert [output.partition for output in batch.outputs] == homes


def test_an_event_goes_to_its_topic_under_the_key_of_its_subject() -> None:
    trace = b"00-" + b"1" * 32 + b"-" + b"2" * 16 + b"-01"
    batch, counts = mapped(mapper(), row(headers=(("TraceParent", trace), ("other", b"x"))))
    (output,) = batch.outputs
    assert output.topic == NAMES.consent_change
    assert output.key == subject_key("OURCO", SUBJECT)
    assert output.partition == chosen_by_clients(output.key, 12)
    assert list(output.headers) == [(INGESTED_FROM, b"crm/3/42"), ("traceparent", trace)]
    decoded = decode(output.value, EventType.CONSENT_CHANGE)
    assert isinstance(decoded, Decoded)
    assert (decoded.event.event_id, decoded.event.subject_id) == ("t:1", SUBJECT)
    assert (counts.mapped, counts.events, counts.outcomes) == (1, 1, 1)
    assert batch.timestamps == {"crm": [row().timestamp]}


def test_a_refusal_goes_to_every_key_and_counts_as_one_record() -> None:
    people = Identities([["p1-canonical", SUBJECT, "p1-phone"]])
    batch, counts = mapped(mapper(identities=people), row(RECORD | {"answer": "no"}))
    subjects = {output.key.split(b"\x1f")[1].decode() for output in batch.outputs if output.key}
    assert subjects == {"p1-canonical", SUBJECT, "p1-phone"}
    assert (counts.mapped, counts.events) == (1, 3)


def test_what_the_map_ignores_and_tombstones_are_counted_and_write_nothing() -> None:
    batch, counts = mapped(
        mapper(LATER), row(RECORD | {"answer": "later"}), row(value=None), row(value=None)
    )
    assert batch.outputs == []
    assert (counts.ignored, counts.tombstones) == (1, 2)
    assert counts.ignored_items == {"not yet": 1}


def test_a_reject_keeps_the_record_and_says_why_and_where() -> None:
    record = row(RECORD | {"answer": "perhaps"}, headers=(("own", b"1"), ("own", None)))
    batch, counts = mapped(mapper(), record)
    (output,) = batch.outputs
    assert (output.topic, output.key, output.value) == (REJECTS, record.key, record.value)
    assert output.partition == 3
    headers = list(output.headers)
    assert headers[-2:] == [("own", b"1"), ("own", None)]
    ours = {name.removeprefix(PREFIX): value for name, value in headers[:-2]}
    assert ours == {
        "map": b"tool", "settled": b"0", "rejected": b"1",
        "reason": b"top.answer: the map has no word for the value", "rule": b"consent-change",
        "path": b"top.answer", "source": b"crm", "topic": b"crm", "partition": b"3",
        "offset": b"42", "timestamp": b"1788000000000",
    }  # fmt: skip
    assert (counts.rejected, counts.rejected_items, counts.unmapped) == (1, 1, 1)
    assert counts.unmapped_ratio == 1
    (noted,) = batch.rejected
    assert noted[0] == "crm"
    assert "perhaps" not in noted[2].reason


def test_a_part_of_a_record_that_is_rejected_keeps_the_whole() -> None:
    text = HEAD + PLAIN.replace('nature = "act"', 'nature = "act"\neach = "top.answers[]"').replace(
        "top.answer", "item.answer").replace('"t:{top.id}"', '"t:{top.id}:{number}"')  # fmt: skip
    text = text.replace('each = "item.answers[]"', 'each = "top.answers[]"')
    record = row(RECORD | {"answers": [{"answer": "yes"}, {"answer": "perhaps"}]})
    batch, counts = mapped(mapper(text), record)
    event, reject = batch.outputs
    assert (event.topic, reject.topic) == (NAMES.consent_change, REJECTS)
    assert reject.value == record.value
    assert dict(reject.headers)[f"{PREFIX}settled"] == b"1"
    assert (counts.rejected, counts.mapped, counts.events) == (1, 0, 1)


def test_a_record_that_was_cut_while_it_was_read_is_rejected() -> None:
    whole = b"x" * 100_000
    batch, counts = mapped(mapper(), row(value=cut(whole, 65_536)))
    (output,) = batch.outputs
    headers = dict(output.headers)
    assert (
        headers[f"{PREFIX}reason"] == b"the record is larger than output_max_bytes allows (4259840)"
    )
    digest = sha256(whole).hexdigest()
    assert headers[f"{PREFIX}cut"] == f"value bytes=65536 of 100000 sha256={digest}".encode()
    assert output.value == whole[:65_536]
    assert counts.rejected == 1


def test_a_reject_that_is_too_large_for_its_topic_is_cut() -> None:
    record = row(RECORD | {"answer": "perhaps", "more": "y" * 200_000})
    batch, _ = mapped(mapper(reject_max_bytes=140_000), record)
    (output,) = batch.outputs
    assert output.size < 140_000
    assert f"{PREFIX}cut" in dict(output.headers)


def test_an_event_that_no_input_topic_takes_is_rejected() -> None:
    batch, counts = mapped(mapper(input_max_bytes=600), row())
    (output,) = batch.outputs
    assert output.topic == REJECTS
    assert dict(output.headers)[f"{PREFIX}reason"] == b"the event is larger than input_max_bytes"
    assert (counts.events, counts.rejected_items) == (0, 1)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"\x00\x00\x00\x00\x01{}", "the record begins with a zero byte"),
        (b"{", "the record is no JSON"),
        (b"null", "action: top.answer is absent"),
    ],
)
def test_bytes_that_are_no_record(value: bytes, reason: str) -> None:
    batch, counts = mapped(mapper(), row(value=value))
    (output,) = batch.outputs
    assert dict(output.headers)[f"{PREFIX}reason"].startswith(reason.encode())  # type: ignore[union-attr]
    assert counts.rejected == 1


def test_records_of_a_registry() -> None:
    fields = [{"name": name, "type": "string"} for name in RECORD]
    schema = {"type": "record", "name": "Answer", "fields": fields}
    with Standing(FakeRegistry()) as standing:
        schema_id = standing.receiver.add(json.dumps(schema))
        registry = Registry(Access(url=standing.receiver.url), tries=1, of_events=False)
        good = framed(schema_id, avro_body(schema, RECORD))
        asyncio.run(registry.ensure([good, b"\0\0\0\0\x63"]))
    made = mapper(framing=SourceFraming.REGISTRY, registry=registry)
    batch, counts = mapped(
        made, row(value=good), row(), row(value=good[:-2]), row(value=b"\0\0\0\0\x63")
    )
    assert [output.topic for output in batch.outputs] == [NAMES.consent_change, *[REJECTS] * 3]
    reasons = [dict(output.headers)[f"{PREFIX}reason"] for output in batch.outputs[1:]]
    assert b"no registry framing" in (reasons[0] or b"")
    assert b"cut short or damaged" in (reasons[1] or b"")
    assert b"no schema with the id 99" in (reasons[2] or b"")
    assert (counts.mapped, counts.rejected) == (1, 3)
