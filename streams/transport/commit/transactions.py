"""Delivery: what was judged for one partition number goes out in Kafka transactions.

One transactional producer per partition number. Whatever is judged while a transaction
commits goes into the next one: rows, findings, duties, dead letters, re-keyed records,
the progress row and the input offsets become visible together or not at all. The broker
fences a producer whose partition another worker took over.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aiokafka.structs import OffsetAndMetadata, TopicPartition

from streams.measures.transport_stats import TransportStats
from streams.transport import process_exit
from streams.transport.commit.appending import send_all
from streams.transport.commit.held_batches import HeldBatches, Hold
from streams.transport.commit.output_batch import Bounds, Output, OutputBatch, gather
from streams.transport.commit.pace import OwnPause, TransactionPace
from streams.transport.commit.partition_count import declaration
from streams.wire.progress import PROGRESS_KEY

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer


class Committer:
    """Commits batches of one partition number in the order in which they were judged.

    `committed` are the offsets that the group has, as far as this process knows;
    `committed_at` is the time of the last commit, None before the first. Times are those
    of `time.monotonic`. `pace`, where there is one, says when a transaction may begin.
    """

    def __init__(
        self,
        producer: AIOKafkaProducer,
        *,
        partition: int,
        count: int,
        group_id: str,
        changelog: str,
        bounds: Bounds,
        committed: Mapping[str, int],
        work: TransportStats | None = None,
        installation: str = "",
        pace: TransactionPace | None = None,
        hold: Hold | None = None,
    ) -> None:
        self._work = TransportStats() if work is None else work
        self._pace = pace
        self._own_pause = OwnPause()
        self._held = None if hold is None else HeldBatches(hold, self._put_held)
        self.committed = dict(committed)
        self.committed_at: float | None = None
        self.on_commit: Callable[[Sequence[OutputBatch], int | None], object] | None = None
        """Called for each transaction that committed: its batches, and the changelog offset
        after the progress row that it wrote, None when the broker did not say."""

        self._producer = producer
        self._partition = partition
        self._declaration = declaration(count, installation)
        self._group_id = group_id
        self.changelog = changelog
        self.bounds = bounds
        """The bounds of a transaction; they may change between two."""

        self._queue: deque[OutputBatch] = deque()
        self._records = self._bytes = 0
        self._taken = asyncio.Event()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._busy_since = 0.0
        self._task: asyncio.Task[None] | None = None
        self.transactions = 0

    def start(self) -> None:
        """Begin to commit what is put."""
        self._task = asyncio.create_task(self._run(), name=f"committer-{self._partition}")

    def put(self, batch: OutputBatch) -> None:
        """Hand over a batch; nothing waits."""
        if self._held is not None:
            if not self._queue and self._held.take(batch, self.committed):
                return
            self._put_held()
        self._append(batch)

    def _put_held(self) -> None:
        """Commit what was held, before anything that comes after it."""
        if self._held is not None:
            for batch in self._held.release():
                self._append(batch)

    def _append(self, batch: OutputBatch) -> None:
        self._queue.append(batch)
        self._records += len(batch.outputs)
        self._bytes += batch.bytes
        if self._idle.is_set():
            self._busy_since = time.monotonic()
            self._idle.clear()
        self._wake.set()

    @property
    def alive(self) -> bool:
        """Whether what is put will be committed."""
        return self._task is not None and not self._task.done()

    def waiting_s(self, now: float) -> float:
        """For how long nothing was committed although there is something to commit."""
        return 0.0 if self._idle.is_set() else now - self._busy_since

    @property
    def idle(self) -> bool:
        """Whether everything that was put is committed."""
        return self._idle.is_set() and not self._held

    @property
    def crowded(self) -> bool:
        """Whether as much waits for the next transaction as it may hold, or more."""
        return self._records >= self.bounds.records or self._bytes >= self.bounds.bytes

    async def thinned(self) -> None:
        """Return when there is room for more to wait."""
        while self.crowded:
            self._taken.clear()
            await self._taken.wait()

    async def drained(self) -> None:
        """Return when everything that was put is committed."""
        self._put_held()
        await self._idle.wait()

    async def close(self) -> None:
        """Stop after the open transaction, then close the producer."""
        if self._task is not None:
            await self.drained()
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        await self._producer.stop()

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._queue:
                await self._await_turn()
                batches = gather(self._queue, self.bounds)
                self._records -= sum(len(batch.outputs) for batch in batches)
                self._bytes -= sum(batch.bytes for batch in batches)
                self._taken.set()
                try:
                    async with asyncio.timeout(self.bounds.seconds):
                        await self.commit(batches)
                    for batch in batches:
                        if batch.done is not None:
                            batch.done()
                except asyncio.CancelledError:
                    raise
                except BaseException as error:  # noqa: BLE001 - whatever it is, do not go on
                    process_exit.crash(
                        "a transaction did not commit, or was not acknowledged",
                        partition=self._partition,
                        error=type(error).__name__,
                    )
            self._idle.set()

    async def _await_turn(self) -> None:
        """Let some more come in where transactions are many; a full one waits for nothing."""
        if self._pace is None or self.crowded:
            return
        now = time.monotonic()
        wait_s = max(self._pace.turn(now), self._own_pause.left_s(now))
        if wait_s > 0:
            await asyncio.sleep(wait_s)

    async def commit(self, batches: Sequence[OutputBatch]) -> None:
        """Write batches in one transaction. Raises what the client raises."""
        began = time.monotonic()
        producer = self._producer
        await producer.begin_transaction()
        progress = Output(self.changelog, self._partition, PROGRESS_KEY, batches[-1].progress)
        outputs = (output for batch in batches for output in batch.outputs)
        deliveries = await send_all(producer, (*outputs, progress))
        positions: dict[str, int] = {}
        for batch in batches:
            positions.update(batch.positions)
        # Of who goes on leaving after a restart, a batch may be full before anything is read. The
        # client would wait for ever for no offsets.
        stood = self._offsets(positions or self.committed)
        offsets = producer.send_offsets_to_transaction(stood, self._group_id)
        # aiokafka commits a transaction in which the broker refused a batch; only the
        # batch's own future shows. So all are looked at before the transaction ends.
        _, *written = await asyncio.gather(offsets, *deliveries)
        await producer.commit_transaction()
        self.transactions += 1
        self.committed.update(positions)
        now = self.committed_at = self._busy_since = time.monotonic()
        self._own_pause.took(began, now)
        records, size = sum(len(b.outputs) for b in batches), sum(b.bytes for b in batches)
        self._work.committed(records, size, now - began)
        if self.on_commit is not None:
            self.on_commit(batches, self._end(batches, written))

    def _end(self, batches: Sequence[OutputBatch], written: Iterable[Any]) -> int | None:
        """The changelog offset after the progress row, None when the broker did not say.

        Nobody else writes there, so the records of a transaction stand side by side.
        """
        start = min((one.offset for one in written if one.topic == self.changelog), default=-1)
        if start < 0:  # the broker had the batch already, and forgot where
            return None
        rows = sum(o.topic == self.changelog for batch in batches for o in batch.outputs)
        return int(start) + rows + 1

    def _offsets(self, positions: Mapping[str, int]) -> dict[Any, Any]:
        return {
            TopicPartition(topic, self._partition): OffsetAndMetadata(position, self._declaration)
            for topic, position in positions.items()
        }
