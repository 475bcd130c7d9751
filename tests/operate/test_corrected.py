"""Corrected events take the place of what was set aside, under the same id."""

from __future__ import annotations

import json

import pytest

from streams.core.identifiers import subject_key
from streams.files.records import Damaged, Line
from streams.operate.dead_letters.corrected import Corrected, Index, RefusedLine, corrected
from streams.wire.encode import event_to_json
from tests.kafka.stories import START, share
from tests.operate.letters import NAMES, kept, original

EVENT = share("p-1", "e-1", START)
GOOD = event_to_json(EVENT)


def one_of(value: bytes, *records: bytes | None) -> Corrected | RefusedLine:
    index = Index()
    index.take(
        kept(original(value=held, offset=40 + at), offset=7 + at, at=START + at)
        for at, held in enumerate(records)
    )
    [found] = corrected([Line("f.jsonl", 3, value)], index, NAMES)
    return found


def test_a_corrected_event_goes_to_the_topic_of_its_type_under_its_own_key() -> None:
    found = one_of(GOOD, b'{"event_id":"e-1"}')
    assert isinstance(found, Corrected)
    sent = found.outgoing
    assert (sent.topic, sent.partition) == (NAMES.data_share, None)
    assert sent.key == subject_key(EVENT.controller_id, EVENT.subject_id)
    assert sent.value == GOOD
    assert sent.headers == [("consentry-replayed", b"consentry.dead-letters/0/7")]


def test_the_latest_dead_letter_of_an_id_is_meant() -> None:
    held = b'{"event_id":"e-1"}'
    found = one_of(GOOD, held, held)
    assert isinstance(found, Corrected)
    assert found.instead_of.offset == 8


@pytest.mark.parametrize("place", ["consentry.dead-letters-0-7", "data-share/3/40"])
def test_a_line_can_name_the_record_whose_id_was_unreadable(place: str) -> None:
    line = json.dumps({"dead_letter": place, "event": json.loads(GOOD)}).encode()
    found = one_of(line, b"\x00garbage")
    assert isinstance(found, Corrected)
    assert json.loads(found.outgoing.value or b"") == json.loads(GOOD)


@pytest.mark.parametrize(
    ("value", "held", "why"),
    [
        (GOOD, b'{"event_id":"e-2"}', "no record that was set aside holds its event_id"),
        (b'{"event_id":"e-1"}', b'{"event_id":"e-1"}', "it is still no event"),
        (
            json.dumps({"dead_letter": "t-0-1", "event": json.loads(GOOD)}).encode(),
            b"?",
            "nothing is kept for t, partition 0, offset 1",
        ),
        (
            json.dumps({"dead_letter": "t", "event": json.loads(GOOD)}).encode(),
            b"?",
            "names no record",
        ),
        (
            json.dumps(
                {"dead_letter": "consentry.dead-letters-0-7", "event": json.loads(GOOD)}
            ).encode(),
            b'{"event_id":"e-2"}',
            "has another event_id",
        ),
    ],
)
def test_what_does_not_correct_anything_is_refused_by_line(
    value: bytes, held: bytes, why: str
) -> None:
    found = one_of(value, held)
    assert isinstance(found, RefusedLine)
    assert (found.file, found.line) == ("f.jsonl", 3)
    assert why in found.why


def test_a_line_that_cannot_be_read_is_refused() -> None:
    [found] = corrected([Damaged("f", 1, "it is cut short")], Index(), NAMES)
    assert found == RefusedLine("f", 1, "it is cut short")
