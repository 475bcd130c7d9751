"""What a producer sent in Avro is stored as it came; an earlier release stored it otherwise."""

from __future__ import annotations

import json

import msgspec
import pytest

from streams.core.event_hash import hash_of
from streams.core.events import Event
from streams.core.instants import Instant, days
from streams.core.state import EventRow
from streams.core.vocabulary import Code, EventType
from streams.wire.encode import event_to_avro, event_to_json
from streams.wire.rows import decode_any, encode_row, stored_form
from tests.agents.ordering import key
from tests.agents.test_erase import history
from tests.agents.test_held_subjects import rows, written
from tests.agents.world import NAMES, World
from tests.kafka.stories import START, grant, share, withdrawal
from tests.transport.records import One
from tests.wire.ordinary_events import SHARE, avro


def sent(one: World, *events: Event, form: str = "avro") -> list[One]:
    as_bytes = event_to_avro if form == "avro" else event_to_json
    records = zip(one.story(*events), events, strict=True)
    return [record._replace(value=as_bytes(event)) for record, event in records]


def versions(one: World, who: str = "s") -> list[int]:
    """The versions of a person's rows."""
    return sorted(row[0] for row in one.rows.rows_of(key(who)).values())


def counted(one: World) -> tuple[int, int, int]:
    counts = [one.count(topic) for topic in NAMES.inputs.values()]
    return (
        sum(count.judged for count in counts),
        sum(count.duplicates for count in counts),
        sum(count.replays for count in counts),
    )


@pytest.mark.parametrize("restarted", [False, True])
def test_the_same_event_in_either_form_is_a_duplicate(*, restarted: bool) -> None:
    one = World()
    one.take(*sent(one, *history()))
    assert versions(one) == [2, 2, 2, 2]
    if restarted:
        one.restart()
    before = rows(one)
    one.take(*sent(one, *history()), *sent(one, *history(), form="json"))
    traced = msgspec.structs.replace(history()[1], trace_id="t-1")
    one.take(*sent(one, traced))
    assert rows(one) == before == written(one)
    assert counted(one) == (4, 9, 0)


@pytest.mark.parametrize("form", ["avro", "json"])
@pytest.mark.parametrize("restarted", [False, True])
def test_another_payload_of_an_id_stands_beside_it_under_its_hash(
    form: str, *, restarted: bool
) -> None:
    one = World()
    first, other = share("s", "1", START), share("s", "1", Instant(START - days(1)))
    one.take(*sent(one, first))
    one.take(*sent(one, other, form=form))
    assert versions(one) == [1, 2]
    if restarted:
        one.restart()
    one.take(*sent(one, other, first), *sent(one, first, other, form="json"))
    assert counted(one) == (2, 4, 0)
    assert versions(one) == [1, 2]
    assert Code.EVENT_ID_CONFLICT in one.codes()
    hashes = {decode_row_of(row, place).fact.hash for place, row in rows(one).items()}
    assert hashes == {hash_of(first), hash_of(other)}
    assert rows(one) == written(one)


def decode_row_of(row: bytes, place: bytes) -> EventRow:
    found = decode_any(row, place)
    assert isinstance(found, EventRow)
    return found


def test_a_changelog_of_version_one_goes_on() -> None:
    """Rows of an earlier release, restored: known again, judged again, and at their places."""
    one = World()
    one.take(*sent(one, grant("s", "g", START), share("s", "1", Instant(START + days(3)))))
    one.kept.commit()
    older = [
        record if record.key not in rows(one) else _as_before(record) for record in one.kept.written
    ]
    one.kept.written[:] = older
    one.restart()
    if one.rows.lasts:
        return  # a database that was written by this release holds its rows
    assert versions(one) == [1, 1]
    before = set(rows(one))
    one.take(*sent(one, grant("s", "g", START)))
    assert counted(one)[1:] == (1, 0)
    one.take(*sent(one, withdrawal("s", "w", Instant(START + days(1)))))
    assert one.codes(), "the share of before is judged again"
    assert versions(one) == [1, 1, 2]
    assert before < set(rows(one))
    last = rows(one)
    assert rows(one.restart()) == last


def _as_before(record: One) -> One:
    row = decode_row_of(record.value or b"", record.key or b"")
    row = msgspec.structs.replace(row, fact=row.fact.hashed)
    place, value = stored_form(key("s"), row)
    return record._replace(key=place, value=value)


def test_what_the_type_does_not_know_is_hashed_and_not_stored() -> None:
    one = World()
    event = share("s", "1", START)
    more = json.dumps(json.loads(event_to_json(event)) | {"colour": "mauve"}).encode()
    one.take(one.record(event, value=more), one.record(event, value=more))
    [(place, stored)] = one.rows.rows_of(key("s")).items()
    assert b"mauve" not in stored
    assert b"colour" not in stored
    assert decode_row_of(stored, place).fact.hash != hash_of(event)
    assert counted(one) == (1, 1, 0)
    assert encode_row(decode_row_of(stored, place)) == stored


def test_raw_personal_data_never_become_a_row() -> None:
    one = World()
    raw = avro(EventType.DATA_SHARE, **SHARE, source_system="jan@example.org")
    one.take(one.record(share("s", "1", START), value=raw))
    assert one.stored == 0
    assert not any(b"jan@" in (o.value or b"") for o in one.outputs(NAMES.changelog))
    assert len(one.outputs(NAMES.quarantine)) == 1
