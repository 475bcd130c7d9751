"""The model finds what is wrong with facts that move without a safeguard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import strategies as st

from streams.core.state import EventRow
from streams.operate.growing import grow
from streams.operate.moving import batches, export, load, outputs
from streams.wire import rows
from streams.wire.arrival import partition_for
from tests.model.play import Event
from tests.model.searching import ALL_JUDGED, Safeguard, later, wrong
from tests.model.traffic import PARTITIONS

WRONG_KEY = 5
"""The fate of a record that is misled and cannot be judged, as `Sending.do_send` draws it."""

IMPORTS = later(("import", "send", "mix", "policy"), most=8)
GROWTHS = later(("grow", "send", "mix"), most=6)


def erasures() -> st.SearchStrategy[list[Event]]:
    """Facts are exported while a person is being erased."""

    def schedule(who: int, steps: int) -> list[Event]:
        begun: list[Event] = [("erase", who, 0), ("run", 3 * steps, 1), ("import", 0, 0)]
        return [*ALL_JUDGED, *begun, *[("send", 5, 0)] * 5]

    return st.builds(schedule, st.integers(0, 2), st.integers(0, 60))


def waiting() -> st.SearchStrategy[list[Event]]:
    """Records are sent home, and before they are judged there are more partitions."""

    misled = [salt for salt in range(1, 256) if Random(salt).randrange(16) == WRONG_KEY]

    def schedule(salts: list[int], steps: int) -> list[Event]:
        some = [("send", 0, salt) for salt in salts]
        return [*some, ("run", 3 * steps, 1), ("grow", 0, 0)]

    few = st.lists(st.sampled_from(misled), min_size=8, max_size=8)
    return st.builds(schedule, few, st.integers(0, 79))


def revisions_begin_again(patch: pytest.MonkeyPatch) -> None:
    outputs_of = outputs.outputs_of

    def first(*given: Any) -> Iterator[Any]:
        return (msgspec.structs.replace(one, revision=1) for one in outputs_of(*given))

    patch.setattr(batches, "outputs_of", first)


def a_row_forgets_what_was_published(patch: pytest.MonkeyPatch) -> None:
    encode_row = rows.encode_row

    def forgetful(row: Any) -> bytes:
        if isinstance(row, EventRow):
            row = msgspec.structs.replace(row, published={}, duties={})
        return encode_row(row)

    patch.setattr(batches, "encode_row", forgetful)


def who_is_being_erased_is_left_out(patch: pytest.MonkeyPatch) -> None:
    """Found by the model in the product: what was erased and came again was taken in."""
    whole = export.whole

    def nobody(kept: Any, progress: Any) -> Any:
        return whole(kept, msgspec.structs.replace(progress, command=None))

    patch.setattr(export, "whole", nobody)


def some_facts_stay_on_their_partition(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(load, "partition_for", lambda key, _count: partition_for(key, PARTITIONS))


def what_waits_is_not_sent_on(patch: pytest.MonkeyPatch) -> None:
    async def forgetful(target: Any, bus: Any, numbers: Any, _states: Any) -> Any:
        rekeyed = target.topics.rekeyed
        return {number: await bus.settled(rekeyed, number) for number in numbers}, 0

    patch.setattr(grow, "send_on", forgetful)


@pytest.mark.parametrize(
    ("safeguard", "strategy", "how"),
    [
        (revisions_begin_again, IMPORTS, "imported: revision 1 after"),
        (a_row_forgets_what_was_published, IMPORTS, "visible: revision 1 after|the net outputs"),
        (who_is_being_erased_is_left_out, erasures(), "not erased|the net outputs"),
        (some_facts_stay_on_their_partition, GROWTHS, "a row stands on another partition"),
        (what_waits_is_not_sent_on, waiting(), "the net outputs"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_without_a_safeguard_facts_move_wrong(
    patch: pytest.MonkeyPatch,
    safeguard: Safeguard,
    strategy: st.SearchStrategy[list[Event]],
    how: str,
) -> None:
    safeguard(patch)
    found = wrong(strategy)
    assert re.search(how, found), found
