"""Whatever a record holds, it ends somewhere, and the worker goes on."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from streams.core.instants import LATEST
from streams.core.vocabulary import Status
from streams.unpacking.cut import LEFT_OUT, cut
from streams.wire.dead_letters import StoredDeadLetter, decode_dead_letter
from streams.wire.encode import event_to_json
from streams.wire.findings import decode_finding
from tests.agents.hostile import FORGED, HEADERS, KEYS, TIMES, VALUES, body, good, origin
from tests.agents.world import NAMES, SETTINGS, World
from tests.kafka.stories import START, share
from tests.transport.records import One


def letters(world: World) -> list[StoredDeadLetter]:
    found = (*world.outputs(NAMES.dead_letters), *world.outputs(NAMES.quarantine))
    return [decode_dead_letter(one.value or b"") for one in found]


def ended_well(world: World, *records: One) -> World:
    """Judge these between good ones: all are counted, and all that is written fits."""
    before = world.record(good("before"))
    world.take(before, *records, world.record(good("after")))
    for topic in {record.topic for record in records}:
        assert world.count(topic).balanced
    assert world.count().judged >= 2
    for batch in world.kept.batches:
        for output in batch.outputs:
            assert output.size < SETTINGS.output_max_bytes
            for name, _ in output.headers:
                name.encode()
    return world


@pytest.mark.parametrize("name", VALUES)
def test_values(name: str) -> None:
    world = World()
    ended_well(world, world.record(good(name[:20]), value=VALUES[name]))


@pytest.mark.parametrize("name", ["long misspelt name", "long name of a union"])
def test_what_is_said_of_a_long_record_fits_beside_it(name: str) -> None:
    world = World()
    ended_well(world, world.record(good(), key=KEYS["long"], value=VALUES[name]))
    [kept] = letters(world)
    assert kept.letter.reason.startswith("(a field with an unusual name) ")
    assert not kept.original.cuts


@pytest.mark.parametrize("value", ["good", "bad"])
@pytest.mark.parametrize("name", KEYS)
def test_keys(name: str, value: str) -> None:
    world = World()
    held = event_to_json(good()) if value == "good" else b"?"
    ended_well(world, world.record(good(), key=KEYS[name], value=held))


@pytest.mark.parametrize("kind", ["judged", "refused", "re-keyed"])
@pytest.mark.parametrize("name", HEADERS)
def test_headers(name: str, kind: str) -> None:
    world = World()
    given: dict[str, Any] = {"headers": tuple(HEADERS[name])}
    if kind == "refused":
        given["value"] = b"?"
    if kind == "re-keyed":
        given["key"] = b"other"
    ended_well(world, world.record(good(), **given))
    counters = world.count()
    ends = {"judged": counters.judged - 2, "refused": counters.dead_lettered,
            "re-keyed": counters.rekeyed}  # fmt: skip
    assert ends[kind] == 1


@pytest.mark.parametrize("name", HEADERS)
def test_headers_travel_with_a_re_keyed_record_that_turns_out_bad(name: str) -> None:
    """What its dead letter says does not depend on the way that it took."""
    world = World()
    late = share("s", "late", LATEST)
    headers = tuple(HEADERS[name])
    ended_well(world, world.record(late, key=b"other", headers=headers))
    [sent] = world.outputs(NAMES.rekeyed)
    again = One(NAMES.rekeyed, 0, 0, START, sent.key, sent.value, tuple(sent.headers))
    world.take(again)
    [letter] = letters(world)
    kept = [pair for pair in headers if not pair[0].startswith("consentry-")]
    if name in ("too many", "long", "a long name", "long and odd"):
        [published] = [value for one, value in letter.original.headers if one == LEFT_OUT]
        assert b"headers=%d bytes=" % len(headers) in (published or b"")
    else:
        own = [pair for pair in letter.original.headers if not pair[0].startswith("consentry-")]
        assert own == kept


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_origin_is_not_believed(name: str) -> None:
    world = World()
    header, value = FORGED[name]
    record = world.record(good(), NAMES.rekeyed, headers=tuple(origin(**{header: value})))
    ended_well(world, record)
    assert world.count(NAMES.rekeyed).dead_lettered == 1
    [letter] = letters(world)
    assert letter.original.topic == NAMES.rekeyed
    assert "does not say" in letter.letter.reason


@pytest.mark.parametrize("value", ["good", "bad"])
@pytest.mark.parametrize("at", TIMES)
def test_record_timestamps(at: int, value: str) -> None:
    world = World()
    held = event_to_json(good()) if value == "good" else b"?"
    ended_well(world, world.record(good(), value=held, timestamp=at))
    for letter in letters(world):
        assert letter.original.timestamp == at
    for finding in world.findings():
        assert 0 <= finding.detected_at <= LATEST


@pytest.mark.parametrize("at", [at for at in TIMES if at < LATEST])
def test_ticks(at: int) -> None:
    world = World()
    tick = world.record(None, NAMES.ticks, value=None, timestamp=at)
    ended_well(world, tick)


def test_a_record_too_large_for_its_dead_letter_is_cut_there() -> None:
    world = World()
    value = b"{" + bytes(range(256)) * 20_000
    ended_well(world, world.record(good(), key=b"k", value=value, headers=(("a", b"b"),)))
    [letter] = letters(world)
    original = letter.original
    [one] = original.cuts
    assert (one.part, one.length, one.cut_at) == ("value", len(value), len(original.value or b""))
    assert one.sha256 == cut(value, 0).sha256
    assert value.startswith(original.value or b"-")
    assert (original.key, original.headers) == (b"k", (("a", b"b"),))
    assert world.codes().count("UNPROCESSABLE_EVENT") == 1


def test_a_name_that_is_no_utf_8_stands_in_the_dead_letter_byte_by_byte() -> None:
    world = World()
    headers = (("x-caf\udce9", b"1"), ("x-café", b"2"))
    ended_well(world, world.record(good(), value=b"?", headers=headers))
    [letter] = letters(world)
    assert letter.original.headers == headers


def test_bad_records_of_one_event_share_a_finding_and_none_is_lost() -> None:
    """Sent again, or wrong in another way: the same address is all it takes.

    It is published again for an earlier instant of the event only.
    """
    first = body(event_id="bad", purpose="NO_SUCH_PURPOSE")
    again = body(event_id="bad", recipient_role="NO_SUCH_ROLE", occurred_at="2026-08-01T00:00:00Z")
    personal = body(event_id="bad", share_id="jan.jansen@example.org")
    world = World()
    records = [
        world.record(good(), value=json.dumps(one).encode())
        for one in (first, first, again, personal)
    ]
    ended_well(world, *records)
    assert len(letters(world)) == len(records)
    published = [
        finding
        for one in world.outputs(NAMES.violations)
        if (finding := decode_finding(one.value or b"")).event_id == "bad"
    ]
    assert [one.code for one in published] == ["UNPROCESSABLE_EVENT"] * 2 + [
        "RAW_PERSONAL_DATA_IN_EVENT"
    ]
    assert len({one.violation_id for one in published}) == 2
    said = [(one.status, one.revision) for one in published]
    assert said == [(Status.OPEN, 1), (Status.REVISED, 2), (Status.OPEN, 1)]
    first_said, earlier = published[:2]
    assert earlier.occurred_at is not None
    assert first_said.occurred_at is not None
    assert earlier.occurred_at < first_said.occurred_at
    changed = msgspec.structs.replace(
        earlier,
        occurred_at=first_said.occurred_at,
        status=first_said.status,
        revision=first_said.revision,
    )
    assert changed == first_said
