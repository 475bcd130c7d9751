"""What is put in the place of the outside while worlds are played.

Time is the model's clock, the end of a process is the end of the model's process, the
driver's clients are those in memory, and log lines are kept instead of written.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any, NoReturn

import pytest
import structlog
from faust.transport.drivers import aiokafka as stock

from streams.agents import judged_batch, partition_judge, rebuilder, retention, sweeper
from streams.settings import Settings
from streams.transport import poll_loop, process_exit, wiring
from streams.transport.state import memory
from tests.model import clients, without_faust, worker
from tests.model.network import Process

SAID: deque[Mapping[str, Any]] = deque(maxlen=50)
"""The latest lines that workers logged as critical."""


class ModelTime:
    """Instead of the module `time`: the clock of the process whose code runs."""

    @staticmethod
    def monotonic() -> float:
        return running().loop.time()

    time = monotonic

    @staticmethod
    def time_ns() -> int:
        """The broker's time, which stamps the ticks."""
        return running().broker._now() * 1_000_000


def running() -> Process:
    """The process whose code runs."""
    assert Process.current is not None
    return Process.current


def leave(code: int) -> NoReturn:
    """Instead of `os._exit`."""
    if Process.current is None:  # the frames of a killed process are being closed
        raise GeneratorExit
    Process.current.leave(code)


def new_producer(settings: Settings, partition: int) -> clients.Producer:
    """Instead of aiokafka's, in the process whose code runs."""
    process = running()
    return clients.Producer(process.broker, process, settings.transactional_id(partition))


def new_reader(_settings: Settings) -> clients.Reader:
    """Instead of aiokafka's, in the process whose code runs."""
    process = running()
    return clients.Reader(process.broker, process)


async def no_ids(_observer: Any, _topics: tuple[str, ...]) -> dict[str, str]:
    """The broker in memory states no ids of topics."""
    return {}


def keep(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> NoReturn:
    """A log line of a worker."""
    if Process.current is not None:
        SAID.append(line)
    raise structlog.DropEvent


@contextmanager
def staged() -> Iterator[pytest.MonkeyPatch]:
    """Within it worlds can be played."""
    configuration = structlog.get_config()
    with pytest.MonkeyPatch.context() as patch:
        structlog.configure(
            processors=[keep], wrapper_class=structlog.make_filtering_bound_logger(50)
        )
        patch.setattr(process_exit, "leave", leave)
        patch.setattr(partition_judge, "RECORDS_AT_ONCE", 2)
        patch.setattr(judged_batch, "RECORDS_AT_ONCE", 2)
        patch.setattr(sweeper, "AT_ONCE", 2)
        patch.setattr(rebuilder, "ROWS_AT_ONCE", 2)
        patch.setattr(retention, "ROWS_AT_ONCE", 2)
        patch.setattr(memory, "_BUCKET_BITS", 3)
        patch.setattr(wiring, "worker_producer", new_producer)
        patch.setattr(wiring, "changelog_reader", new_reader)
        patch.setattr(wiring, "GroupView", without_faust.View)
        patch.setattr(wiring, "topic_ids", no_ids)
        # The default of a parameter was bound when the module was read.
        patch.setattr(poll_loop.Polling.__init__, "__defaults__", (ModelTime.monotonic,))
        patch.setattr(stock.Consumer, "__init__", worker.begin_consumer)
        patch.setattr(stock.Consumer, "on_partitions_revoked", worker.faust_revokes)
        patch.setattr(stock.Consumer, "on_partitions_assigned", worker.faust_assigns)
        for name, module in list(sys.modules.items()):
            if name.startswith(("streams.transport.", "streams.agents.")) and hasattr(
                module, "time"
            ):
                patch.setattr(module, "time", ModelTime)
        yield patch
    structlog.configure(**configuration)
