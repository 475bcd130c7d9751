"""A partition number that is given up, also where a rebalance comes in the middle."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from streams.core.policy import default_policy
from streams.transport.tasks.in_parallel import in_parallel
from streams.transport.tasks.judging_basis import JudgingBasis
from streams.transport.tasks.partition_task import PartitionTask
from streams.wire.progress import Progress
from tests.transport.disk import opened
from tests.transport.producers import Producer, committer


class Lasting(Producer):
    """One whose connections take long to close."""

    async def stop(self) -> None:
        self.stopped = True
        await asyncio.Event().wait()


def test_a_rebalance_while_it_is_given_up_leaves_no_database_open(tmp_path: Path) -> None:
    rows = opened(tmp_path)
    given_up: list[int] = []

    async def run() -> None:
        producer = Lasting()
        basis = JudgingBasis(default_policy())
        partition = PartitionTask(0, 1, rows, Progress(positions={}), committer(producer), basis)
        partition.on_close = lambda: given_up.append(partition.number)
        closing = asyncio.create_task(in_parallel([partition.close()]))
        while not producer.stopped:  # noqa: ASYNC110 - it has nothing to wait for
            await asyncio.sleep(0)
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing

    asyncio.run(run())
    assert given_up == [0]
    opened(tmp_path).close()
