"""The accounting: counters add up, and agree with topics that are whole."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from streams.verify.balance import balance, unbalanced
from streams.verify.input_span import InputSpan
from streams.verify.offsets import ahead
from streams.verify.result import DifferenceKind, Seen, TopicBalance
from streams.wire.progress import Counters, Progress

RIGHT = {
    "read": 10, "judged": 5, "duplicates": 1, "replays": 0, "rekeyed": 1, "expired": 0,
    "dead_lettered": 3, "not_assessed": 0,
}  # fmt: skip
SUM = "judged, not assessed, duplicate or expired"
SHOWN = {"read": 10, "judged": 5, "duplicates": 1, "rekeyed": 1, "dead_lettered": 3}


def line(start: int = 0, *, counted: dict[str, int] | None = None, **seen: Any) -> TopicBalance:
    return TopicBalance(
        topic="purchase",
        partition=1,
        position=10,
        counted=RIGHT | (counted or {}),
        seen=Seen(**(SHOWN | seen)),
        start=start,
    )


def said(one: TopicBalance) -> list[str]:
    found = list(unbalanced(one))
    assert all(
        each.kind is DifferenceKind.UNBALANCED and each.topic == "purchase" for each in found
    )
    return [each.what.partition(":")[0] for each in found]


def test_what_agrees_is_silent() -> None:
    assert said(line()) == []


def test_counters_that_do_not_add_up() -> None:
    [found] = unbalanced(line(counted={"judged": 4}, judged=4))
    assert "10 records were read" in found.what


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("rekeyed", "re-keyed"),
        ("dead_lettered", "dead-lettered"),
        ("judged", "judged or not assessed"),
    ],
)
def test_a_whole_topic_must_show_what_was_counted(name: str, fault: str) -> None:
    for by in (-1, 1):
        shown: dict[str, Any] = {name: SHOWN[name] + by}
        assert said(line(**shown)) == [fault]


def test_a_topic_whose_start_is_gone_may_show_less_but_not_more() -> None:
    assert said(line(start=4, read=6, judged=3, dead_lettered=2, duplicates=0)) == []
    assert said(line(start=4, dead_lettered=4)) == ["dead-lettered"]


def test_records_that_were_read_again_make_it_less_exact() -> None:
    again = {"read": 12, "replays": 2}
    assert said(line(counted=again)) == []
    assert said(line(counted=again, read=13)) == ["read"]


def test_what_was_imported_may_come_again_from_another_generation() -> None:
    """The topic shows a record of before once; the worker had its fact, and judged nothing."""
    counted = {"judged": 3, "replays": 2}
    imported = msgspec.structs.replace(line(start=4, counted=counted), imported=True)
    assert said(imported) == []
    assert said(msgspec.structs.replace(imported, imported=False)) == ["judged or not assessed"]
    fewer = msgspec.structs.replace(line(start=4, counted=counted, judged=6), imported=True)
    assert said(fewer) == ["judged or not assessed"]


def test_after_removal_only_the_sum_can_be_compared() -> None:
    # Two of the five that were judged have left since, with their subject.
    assert said(line(judged=3, left=2)) == []
    assert said(line(judged=3, left=1)) == [SUM]


def test_what_was_sent_again_after_its_subject_left_was_judged_twice() -> None:
    """The topic shows a fact and its duplicate; the worker judged both."""
    counted = {"judged": 6, "duplicates": 0}
    again = msgspec.structs.replace(line(counted=counted), left=True)
    assert said(again) == []
    assert said(line(counted=counted)) == ["judged or not assessed", "duplicates"]


def test_what_is_not_assessed_is_not_judged() -> None:
    counted = {"judged": 3, "not_assessed": 2}
    assert said(line(counted=counted, judged=3, not_assessed=2)) == []
    assert said(line(counted=counted)) == ["not assessed"]
    # Counted by a release that knew no difference.
    assert said(line(judged=3, not_assessed=2)) == []


def test_what_is_not_judged_is_reported_once() -> None:
    assert said(line(judged=4, not_judged=1)) == []


def test_without_inputs_the_counters_alone() -> None:
    progress = Progress(positions={"purchase": 10}, counters={"purchase": Counters(**RIGHT)})
    [one] = balance(progress, 1, [], {"purchase": 14})
    assert (one.seen, one.start, one.lag) == (None, None, 4)
    assert said(one) == []


def test_with_inputs_each_topic_has_its_span() -> None:
    progress = Progress(positions={"purchase": 10, "data-share": 3}, counters={})
    span = InputSpan("data-share", 1, 3)
    lines = balance(progress, 0, [span], {"purchase": 10, "data-share": 3})
    assert [(one.topic, one.start, one.seen is None) for one in lines] == [
        ("purchase", None, True), ("data-share", 1, False),
    ]  # fmt: skip


def test_offsets_may_lie_behind_the_state_and_not_past_it() -> None:
    progress = Progress(positions={"purchase": 10})

    def offset_faults(**committed: Any) -> list[tuple[DifferenceKind, str]]:
        return [(one.kind, one.topic) for one in ahead(committed, progress, 0)]

    assert offset_faults(purchase=10) == offset_faults(purchase=9) == offset_faults() == []
    assert offset_faults(purchase=11) == [(DifferenceKind.OFFSETS, "purchase")]
    assert offset_faults(other=1) == [(DifferenceKind.OFFSETS, "other")]
