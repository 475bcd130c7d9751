"""A transaction that was opened ahead and comes too late is ended before the next one begins."""

from __future__ import annotations

import asyncio

import pytest

from streams.transport.commit import open_ahead
from streams.transport.commit.open_ahead import OpenAhead


class Producer:
    """Opens and ends in a moment each, and says what it is at."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault
        self.state = "ready"

    async def open(self) -> None:
        self.state = "opening"
        await asyncio.sleep(0.001)
        self.state = "open"

    async def end(self) -> None:
        assert self.state == "open"
        self.state = "ending"
        await asyncio.sleep(0.01)
        if self.fault is not None:
            raise self.fault
        self.state = "ready"


async def taken(producer: Producer) -> bool:
    """Whether the one who waits for the opening gets it, where that may stay unused no time at all."""
    ahead = OpenAhead(producer.open, producer.end)
    ahead.committed(known=True)
    ahead.committed(known=True)
    return await ahead.take()


def test_who_waited_for_it_while_it_became_too_old_waits_for_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(open_ahead, "BUSY_S", 60.0)
    monkeypatch.setattr(open_ahead, "UNUSED_S", 0.0)
    producer = Producer()
    assert not asyncio.run(taken(producer))
    assert producer.state == "ready"


def test_what_its_end_raises_is_raised_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_ahead, "BUSY_S", 60.0)
    monkeypatch.setattr(open_ahead, "UNUSED_S", 0.0)
    with pytest.raises(ConnectionError):
        asyncio.run(taken(Producer(ConnectionError())))
