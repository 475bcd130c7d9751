"""Findings about records that are no facts: of who was erased they go when they are named."""

from __future__ import annotations

import json

import msgspec
import pytest

from streams.core.findings import Finding
from streams.core.identifiers import SubjectKey
from streams.core.instants import Instant, days
from streams.core.vocabulary import Code
from streams.operate.erased_records import take
from streams.wire.commands import HeldOutput
from streams.wire.encode import event_to_json
from streams.wire.findings import decode_finding, encode_finding
from tests.agents.ordering import command, key, order, results
from tests.agents.world import LATER, NAMES, World
from tests.kafka.stories import START, share
from tests.transport.records import One

ERASED = LATER + 10
RAW, FUTURE = Code.RAW_PERSONAL_DATA_IN_EVENT, Code.FUTURE_TIMESTAMP
OTHER_ID = "7f1f0a52-8f6c-4f0e-9d59-0a4f1a7b1c11"


def raw(who: str, event_id: str) -> bytes:
    """A share whose producer put an address where a pseudonym belongs."""
    record = json.loads(event_to_json(share(who, event_id, START)))
    return json.dumps(record | {"source_system": "jan@example.nl"}).encode()


def world(*, erased: bool = True) -> World:
    """Two persons, each with a fact and two records that are none."""
    one = World()
    for who in ("s", "other"):
        one.take(*one.story(share(who, "1", START)))
        one.take(one.record(None, key=key(who), value=raw(who, "raw")))
        one.take(*one.story(share(who, "ahead", Instant(LATER + days(9)))))
    if erased:
        one.take(order(one, command("erase", "s"), at=ERASED))
    return one


def topic(one: World) -> list[One]:
    return [
        One(o.topic, 0, at, 0, o.key, o.value, tuple(o.headers))
        for at, o in enumerate(one.outputs(NAMES.violations))
    ]


def named(one: World, who: SubjectKey) -> tuple[HeldOutput, ...]:
    found: dict[bytes, HeldOutput] = {}
    take(topic(one), who, found)
    return tuple(found.values())


def standing(one: World, who: str) -> set[str]:
    findings = map(decode_finding, one.compacted(NAMES.violations).values())
    return {finding.code for finding in findings if finding.subject_id == who}


def retract(one: World, standing: tuple[HeldOutput, ...]) -> dict[str, int]:
    one.take(order(one, command("retract", standing=standing), OTHER_ID, at=ERASED + 9))
    return results(one)[-1].counts


def test_an_erasure_alone_leaves_them_and_they_are_found_and_go() -> None:
    one = world()
    assert standing(one, "s") == {RAW, FUTURE}, "or there is nothing to do"
    before = standing(one, "other")
    found = named(one, key("s"))
    assert len(found) == 2
    assert retract(one, found) == {"removed": 2}
    assert standing(one, "s") == set()
    assert standing(one, "other") == before >= {RAW, FUTURE}
    assert named(one, key("s")) == ()


def test_of_who_was_not_erased_they_stay() -> None:
    one = world(erased=False)
    assert retract(one, named(one, key("s"))) == {"left": 2}
    assert standing(one, "s") >= {RAW, FUTURE}


@pytest.mark.parametrize("change", [{"detected_at": ERASED + 1}, {"event_id": "another"}])
def test_what_came_after_or_has_another_id_stays(change: dict[str, object]) -> None:
    one = world()
    changed = []
    for held in named(one, key("s")):
        finding = decode_finding(held.record or b"")
        assert isinstance(finding, Finding)
        record = encode_finding(msgspec.structs.replace(finding, **change))
        changed.append(msgspec.structs.replace(held, record=record))
    assert retract(one, tuple(changed)) == {"left": 2}
    assert standing(one, "s") == {RAW, FUTURE}


def test_a_record_that_comes_after_the_erasure_brings_its_finding() -> None:
    one = world()
    retract(one, named(one, key("s")))
    again = one.record(None, key=key("s"), value=raw("s", "raw"), timestamp=ERASED + 20)
    one.take(again)
    assert standing(one, "s") == {RAW}


def test_a_record_without_an_id_that_comes_after_the_erasure_keeps_its_finding() -> None:
    """It has the address of an event that the record names, and no row can have it."""
    one = world()
    nameless = json.loads(event_to_json(share("s", "x", START)))
    del nameless["event_id"]
    for at in (ERASED - 1, ERASED + 5):
        value = json.dumps(nameless).encode()
        one.take(one.record(None, key=key("s"), value=value, timestamp=at))
    assert retract(one, named(one, key("s"))) == {"removed": 3, "left": 1}
    assert standing(one, "s") == {Code.UNPROCESSABLE_EVENT}


def test_the_finding_about_an_id_that_was_refused_after_the_erasure_is_not_named() -> None:
    """A row has it."""
    one = world()
    wrong = json.loads(event_to_json(share("s", "x", Instant(ERASED + 1)))) | {"purpose": "NONE"}
    value = json.dumps(wrong).encode()
    one.take(one.record(None, key=key("s"), value=value, timestamp=ERASED + 5))
    assert standing(one, "s") >= {Code.UNPROCESSABLE_EVENT}
    assert retract(one, named(one, key("s"))) == {"removed": 2}
    [left] = [finding for finding in one.findings() if finding.event_id == "x"]
    assert (left.revision, left.code) == (1, Code.UNPROCESSABLE_EVENT)
