"""A partition number that this worker owns: its state, its place and its committer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from streams.transport.commit.output_batch import OutputBatch
from streams.transport.commit.transactions import Committer
from streams.transport.fetch.poll_batch import PollBatch, follow
from streams.transport.state.row_store import RowStore
from streams.transport.tasks.judging_basis import JudgingBasis, log_sweep
from streams.wire.progress import Progress, encode_progress


class PartitionTask:
    """What is needed to judge one partition number.

    `progress` is where judging has come to; what is committed runs behind it. `on_close` is
    called once when the partition number is given up: what was built from the rows goes too.
    """

    __slots__ = ("basis", "committer", "count", "number", "on_close", "progress", "rows")

    def __init__(
        self,
        number: int,
        count: int,
        rows: RowStore,
        progress: Progress,
        committer: Committer,
        basis: JudgingBasis,
    ) -> None:
        self.number = number
        self.count = count
        self.rows = rows
        self.progress = progress
        self.committer = committer
        self.on_close: Callable[[], object] | None = None
        self.basis = basis
        if rows.lasts:
            committer.on_commit = self._committed

    def enter(self, poll_batch: PollBatch) -> None:
        """Check that a poll batch continues where the last one ended. Raises Discontinuity.

        Of a paused topic nothing is judged, and no position moves, until another owner has
        read that it goes on: what was under way of it is passed over.
        """
        spans, paused = poll_batch.spans, self.progress.paused
        if paused:
            spans = {topic: span for topic, span in spans.items() if topic not in paused}
        follow(self.progress.positions, spans)

    def _committed(self, batches: Sequence[OutputBatch], end: int | None) -> None:
        """What was judged is on the changelog: the store may let it last."""
        changelog = self.committer.changelog
        rows = (
            (output.key or b"", output.value)
            for batch in batches
            for output in batch.outputs
            if output.topic == changelog
        )
        last = batches[-1]
        self.rows.committed(rows, last.progress, end, last.puts)

    def adopt(self, basis: JudgingBasis) -> None:
        """Judge by another policy from here on. Raises ConsentryError for an earlier one."""
        self.basis = basis
        if basis.adopt(self.progress, self.number):
            log_sweep(self.number, self.progress)

    async def close(self) -> None:
        """Give the partition number up, after its open transaction.

        Also where a rebalance comes meanwhile: all is committed by then, and a database that stayed
        open could not be opened when the number comes back.
        """
        try:
            await self.committer.close()
        finally:
            self.rows.close()
            if self.on_close is not None:
                self.on_close()
                self.on_close = None

    def hand_over(self, batch: OutputBatch) -> None:
        """Give a judged batch to the committer, with the progress that it makes."""
        progress = self.progress
        progress.sequence += 1
        progress.partitions = self.count
        progress.positions.update(batch.positions)
        progress.policy_digest = self.basis.digest(progress.judged_until)
        batch.progress = encode_progress(progress)
        batch.puts = self.rows.puts
        self.committer.put(batch)
