"""A replay reads what is kept twice: what is gone the second time is named."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Self

import pytest

from streams.operate.dead_letters import replay
from streams.operate.dead_letters.kept import KeptIn, KeptRecord
from streams.operate.dead_letters.reading import Shelves
from streams.operate.dead_letters.replaying import ReplayedRecord
from streams.operate.dead_letters.selection import Selection
from tests.operate.letters import SETTINGS, kept

KEPT = [kept(offset=7), kept(offset=8)]


class Bus:
    """Stands for a bus that nobody asks."""

    def __init__(self, *_: Any) -> None:
        pass

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass


def replayed(monkeypatch: pytest.MonkeyPatch, *readings: Sequence[KeptRecord]) -> Any:
    """A run that reads so, one reading after the other."""
    left = iter(readings)

    async def read_kept(*_: Any) -> AsyncIterator[list[KeptRecord]]:
        yield list(next(left))

    async def send_all(_: Any, records: AsyncIterator[ReplayedRecord]) -> int:
        return len([one async for one in records])

    monkeypatch.setattr(replay, "LiveBus", Bus)
    monkeypatch.setattr(replay, "shelves", lambda *_: Shelves({KeptIn.DEAD_LETTERS: 1}, ()))
    monkeypatch.setattr(replay, "require_topics", lambda *_: None)
    monkeypatch.setattr(replay, "read_kept", read_kept)
    monkeypatch.setattr(replay, "send_all", send_all)
    return replay.replay(SETTINGS, Selection(reason="purpose is missing"))


def test_all_that_is_meant_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    result = replayed(monkeypatch, KEPT, [*KEPT, kept(offset=9)])
    assert (result.sent, result.not_sent_count, result.whole) == (2, 0, True)


def test_a_letter_that_was_deleted_between_the_readings_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result = replayed(monkeypatch, KEPT, KEPT[1:])
    assert (result.sent, result.not_sent_count, result.whole) == (1, 1, False)
    assert result.not_sent[0].place == KEPT[0].place
    assert "deleted" in result.not_sent[0].why
