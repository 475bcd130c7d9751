"""Events, facts, rows and batches: the same from C as from Python, or left to it."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.events import Event
from streams.wire.encode import event_to_avro
from streams.wire.framing import AVRO_HEADER
from tests.fuzz.difference import Difference, same
from tests.fuzz.targets import TARGETS
from tests.native.compiled_here import is_built, parts
from tests.wire.event_values import EVENTS
from tests.wire.ordinary_events import BASE, GRANT, MESSAGE, NOTICE, PURCHASE, SHARE
from tests.wire.strategies import events

pytestmark = is_built

OF_EVENTS = ("event", "fact", "row", "block")


def test_all_parts_have_their_names() -> None:
    assert tuple(parts()) == TARGETS


@pytest.mark.parametrize("part", TARGETS)
def test_what_released_producers_sent_and_all_cases_are_taken(part: str) -> None:
    one = parts()[part]
    taken = [one.run(seed) for seed in one.seeds]
    # An empty batch, and texts that only Python can look at, are left to it.
    assert sum(taken) > len(taken) / 2


@pytest.mark.parametrize("fields", [SHARE, GRANT, PURCHASE, MESSAGE, NOTICE])
def test_ordinary_events_are_taken(fields: dict[str, object]) -> None:
    value = event_to_avro(msgspec.convert(BASE | fields, Event))
    assert parts()["event"].run(value)
    assert parts()["row"].run(value)


@pytest.mark.parametrize("name", EVENTS)
def test_every_field_is_read(name: str) -> None:
    assert parts()["event"].run(event_to_avro(EVENTS[name]))


@given(events)
def test_events_of_any_content_are_the_same(event: Event) -> None:
    value = event_to_avro(event)
    for part in OF_EVENTS:
        parts()[part].run(value)
    # What was met before is found again by its bytes.
    assert parts()["event"].run(value) == parts()["event"].run(value)


@given(events, st.data())
def test_damaged_bytes_are_the_same(event: Event, data: st.DataObject) -> None:
    value = bytearray(event_to_avro(event))
    for _ in range(data.draw(st.integers(1, 3))):
        value[data.draw(st.integers(AVRO_HEADER, len(value) - 1))] = data.draw(st.integers(0, 255))
    cut = value[: data.draw(st.integers(0, len(value)))]
    for part in OF_EVENTS:
        parts()[part].run(bytes(value))
        parts()[part].run(bytes(cut))


@given(st.binary(max_size=300))
def test_batches_of_any_bytes_are_the_same(body: bytes) -> None:
    parts()["batch"].run(body)


@given(st.data())
def test_damaged_batches_are_the_same(data: st.DataObject) -> None:
    value = bytearray(data.draw(st.sampled_from(parts()["batch"].seeds)))
    for _ in range(data.draw(st.integers(1, 3))):
        value[data.draw(st.integers(0, len(value) - 1))] = data.draw(st.integers(0, 255))
    parts()["batch"].run(bytes(value))


def test_values_that_are_alike_for_python_alone_differ() -> None:
    with pytest.raises(Difference):
        same(True, 1)  # noqa: FBT003 - what is compared
