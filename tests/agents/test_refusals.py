"""A record that names its event and cannot be judged: set aside, until that event is judged."""

from __future__ import annotations

import json
from typing import Any

import pytest

from streams.core.identifiers import subject_key
from streams.core.instants import Instant
from streams.core.vocabulary import Code, Status
from streams.wire.arrival import ASTRAY_REASON, UNTIMED_REASON, partition_for
from streams.wire.dead_letters import StoredDeadLetter, decode_dead_letter
from streams.wire.encode import event_to_json
from streams.wire.findings import decode_finding
from streams.wire.progress import BATCH_HEADER
from streams.wire.rows import decode_refusal, is_refusal
from tests.agents.world import NAMES, World
from tests.kafka.stories import CONTROLLER, START, share
from tests.transport.records import One

Q01 = Code.UNPROCESSABLE_EVENT
SHARE = share("s", "e-1", START)
KEY = subject_key(CONTROLLER, "s")
HOME = partition_for(KEY, 2)


def spoilt(**fields: Any) -> bytes:
    """The share as a producer may get it wrong."""
    return json.dumps(json.loads(event_to_json(SHARE)) | {"purpose": "NONE"} | fields).encode()


def bad(one: World, **fields: Any) -> One:
    return one.record(SHARE, **({"value": spoilt()} | fields))


def about(one: World, code: Code = Q01) -> list[tuple[Status, int]]:
    return [(f.status, f.revision) for f in one.findings() if f.code == code]


def letters(one: World) -> list[StoredDeadLetter]:
    return [decode_dead_letter(each.value or b"") for each in one.outputs(NAMES.dead_letters)]


def sent_again(one: World) -> One:
    """The record that was sent home last, as it stands there."""
    out = one.outputs(NAMES.rekeyed)[-1]
    return One(NAMES.rekeyed, out.partition, 7, START + 9, out.key, out.value, tuple(out.headers))


@pytest.mark.parametrize("ends", [False, True])
def test_it_closes_when_its_event_is_judged(*, ends: bool) -> None:
    one = World()
    one.take(bad(one))
    assert about(one) == [(Status.OPEN, 1)]
    if ends:
        one.restart()
    one.take(one.record(SHARE))
    assert about(one) == [(Status.OPEN, 1), (Status.REMEDIATED, 2)]
    if ends:
        one.restart()
    one.take(bad(one), bad(one))
    assert len(about(one)) == 2, "a further copy changes nothing that is published"
    assert len(letters(one)) == 3, "and is kept all the same"
    assert (one.count().judged, one.count().dead_lettered) == (1, 3)
    closed = [f for f in one.findings() if f.code == Q01][-1]
    assert closed.explanation_en.startswith("The report of an event that could not be assessed is")
    assert closed.explanation_nl.startswith("De melding van een gebeurtenis die niet kon worden")
    assert closed.reason is None


def test_it_is_closed_from_the_start_where_its_event_came_first() -> None:
    one = World()
    one.take(one.record(SHARE), bad(one), bad(one))
    assert about(one) == [(Status.REMEDIATED, 1)]


def test_another_type_or_person_under_the_same_id_closes_nothing() -> None:
    one = World()
    one.take(bad(one))
    one.take(one.record(share("other", "e-1", START)))
    assert about(one) == [(Status.OPEN, 1)]


def test_the_earliest_instant_of_the_event_counts_whichever_comes_first() -> None:
    found = set()
    one = World()
    early, late = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
    for order in ((early, late), (late, early), (late, "at noon", early)):
        one = World()
        one.take(*(bad(one, value=spoilt(occurred_at=at)) for at in order))
        last = [f for f in one.findings() if f.code == Q01][-1]
        found.add(last.occurred_at)
        [(place, row)] = one.rows.rows_of(KEY).items()
        assert is_refusal(place)
        assert decode_refusal(row, place).occurred_at == last.occurred_at
    assert len(found) == 1
    assert about(one) == [(Status.OPEN, 1), (Status.REVISED, 2)]


@pytest.mark.parametrize("key", [None, b"", b"k", b"k" * 5_000])
def test_its_dead_letter_has_the_key_that_it_came_with_where_that_is_short(
    key: bytes | None,
) -> None:
    one = World()
    forged = (("consentry-key", b"forged"), ("own", b"1"))
    one.take(bad(one, key=key, headers=forged))
    one.take(sent_again(one))
    [letter] = letters(one)
    assert letter.original.key == (KEY if key == b"k" * 5_000 else key)
    assert ("own", b"1") in letter.original.headers
    one.take(bad(one, headers=forged))
    assert letters(one)[1].original.key == KEY


@pytest.mark.parametrize("fields", [{}, {"timestamp": -1, "value": event_to_json(SHARE)}])
def test_one_that_stands_elsewhere_is_refused_at_home(fields: dict[str, Any]) -> None:
    away, home = World(number=1 - HOME, count=2), World(number=HOME, count=2)
    record = bad(away, key=b"another key", **fields)
    away.take(record)
    assert away.count().rekeyed == 1
    assert (letters(away), away.findings(), away.subjects) == ([], [], set())
    assert away.progress.windows[record.topic].dead == 1, "it counts where it was met first"
    home.take(sent_again(away))
    [letter] = letters(home)
    original = letter.original
    assert (original.topic, original.partition, original.offset) == (
        record.topic, record.partition, record.offset,
    )  # fmt: skip
    assert (original.key, original.value) == (b"another key", record.value)
    assert original.timestamp == record.timestamp
    assert (letter.letter.reason == UNTIMED_REASON) == bool(fields)
    assert home.progress.windows[NAMES.rekeyed].dead == 0
    [output] = home.outputs(NAMES.violations)
    assert output.partition == HOME
    assert BATCH_HEADER in dict(output.headers), "it follows from a row, as those of events do"
    home.take(home.record(SHARE))
    assert about(home) == [(Status.OPEN, 1), (Status.REMEDIATED, 2)]


def test_the_right_partition_under_another_key_is_not_at_home_either() -> None:
    one = World()
    one.take(bad(one, key=b"another key"))
    assert one.count().rekeyed == 1
    one.take(sent_again(one))
    assert about(one) == [(Status.OPEN, 1)]


def test_a_flood_from_elsewhere_pauses_the_topic_that_it_came_on() -> None:
    away = World(number=1 - HOME, count=2)
    away.take(*(bad(away, key=b"k") for _ in range(40)))
    assert NAMES.data_share in away.progress.paused
    assert away.count().rekeyed == len(away.outputs(NAMES.rekeyed)) == 9
    home = World(number=HOME, count=2)
    home.take(*(sent_again(away)._replace(offset=n) for n in range(40)))
    assert not home.progress.paused
    assert home.count(NAMES.rekeyed).dead_lettered == 40


def test_what_went_astray_names_the_record_and_no_event() -> None:
    away = World(number=1 - HOME, count=2)
    record = bad(away, key=b"k")
    away.take(record)
    again = sent_again(away)._replace(partition=1 - HOME)
    good = again._replace(value=event_to_json(SHARE), offset=8)
    away.take(again, good)
    assert away.subjects == set()
    found = [f for f in away.findings() if f.code == Q01]
    place = f"{record.topic}/{record.partition}/{record.offset}"
    assert [(f.event_id, f.subject_id) for f in found] == [(place, "s")] * 2
    assert letters(away)[1].letter.reason == ASTRAY_REASON


@pytest.mark.parametrize(
    "fields",
    [
        {"event_id": " e-1"},
        {"subject_id": ""},
        {"controller_id": None},
        {"event_id": "data-share/0/12"},  # as another record would be named
    ],
)
def test_one_that_does_not_name_its_event_stays_open(fields: dict[str, Any]) -> None:
    one = World()
    one.take(bad(one, value=spoilt(**fields)))
    one.take(one.record(SHARE))
    assert about(one) == [(Status.OPEN, 1)]
    assert not [place for place in one.rows.rows_of(KEY) if is_refusal(place)]
    [output] = [
        o for o in one.outputs(NAMES.violations) if Q01 in str(decode_finding(o.value or b""))
    ]
    assert BATCH_HEADER not in dict(output.headers)


@pytest.mark.parametrize(
    "fields", [{"value": spoilt(share_id="jan.jansen@example.org")}, {"key": b"jan@example.org"}]
)
def test_raw_personal_data_is_closed_by_no_event(fields: dict[str, Any]) -> None:
    one = World()
    one.take(bad(one, **fields))
    one.take(one.record(SHARE))
    assert about(one, Code.RAW_PERSONAL_DATA_IN_EVENT) == [(Status.OPEN, 1)]
    assert about(one) == []


def test_many_refused_ids_of_one_person_cost_its_next_event_nothing() -> None:
    """More rows than are read at once: the person is built in pieces after a restart."""
    one = World()
    records = [bad(one, value=spoilt(event_id=f"e-{n}", occurred_at="?")) for n in range(2_100)]
    good = [one.record(share("g", f"{n}", Instant(START + n))) for n in range(2_100)]
    one.take(*(record for pair in zip(good, records, strict=True) for record in pair))
    one.restart()
    before = len(one.outputs(NAMES.changelog))
    last = one.record(share("s", "e-none", START))
    while one.count().judged < 2_101:
        one.take(last)
    assert len(one.outputs(NAMES.changelog)) == before + 1
    one.take(one.record(share("s", "e-7", START)))
    assert about(one)[-1] == (Status.REMEDIATED, 2)
    assert about(one).count((Status.REMEDIATED, 2)) == 1
