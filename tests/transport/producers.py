"""Producers of transactions in memory, and a process that would have ended."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from streams.transport import process_exit
from streams.transport.commit.held_batches import Hold
from streams.transport.commit.output_batch import Bounds, Output, OutputBatch
from streams.transport.commit.pace import TransactionPace
from streams.transport.commit.transactions import Committer

BOUNDS = Bounds(records=10, bytes=10_000, seconds=1.0)


class Ended(BaseException):
    """The process would have ended here."""


@pytest.fixture(autouse=True)
def exits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    codes: list[int] = []

    def leave(code: int) -> None:
        codes.append(code)
        raise Ended

    monkeypatch.setattr(process_exit, "leave", leave)
    return codes


class Builder:
    """A record batch that holds three records."""

    def __init__(self) -> None:
        self.records: list[tuple[bytes | None, bytes | None]] = []

    def append(self, *, key: bytes | None, value: bytes | None, **_: Any) -> object:
        if len(self.records) == 3:
            return None
        self.records.append((key, value))
        return object()


class Producer:
    """What was written, transaction by transaction."""

    def __init__(self, fails: str = "", hangs: str = "") -> None:
        self.committed: list[list[Any]] = []
        self.open: list[Any] | None = None
        self._fails = fails
        self._hangs = hangs
        self.stopped = False
        self.offset = 7
        self.metadata: set[str] = set()

    async def _step(self, name: str) -> None:
        await asyncio.sleep(0)
        if name == self._hangs:
            await asyncio.Event().wait()
        if name == self._fails:
            raise RuntimeError(name)

    async def begin_transaction(self) -> None:
        await self._step("begin")
        self.open = []

    def create_batch(self) -> Builder:
        return Builder()

    async def send_batch(
        self, batch: Builder, topic: str, *, partition: int
    ) -> asyncio.Future[Any]:
        await self._step("send")
        assert self.open is not None
        self.open.append((topic, partition, batch.records))
        sent: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        sent.set_result(SimpleNamespace(topic=topic, offset=self.offset))
        self.offset += len(batch.records) if self.offset >= 0 else 0
        return sent

    async def send_offsets_to_transaction(self, offsets: dict[Any, Any], group: str) -> None:
        assert offsets, "aiokafka would wait for ever"
        await self._step("offsets")
        assert self.open is not None
        self.metadata.update(meta.metadata for meta in offsets.values())
        self.open.append((group, {tp.topic: meta.offset for tp, meta in offsets.items()}))

    async def commit_transaction(self) -> None:
        await self._step("commit")
        assert self.open is not None
        self.committed.append(self.open)
        self.open = None

    async def stop(self) -> None:
        self.stopped = True


def batch(count: int, *, position: int = 0, size: int = 1) -> OutputBatch:
    one = OutputBatch()
    for number in range(count):
        one.add(Output("out", 0, b"%d" % number, b"x" * size))
    one.positions = {"in": position}
    one.progress = b"p%d" % position
    return one


def committer(
    producer: Producer,
    bounds: Bounds = BOUNDS,
    pace: TransactionPace | None = None,
    hold: Hold | None = None,
) -> Committer:
    return Committer(
        producer,
        partition=0,
        count=4,
        group_id="group",
        changelog="log",
        bounds=bounds,
        committed={"in": 0, "quiet": 3},
        pace=pace,
        hold=hold,
    )
