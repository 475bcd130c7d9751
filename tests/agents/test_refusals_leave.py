"""A refused id leaves with its subject, or alone where nothing else is known (P20, P26)."""

from __future__ import annotations

import pytest

from streams.core.instants import days, hours
from streams.core.vocabulary import Status
from tests.agents.retention_world import END, GRACE, world
from tests.agents.test_refusals import KEY, SHARE, about, bad, spoilt
from tests.agents.world import NAMES, World
from tests.kafka.stories import START


def addresses(one: World) -> set[bytes | None]:
    return set(one.compacted(NAMES.violations))


class TestItLeaves:
    """P20 and P26."""

    @pytest.mark.parametrize("ms", [0, 1])
    def test_with_its_subject_and_keeps_nobody(self, ms: int) -> None:
        one = world(SHARE)
        one.take(bad(one, timestamp=END))
        assert about(one) == [(Status.REMEDIATED, 1)]
        one.tick(END + ms)
        assert one.subjects == ({KEY} if ms == 0 else set())
        assert bool(addresses(one)) == (ms == 0)
        assert one.progress.subjects_left == ms

    @pytest.mark.parametrize(
        ("at", "came", "gone_after"),
        [
            ("2026-01-01T00:00:00Z", START, START + GRACE),
            ("at noon", START, END),
            ("9999-01-01T00:00:00Z", START, END),
            ("2026-01-01T00:00:00Z", 0, START - days(1) + GRACE),  # taken in after a tick
        ],
    )
    def test_alone_when_both_terms_are_over(self, at: str, came: int, gone_after: int) -> None:
        one = world()
        one.take(bad(one, value=spoilt(occurred_at=at), timestamp=came))
        one.tick(gone_after)
        assert one.subjects == {KEY}
        one.restart()
        one.tick(gone_after + 1 + hours(1))
        assert one.subjects == set()
        assert addresses(one) == set()
        one.take(bad(one, timestamp=gone_after + days(1)))
        assert about(one)[-1] == (Status.OPEN, 1), "and begins again"
