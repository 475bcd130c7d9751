"""Persons of many rows who are swept and judged in small pieces."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from streams.agents import half_built, subjects, sweeper
from streams.agents.judged_batch import JudgedBatch
from streams.core.events import Event
from streams.core.identifiers import SubjectId
from streams.core.instants import days
from streams.core.policy import fixed_policy
from streams.transport.fetch.poll_batch import OffsetSpan, PollBatch
from tests.agents.world import World
from tests.core.builders import grant, share, withdraw
from tests.transport.records import One

LENIENT = fixed_policy(withdrawal_grace=days(900))
"""A policy under which no withdrawal of these histories has an effect yet."""

MANY = 20
"""Shares of each person."""

_MOST = 100
"""Batches that a record takes at the very most."""


def in_pieces(monkeypatch: pytest.MonkeyPatch, rows: int, people: int) -> None:
    """So many rows of a person are built at once, and so many persons swept."""
    for module in (subjects, half_built):
        monkeypatch.setattr(module, "ROWS_AT_ONCE", rows)
    monkeypatch.setattr(sweeper, "AT_ONCE", people)


def of(who: str, *events: Event) -> list[Event]:
    """The events as those of a person."""
    return [msgspec.structs.replace(event, subject_id=SubjectId(who)) for event in events]


def shares(after: float) -> list[Event]:
    """Those of a person, a minute between them."""
    return [share(after + n / 60, id=f"s{n:02d}") for n in range(MANY)]


def judged(*people: str) -> World:
    """People with many shares after a withdrawal."""
    world = World()
    for who in people:
        world.take(*world.story(*of(who, grant(0), withdraw(1), *shares(2))))
    return world


def batches(world: World, *records: One) -> Iterator[JudgedBatch]:
    """Judge records; what a sweep does in its turns is up to the caller."""
    spans = {record.topic: OffsetSpan(0, record.offset + 1) for record in records}
    poll = PollBatch(world.partition.number, 1, spans, records)
    for number, batch in enumerate(world.judge.batches(poll, world.due)):
        assert number < _MOST, "a record waits for ever"
        world.partition.hand_over(batch.output)
        yield batch
