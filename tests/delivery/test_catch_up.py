"""The present state: the last record of each key, if it is open, and nothing twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

from aiokafka.structs import TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from streams.core.instants import Instant
from streams.core.vocabulary import Status
from streams.delivery.catch_up import CatchUp, StateEnd, end_in, metadata_of
from tests.transport.records import One

PLACE = TopicPartition("findings", 0)


class Log:
    """A partition read without a group; offsets have holes, as transactions leave them."""

    def __init__(self, records: Sequence[One], end: int) -> None:
        self._records, self._end, self._at = records, end, 0

    def assign(self, places: Sequence[TopicPartition]) -> None:
        del places

    def pause(self, place: TopicPartition) -> None:
        del place

    def seek(self, place: TopicPartition, offset: int) -> None:
        del place
        self._at = offset

    async def getmany(self, *_places: Any, timeout_ms: int) -> dict[TopicPartition, list[One]]:
        del timeout_ms
        found = [record for record in self._records if record.offset >= self._at][:3]
        self._at = found[-1].offset + 1 if found else self._end
        return {PLACE: found} if found else {}

    async def end_offsets(self, places: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(places, self._end)

    async def position(self, place: TopicPartition) -> int:
        del place
        return self._at


def state_of(open_: bool) -> Any:  # noqa: FBT001 - data
    return SimpleNamespace(status=Status.OPEN if open_ else Status.RETRACTED, detected_at=1_000)


def walked(
    records: Sequence[tuple[One, bool]],
    end: int,
    crashes: Sequence[int],
    since: Instant | None = None,
) -> list[tuple[bytes | None, int]]:
    """What is published, by key and offset, over crashes after so many records each."""
    log = Log([record for record, _ in records], records[-1][0].offset + 2 if records else end)
    sent, committed, metadata = [], 0, metadata_of(StateEnd(end, since))
    for steps in (*crashes, len(records)):
        catch_up = CatchUp()
        state_end = end_in(metadata)
        starts = {} if state_end is None else {PLACE: (committed, state_end)}
        asyncio.run(catch_up.look(cast("Any", log), starts))
        for record, is_open in [one for one in records if one[0].offset >= committed][:steps]:
            if not catch_up.needless(record, state_of(is_open)):
                sent.append((record.key, record.offset))
            committed = record.offset + 1
            metadata = catch_up.metadata(PLACE, committed)
    return sent


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[tuple[One, bool]], int]:
    offset, records = 0, []
    for key in draw(st.lists(st.sampled_from([b"a", b"b", b"c", b"d"]), max_size=20)):
        offset += draw(st.integers(1, 3))
        records.append((One("findings", 0, offset, 0, key, b"v"), draw(st.booleans())))
    return records, draw(st.integers(0, offset + 2))


@given(histories(), st.lists(st.integers(0, 8), max_size=4), st.sampled_from([None, 1_000, 1_001]))
def test_the_state_is_delivered_once_and_then_everything_whatever_crashes(
    history: tuple[list[tuple[One, bool]], int], crashes: list[int], since: Instant | None
) -> None:
    """All closes are of one instant, at which a receiver that begins again wants them, or not."""
    with_closed = since == 1_000
    records, end = history
    last = {record.key: (record, is_open) for record, is_open in records if record.offset < end}
    expected = [
        *sorted(
            (record.offset, record.key)
            for record, is_open in last.values()
            if is_open or with_closed
        ),
        *((record.offset, record.key) for record, _ in records if record.offset >= end),
    ]
    assert [(offset, key) for key, offset in walked(records, end, crashes, since)] == expected


def test_records_without_a_key_replace_nothing() -> None:
    records = [(One("findings", 0, at, 0, None, b"v"), True) for at in (1, 2)]
    assert walked(records, 5, ()) == [(None, 1), (None, 2)]


def test_other_metadata_names_no_state() -> None:
    assert end_in(None) is None
    assert end_in("") is None
    assert end_in("consentry-state:") is None
    assert end_in("consentry-state:-5") is None
    for end in (StateEnd(12), StateEnd(12, Instant(5))):
        assert end_in(metadata_of(end)) == end
