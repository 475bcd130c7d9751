"""Findings about records that are no facts go with their person, once somebody has them looked for."""

from __future__ import annotations

import json

from streams.core.identifiers import SubjectKey
from streams.core.instants import Instant, days
from streams.operate.erased_records import take
from streams.wire.commands import HeldOutput
from streams.wire.encode import event_to_json
from streams.wire.findings import decode_finding
from streams.wire.progress import PROGRESS_KEY
from streams.wire.rows import subject_of
from tests.agents.ordering import command, order, results
from tests.agents.retention_world import END, GRACE, KEPT, key, world
from tests.agents.superseding import Topics
from tests.agents.world import NAMES, World
from tests.kafka.stories import START, share
from tests.transport.records import One

RAW = "RAW_PERSONAL_DATA_IN_EVENT"
GONE = Instant(END + days(3))


def raw(one: World, who: str, at: Instant) -> None:
    """A share whose producer put an address where a pseudonym belongs."""
    record = json.loads(event_to_json(share(who, "raw", START))) | {"source_system": "a@example.nl"}
    one.take(one.record(None, key=key(who), value=json.dumps(record).encode(), timestamp=at))


def reported() -> World:
    """Of one person all is old; of another something came later; of a third only the record."""
    one = world(share("s", "1", START), share("stays", "1", Instant(START + days(5))))
    for who in ("s", "stays", "stranger"):
        raw(one, who, Instant(START + days(1)))
    return one


def standing(one: World) -> set[str | None]:
    findings = map(decode_finding, one.compacted(NAMES.violations).values())
    return {finding.subject_id for finding in findings if finding.code == RAW}


def named(one: World) -> tuple[HeldOutput, ...]:
    """All findings about records, of all persons."""
    found: dict[bytes, HeldOutput] = {}
    for who in ("s", "stays", "stranger"):
        own: dict[bytes, HeldOutput] = {}
        records = [
            One(o.topic, 0, at, 0, o.key, o.value, tuple(o.headers))
            for at, o in enumerate(one.outputs(NAMES.violations))
        ]
        take(records, SubjectKey(key(who)), own)
        found |= own
    return tuple(found.values())


def test_they_are_named_and_go_once_their_person_has_left() -> None:
    one = reported()
    assert standing(one) == {"s", "stays", "stranger"}
    assert Topics(one).unsaid() == []
    one.tick(GONE)
    one.tick(Instant(GONE + days(1)))
    rows = {place for place in one.compacted(NAMES.changelog) if place and place != PROGRESS_KEY}
    assert key("s") not in {subject_of(place) for place in rows}, "or the person is still there"
    topics = Topics(one)
    assert len(topics.unsaid()) == 2
    one.take(*topics.orders())
    assert standing(one) == {"stays"}
    assert topics.unsaid() == []


def test_the_owner_looks_itself_whether_they_are_old_enough() -> None:
    one = reported()
    one.take(order(one, command("retract", standing=named(one)), at=END))
    assert results(one)[-1].counts == {"left": 3}
    assert standing(one) == {"s", "stays", "stranger"}


def test_one_that_was_found_lately_stays_as_long_as_an_arrival() -> None:
    one = world(share("s", "1", START))
    found = Instant(START + KEPT + days(1))
    raw(one, "s", found)
    for at, left in ((found + GRACE - 1, {"s"}), (found + GRACE + days(1), set[str | None]())):
        one.tick(Instant(at))
        one.tick(Instant(at))
        one.take(*Topics(one).orders())
        assert standing(one) == left
