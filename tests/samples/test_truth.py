"""The truth, written by hand with each story, is what the rules find: and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from streams.core.instants import Instant, hours, parse_instant
from streams.core.policy import fixed_policy
from streams.dev.samples import Sample, SampleOptions, SampleRecord, make_sample
from streams.dev.scoring import Score, score
from streams.wire.encode import event_to_json
from tests.samples.judged import judged

UNTIL = parse_instant("2026-11-20T12:00:00Z")


def scored(sample: Sample, clock: Instant | None, **how: Any) -> Score:
    net, _ = judged(sample, clock=clock, **how)
    return score(sample.truth, net.findings(), net.duties(), clock)


def assert_full(result: Score) -> None:
    assert (result.missing, result.extra) == ((), ())
    assert result.full
    assert result.right == result.expected > 0


@pytest.mark.parametrize(
    ("seed", "until"),
    [
        (1, "2026-11-20T12:00:00Z"),
        (2, "2026-07-15T00:00:00Z"),  # the last days of calling one's customers
        (3, "2024-07-01T00:00:00Z"),
        (4, "2029-12-31T23:59:59Z"),
    ],
)
def test_the_core_finds_the_truth(seed: int, until: str) -> None:
    sample = make_sample(SampleOptions(subjects=1_500, seed=seed, until=parse_instant(until)))
    assert_full(scored(sample, sample.truth.clock))


@pytest.mark.parametrize("late_clock", [False, True])
def test_disorder_duplicates_and_conflicts_change_nothing(*, late_clock: bool) -> None:
    sample = make_sample(
        SampleOptions(
            subjects=1_000,
            seed=5,
            until=UNTIL,
            disorder=0.6,
            duplicates=0.4,
            conflicts=0.05,
            bad=0.01,
        )
    )
    net, ended = judged(sample, clock=UNTIL, late_clock=late_clock)
    assert_full(score(sample.truth, net.findings(), net.duties(), UNTIL))
    # A copy of a conflicting payload, or of a future one, is a copy too.
    assert ended["duplicate"] >= sample.truth.records["duplicates"] * 0.9


@pytest.mark.parametrize("later", [None, 0, 60_000, hours(24 * 7)])
def test_one_truth_serves_every_clock(later: int | None) -> None:
    sample = make_sample(SampleOptions(subjects=500, seed=6, until=UNTIL))
    clock = None if later is None else Instant(UNTIL + later)
    assert_full(scored(sample, clock))


def test_deadlines_pass_between_the_end_of_the_sample_and_half_a_minute_later() -> None:
    truth = make_sample(SampleOptions(subjects=500, seed=6, until=UNTIL)).truth
    overdue = "RECIPIENT_NOT_NOTIFIED"
    before = truth.by_code(UNTIL)[overdue]
    assert truth.by_code(Instant(UNTIL + 30_000))[overdue] == before + 2
    assert truth.by_code(Instant(UNTIL + hours(72)))[overdue] > before + 2
    assert truth.by_code(None)[overdue] == 0


# The score must bite: what follows makes it less than full.


def test_another_policy_does_not_find_the_truth() -> None:
    sample = make_sample(SampleOptions(subjects=500, seed=6, until=UNTIL))
    result = scored(sample, UNTIL, policy=fixed_policy())
    assert not result.full
    assert "MSG_NOT_SIMILAR_PRODUCT" in {name[2] for name in result.extra}


def test_a_lost_record_is_missed() -> None:
    sample = make_sample(
        SampleOptions(subjects=500, seed=6, until=UNTIL, duplicates=0, conflicts=0)
    )
    guilty = {f.event_id for f in sample.truth.findings if f.code == "MSG_NO_UNSUBSCRIBE"}
    index = next(i for i, r in enumerate(sample.records) if r.event and r.event.event_id in guilty)
    del sample.records[index]
    result = scored(sample, UNTIL)
    assert [name[2] for name in result.missing] == ["MSG_NO_UNSUBSCRIBE"]
    assert result.extra == ()
    assert result.right == result.expected - 1


def test_a_lost_consent_shows_as_extra() -> None:
    sample = make_sample(
        SampleOptions(subjects=500, seed=6, until=UNTIL, duplicates=0, conflicts=0)
    )
    before = len(sample.records)
    sample.records[:] = [
        r for r in sample.records if b'"action":"GRANTED"' not in event_to_json_or_empty(r)
    ]
    assert len(sample.records) < before
    assert len(scored(sample, UNTIL).extra) > 50


def event_to_json_or_empty(record: SampleRecord) -> bytes:
    return event_to_json(record.event) if record.event is not None else b""
