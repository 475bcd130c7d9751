"""What became of input records, as far as retention lets one see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from streams.core.events import DataShare
from streams.core.identifiers import subject_key
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.state import EventRow, Fact, FactSource
from streams.settings import Settings
from streams.transport.clock import OwnClock
from streams.verify.across import Across
from streams.verify.input_span import InputSpan
from streams.verify.inputs import Inputs
from streams.verify.result import DifferenceKind
from streams.verify.spill import Arrival, Spill
from streams.wire.arrival import Misrouted
from streams.wire.origin import Origin
from streams.wire.progress import Counters, Progress
from streams.wire.rows import row_key
from tests.kafka.stories import CONTROLLER, story
from tests.verify.outputs import POLICY, fact_of

NAMES = Settings().topics
SHARES, REKEYED = 0, 1
WHO = (CONTROLLER, "subject-0")
KEY = subject_key(*WHO)


@pytest.fixture
def across() -> Iterator[Across]:
    one = Across(NAMES, POLICY, 2)
    yield one
    one.close()


@pytest.fixture
def inputs(across: Across) -> Iterator[Inputs]:
    """Partition 0; the log of shares begins at 10, the state ends at 20."""
    spill = Spill()
    one = Inputs(NAMES, 0, 2, spill, across, POLICY, 4_259_840, OwnClock(3600))
    one.spans = [InputSpan(NAMES.data_share, 10, 20), InputSpan(NAMES.rekeyed, 0, 5)]
    yield one
    spill.close()


def fact(offset: int, event: int = 0, topic: str = NAMES.data_share) -> Fact:
    return fact_of(story(0)[event], offset, topic)


def row_of(one: Fact) -> tuple[bytes, EventRow]:
    key = row_key(KEY, one.event.event_id, one.hash)
    return key, EventRow(fact=one, policy_digest="")


def arrival(one: Fact, offset: int, source: FactSource | None = None) -> Arrival:
    first = (
        (None, None, None) if source is None else (source.topic, source.partition, source.offset)
    )
    topic = SHARES if source is None else REKEYED
    at = one.event.occurred_at
    return Arrival(row_of(one)[0], topic, offset, at, one.ingested_at, *first)


def counts(
    inputs: Inputs, rows: list[Fact], arrivals: list[Arrival], **progress: Any
) -> tuple[dict[tuple[int, str], int], list[tuple[DifferenceKind, int | None]]]:
    known = Progress(positions={}, **progress)
    found, missing = inputs.judged(WHO, dict(map(row_of, rows)), arrivals, known)
    return dict(found), [(one.kind, one.offset) for one in missing]


def test_the_record_that_the_fact_names_was_judged_and_others_are_duplicates(
    inputs: Inputs,
) -> None:
    one = fact(12)
    assert counts(inputs, [one], [arrival(one, 12), arrival(one, 15)]) == (
        {(SHARES, "judged"): 1, (SHARES, "duplicates"): 1}, [],
    )  # fmt: skip


def test_a_re_keyed_record_counts_where_it_was_judged(inputs: Inputs) -> None:
    source = FactSource(NAMES.purchase, 1, 7)
    one = fact_of(story(0)[0], 7)
    one = Fact(
        event=one.event, payload_hash=one.payload_hash, ingested_at=one.ingested_at, source=source
    )
    assert counts(inputs, [one], [arrival(one, 3, source)]) == ({(REKEYED, "judged"): 1}, [])


def test_an_event_that_is_no_fact_was_not_judged(inputs: Inputs) -> None:
    one = fact(12)
    assert counts(inputs, [], [arrival(one, 12)]) == (
        {(SHARES, "not_judged"): 1}, [(DifferenceKind.NOT_JUDGED, 12)],
    )  # fmt: skip


def test_unless_it_occurred_and_arrived_before_what_is_kept(inputs: Inputs) -> None:
    one = fact(12)
    at, came = one.event.occurred_at, one.ingested_at
    left = {"left_before": Instant(at + 1), "arrived_before": Instant(came + 1)}
    assert counts(inputs, [], [arrival(one, 12)], **left) == ({(SHARES, "left"): 1}, [])
    for early in ({"left_before": at}, {"arrived_before": came}):
        assert counts(inputs, [], [arrival(one, 12)], **(left | early))[1] == [
            (DifferenceKind.NOT_JUDGED, 12)
        ]


def test_what_an_earlier_release_expired_is_not_missed(inputs: Inputs) -> None:
    one = fact(12)
    left = {
        "left_before": Instant(one.event.occurred_at + 1),
        "arrived_before": one.ingested_at,
        "counters": {NAMES.data_share: Counters(read=1, expired=1)},
    }
    assert counts(inputs, [], [arrival(one, 12)], **left) == ({(SHARES, "left"): 1}, [])


def test_a_share_from_before_the_assessed_time_is_not_counted_as_judged(inputs: Inputs) -> None:
    one = fact(12)
    inputs._policy = Policy(assess_from=Instant(one.event.occurred_at + 1))
    assert one.event.__class__ is DataShare
    assert counts(inputs, [one], [arrival(one, 12)]) == ({(SHARES, "not_assessed"): 1}, [])


@pytest.mark.parametrize(("offset", "named"), [(9, False), (10, True), (19, True), (20, False)])
def test_a_fact_must_have_its_record_as_far_as_records_are_read(
    inputs: Inputs, offset: int, *, named: bool
) -> None:
    found = counts(inputs, [fact(offset)], [])
    assert found == ({}, [(DifferenceKind.NO_INPUT, offset)] if named else [])


def test_a_fact_whose_record_was_sent_home_has_its_record_elsewhere(
    inputs: Inputs, across: Across
) -> None:
    one = fact(12)
    origin = Origin(one.source, one.ingested_at, one.ingested_at)
    across.expect_rekeyed([Misrouted(origin, KEY, 0)])
    assert counts(inputs, [one], []) == ({}, [])


def not_kept(inputs: Inputs, *, whole: bool) -> list[int | None]:
    return [
        one.offset
        for one in inputs.dead_letters._not_kept(inputs.spans, "dead", raw=False, whole=whole)
    ]


def test_dead_letters_are_missed_as_far_back_as_they_are_kept(inputs: Inputs) -> None:
    refused = "INSERT INTO refused VALUES (?, ?, ?, 0)"
    for offset in (11, 13, 15):
        inputs._spill.execute(refused, f"{NAMES.data_share}/0/{offset}", SHARES, offset)
    assert not_kept(inputs, whole=True) == [11, 13, 15]
    # None is left: they may all have gone.
    assert not_kept(inputs, whole=False) == []
    inputs._spill.execute("INSERT INTO aside VALUES (?, 0)", f"{NAMES.data_share}/0/13")
    assert not_kept(inputs, whole=True) == [11, 15]
    # Older ones go first, so 11 may have gone, and 15 never came.
    assert not_kept(inputs, whole=False) == [15]


def test_a_quarantined_record_among_the_dead_letters_was_not_kept_apart(inputs: Inputs) -> None:
    ref = f"{NAMES.data_share}/0/11"
    inputs._spill.execute("INSERT INTO refused VALUES (?, 0, 11, 1)", ref)
    inputs._spill.execute("INSERT INTO aside VALUES (?, 0)", ref)
    missing = inputs.dead_letters._not_kept(inputs.spans, "quarantine", raw=True, whole=True)
    assert [one.offset for one in missing] == [11]


def test_re_keyed_records_are_missed_as_far_back_as_they_are_kept(across: Across) -> None:
    one = fact(0)
    for offset in (11, 13, 15):
        origin = Origin(FactSource(NAMES.data_share, 0, offset), one.ingested_at, one.ingested_at)
        across.expect_rekeyed([Misrouted(origin, KEY, 1)])

    def missed(*, whole: bool) -> list[int | None]:
        return [each.offset for each in across._not_sent(1, whole=whole)]

    assert missed(whole=True) == [11, 13, 15]
    assert missed(whole=False) == []
    across._database.execute("INSERT INTO met VALUES (1, ?, 0, 13)", (NAMES.data_share,))
    assert missed(whole=True) == [11, 15]
    assert missed(whole=False) == [15]
    assert not list(across._not_sent(0, whole=True))
