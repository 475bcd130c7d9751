"""While a sweep is on, findings of stored facts may wait for company, and new ones never."""

from __future__ import annotations

from typing import Any, cast

from streams.core.instants import Instant, days
from tests.agents.test_sweep_pace import LENIENT, shared_against
from tests.kafka.stories import START, share


def test_only_what_was_found_of_stored_facts_alone_may_wait() -> None:
    one = shared_against("s", "t", "u")
    kept, known = cast("Any", one.kept), share("s", "1", Instant(START + days(1)))
    assert not kept.batches[-1].patient  # no sweep
    one.change(LENIENT)
    before = len(one.findings())
    one.take(*one.story(known))
    assert len(one.findings()) == before + 1  # of the one before, which was judged again for it
    assert kept.batches[-1].patient
    one.take(*one.story(share("t", "2", Instant(START + days(2)))))
    assert [found.event_id for found in one.findings()[before + 1 :]] == ["1", "2"]
    assert not kept.batches[-1].patient
