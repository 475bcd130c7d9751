"""Invariant 5: `read_committed` everywhere, and the end of a restore is a position."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.invariants.bus import FALSE, converged, new_broker, send, stands
from tests.invariants.ending import Ended, run, turns
from tests.invariants.guarantee import Broken, require, within
from tests.invariants.process import Process
from tests.invariants.settings import NAMES
from tests.kafka.stories import stories
from tests.model.clients import Reader
from tests.model.log import Content, Record

EVENTS = stories(4)


class Uncommitted(Reader):
    """Reads what was aborted, and what is not committed yet."""

    async def getmany(self, *places: Any, timeout_ms: int = 0) -> dict[Any, list[Record]]:
        del timeout_ms
        found = {}
        for place in places:
            log = self._broker.logs[place]
            found[place], self._positions[place] = log.read(0, log.end, committed=False)
        return found

    async def end_offsets(self, places: Any) -> dict[Any, int]:
        return {place: self._broker.logs[place].end for place in places}


class LastRecord(Reader):
    """Takes the offset after the last record for the position."""

    async def getmany(self, *places: Any, timeout_ms: int = 0) -> dict[Any, list[Record]]:
        found = await super().getmany(*places, timeout_ms=timeout_ms)
        for place, records in found.items():
            self._after[place] = records[-1].offset + 1
        return found

    async def position(self, place: Any) -> int:
        return self._after.get(place, 0)

    def assign(self, places: Any) -> None:
        super().assign(places)
        self._after: dict[Any, int] = {}


async def a_predecessor_died_in_a_transaction(reader: type[Reader]) -> None:
    """What it wrote last stands on the changelog and was never committed."""
    broker = new_broker()
    send(broker, *EVENTS)
    first = Process(broker)
    await first.assign(0)
    first.feed(*first.poll(2))
    await first.rest()
    first.line.held["commit"] = asyncio.Event()
    first.feed(*first.poll(2))
    await turns(lambda: first.line.waiting)
    first.kill()
    second = Process(broker, reader=reader)
    try:
        await second.assign(0)
    except Ended:
        require(False, f"the successor refuses with code {second.code}")  # noqa: FBT003
    await second.judge_all()
    converged(broker, EVENTS)


def test_restoring_committed_rows_holds() -> None:
    run(a_predecessor_died_in_a_transaction(Reader))


def test_restoring_committed_rows_bites() -> None:
    """Rows that were never committed are ahead of the offsets, which invariant 7 finds."""
    with pytest.raises(Broken, match="the successor refuses with code 2"):
        run(a_predecessor_died_in_a_transaction(Uncommitted))


async def the_changelog_ends_with_a_marker(reader: type[Reader]) -> None:
    """As it always does after a transaction."""
    broker = new_broker()
    send(broker, *EVENTS)
    first = Process(broker)
    await first.assign(0)
    await first.judge_all()
    first.kill()
    second = Process(broker, reader=reader)
    await within(1, second.assign(0), "the restore never ends")
    await second.judge_all()
    converged(broker, EVENTS)


def test_a_restore_that_ends_at_a_position_holds() -> None:
    run(the_changelog_ends_with_a_marker(Reader))


def test_a_restore_that_ends_at_a_position_bites() -> None:
    with pytest.raises(Broken, match="the restore never ends"):
        run(the_changelog_ends_with_a_marker(LastRecord))


async def a_producer_takes_events_back(*, read_committed: bool) -> None:
    """An input transaction is aborted: those shares never happened."""
    broker = new_broker()
    send(broker, *EVENTS)
    session = broker.init_producer("upstream")
    place = (NAMES.data_share, 0)
    [*shares] = broker.visible(*place)
    broker.add_places(session, [place])
    invented = [Content(r.key, r.value.replace(b"-fine", b"-void"), (), r.timestamp)
                for r in shares if r.value is not None and b"-fine" in r.value]  # fmt: skip
    broker.produce(session, place, invented)
    broker.end(session, commit=False)
    broker.settle()
    worker = Process(broker)
    worker.read_committed = read_committed
    await worker.assign(0)
    await worker.judge_all()
    stands(broker, EVENTS)
    converged(broker, EVENTS)


def test_reading_committed_inputs_holds() -> None:
    run(a_producer_takes_events_back(read_committed=True))


def test_reading_committed_inputs_bites() -> None:
    with pytest.raises(Broken, match=FALSE):
        run(a_producer_takes_events_back(read_committed=False))
