"""Stored rows of made-up persons, and a bus that has them, in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, Self

import pytest

from streams.core.events import Event
from streams.core.identifiers import SubjectKey, subject_key
from streams.core.instants import Instant
from streams.core.judge import judge, judge_deadlines
from streams.core.policy import Policy
from streams.core.subject import Subject
from streams.policy_effect import stored
from streams.settings import Settings
from streams.transport.tasks.state_owner import owner_of
from streams.wire.progress import PROGRESS_KEY, Progress, encode_progress
from streams.wire.rows import stored_form
from tests.model.log import Record
from tests.verify.outputs import fact_of

SETTINGS = Settings(brokers=("b:1",), partitions=2)


def stored_rows(
    events: Iterable[Event], policy: Policy, clock: Instant | None = None
) -> list[tuple[bytes, bytes]]:
    """Keys and rows as a worker stores them that judges under a policy."""
    subjects: dict[SubjectKey, Subject] = {}
    rows: dict[bytes, bytes] = {}
    for number, event in enumerate(events):
        key = subject_key(event.controller_id, event.subject_id)
        subject = subjects.setdefault(key, Subject(event.controller_id, event.subject_id))
        decision = judge(subject, fact_of(event, number), policy, None)
        rows.update(stored_form(key, row) for row in decision.rows)
    if clock is not None:
        for key, subject in subjects.items():
            decision = judge_deadlines(subject, clock, policy)
            rows.update(stored_form(key, row) for row in decision.rows)
    return list(rows.items())


def progress_row(clock: Instant | None = None, settings: Settings = SETTINGS) -> bytes:
    """The row that ends the changelog of a batch."""
    names = settings.topics
    return encode_progress(
        Progress(
            positions={names.data_share: 1},
            owner=owner_of(settings),
            partition_time=clock,
        )
    )


class StoredBus:
    """Stands in for `streams.verify.bus.LiveBus`: partitions of the changelog, and nothing else."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
        self.settings = SETTINGS.model_copy(update=changes)
        self.logs: dict[int, list[tuple[bytes, bytes]]] = {0: [], 1: []}
        self.at_once = 1_000
        monkeypatch.setattr(stored, "LiveBus", lambda *_: self)
        monkeypatch.setattr(stored, "count_partitions", lambda *_: len(self.logs))

    def put(
        self, number: int, rows: Iterable[tuple[bytes, bytes]], progress: bytes | None = None
    ) -> None:
        """Append rows and the progress row after them."""
        last = progress_row(settings=self.settings) if progress is None else progress
        self.logs[number] += [*rows, (PROGRESS_KEY, last)]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def start(self, _topic: str, _number: int) -> int:
        return 0

    async def end(self, topic: str, number: int) -> int:
        assert topic == self.settings.topics.changelog
        return len(self.logs[number])

    settled = end

    async def read(
        self, topic: str, number: int, start: int, end: int
    ) -> AsyncIterator[Sequence[Record]]:
        for begin in range(start, end, self.at_once):
            chosen = self.logs[number][begin : min(end, begin + self.at_once)]
            yield [
                Record(topic, number, begin + place, 0, key, value)
                for place, (key, value) in enumerate(chosen)
            ]
