"""Streams made to be slow, judged in proportion: counted, not timed.

`Decision.rejudged` counts the events that were evaluated. On time that is one; late it is
about as many as change, never all that there are.
"""

from __future__ import annotations

import gc
import random
import sys
from types import FrameType
from typing import Any

import msgspec
import pytest

from bench.adversarial import (
    EVENTS,
    HISTORIES,
    START,
    STEP_MS,
    Make,
    consent,
    mixed,
    share,
    signal,
    toggled,
)
from streams.core.events import Event
from streams.core.vocabulary import ConsentAction, DataCategory
from tests.core.stories import Story

LENGTH = 400


def lived(events: list[Event]) -> Story:
    return Story().take(*events)


@pytest.mark.parametrize("name", EVENTS)
@pytest.mark.parametrize("history", HISTORIES)
def test_an_event_on_time_judges_itself_and_what_it_changes(history: str, name: str) -> None:
    """The second of its kind: a first consent turns NO_RECORD into GRANTED_LATER, once."""
    make: Make = HISTORIES[history]
    story = lived([make(place) for place in range(LENGTH)])
    first, *more = [EVENTS[name](LENGTH + place) for place in range(4)]
    story.take(first)
    for event in more:
        story.take(event)
        last = story.decisions[-1]
        changed = {row.fact.event.event_id for row in last.rows}
        assert last.rejudged <= len(changed) + 1


@pytest.mark.parametrize("history", HISTORIES)
def test_an_event_on_time_takes_as_many_steps_after_any_history(history: str) -> None:
    """Counted in calls of functions, for each row, finding and duty that it writes.

    A withdrawal has a duty towards each recipient; each duty names a hundred shares (D30).
    """
    make: Make = HISTORIES[history]
    few, many = (lived([make(place) for place in range(length)]) for length in (50, LENGTH))
    for offset, event in enumerate(EVENTS.values()):
        first, second = (
            [event(LENGTH + 3 * offset + place) for place in range(2)] for _ in range(2)
        )
        assert steps(many, second) <= 1.2 * steps(few, first)


def steps(story: Story, events: list[Event]) -> float:
    """How many calls judging the last of some events takes, by what it writes."""
    *before, last = events
    story.take(*before)
    calls = 0

    def count(_frame: FrameType, what: str, _of: Any) -> None:
        nonlocal calls
        calls += what in ("call", "c_call")

    others = sys.getprofile()
    gc.collect()
    gc.disable()  # what it takes away of other tests would be counted here
    sys.setprofile(count)
    try:
        story.take(last)
    finally:
        sys.setprofile(others)
        gc.enable()
    decision = story.decisions[-1]
    return calls / len((*decision.rows, *decision.findings, *decision.duties))


def test_toggling_judges_each_word_once() -> None:
    story = lived([share(0), *(toggled(place) for place in range(2, LENGTH))])
    # A withdrawal, and with each consent given again the duty that it cancels.
    assert sum(decision.rejudged for decision in story.decisions) < 2 * LENGTH


def test_one_late_word_among_toggles_reaches_to_the_next_one() -> None:
    events = [share(place) if place % 3 == 2 else toggled(place) for place in range(3 * LENGTH)]
    story = lived(events)
    for number, late in enumerate((consent(100, "c"), signal(200, ConsentAction.WITHDRAWN))):
        story.take(_named(late, f"late{number}"))
    assert max(decision.rejudged for decision in story.decisions[-2:]) <= 8


@pytest.mark.parametrize("name", ["withdrawal", "withdrawal that cites", "objection", "erasure"])
def test_a_late_signal_reaches_to_the_consent_that_was_given_after_it(name: str) -> None:
    """Though it is the last of its kind: what comes after the consent stays as it was."""
    shares = [share(place) for place in range(20, LENGTH)]
    story = lived([consent(1), share(4), share(5), share(6), consent(10), *shares])
    story.take(EVENTS[name](5))
    last = story.decisions[-1]
    assert {row.fact.event.event_id for row in last.rows} == {"s5", "s6", _id(name, 5)}
    assert last.rejudged == len(last.rows)


def test_it_reaches_past_a_consent_that_covers_less_or_ends() -> None:
    shares = [share(place) for place in range(20, 30)]
    late = EVENTS["objection"](5)
    for again in (
        consent(10, data_categories=(DataCategory.PHONE,)),
        consent(10, expires_at=START + 25 * STEP_MS),
    ):
        story = lived([consent(1), share(6), again, *shares]).take(late)
        touched = {row.fact.event.event_id for row in story.decisions[-1].rows}
        assert touched >= {"s6", "s25", "s29"}


def _id(name: str, place: int) -> str:
    return EVENTS[name](place).event_id


def test_all_at_one_instant_do_not_judge_each_other() -> None:
    at = 7
    events: list[Event] = []
    for number in range(LENGTH):
        name = f"x{number}"
        word = share(at) if number % 2 else signal(at, ConsentAction.OBJECTED)
        events.append(_named(word, name))
    story = lived(events)
    assert sum(decision.rejudged for decision in story.decisions) <= 3 * LENGTH


def _named(event: Event, name: str) -> Event:
    return msgspec.structs.replace(event, event_id=name)


@pytest.mark.parametrize("order", ["reversed", "shuffled"])
def test_in_any_order_the_work_is_that_of_the_changes(order: str) -> None:
    events = [mixed(place) for place in range(LENGTH)]
    if order == "reversed":
        events.reverse()
    else:
        random.Random(3).shuffle(events)
    story = lived(events)
    changed = sum(max(1, len(decision.rows)) for decision in story.decisions)
    rejudged = sum(decision.rejudged for decision in story.decisions)
    assert rejudged <= 3 * changed
