"""The process of `consentry ingest`: its loop, its signals and its end."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from streams.cli.service_process import run_service, stop_signal
from streams.errors import ConsentryError

if TYPE_CHECKING:
    from streams.ingest.service.service import IngestService
    from streams.ingest.service.sources import IngestPlan
    from streams.settings import Settings

STOP_WITHIN_S: Final = 15.0
"""A transaction that is under way may end so long; what is not committed is mapped again."""

REPEATED_EVERY_S: Final = 5.0

log = structlog.get_logger("consentry.ingest")


class RepeatedLines(logging.Filter):
    """Lets a line of a Kafka client through once in a while.

    While a broker is away, they say so with every try, hundreds of times a second.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._latest: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written."""
        if record.name.partition(".")[0] not in {"aiokafka", "kafka"}:
            return True
        line, now = (record.name, str(record.msg)), self._clock()
        if now - self._latest.get(line, -REPEATED_EVERY_S) < REPEATED_EVERY_S:
            return False
        self._latest[line] = now
        return True


def run_ingest(settings: Settings, plan: IngestPlan, ready_file: Path | None) -> None:
    """Run until SIGTERM or SIGINT. Returns after a tidy stop; else the process ends."""
    for handler in logging.getLogger().handlers:
        handler.addFilter(RepeatedLines())
    run_service(_run(settings, plan, ready_file), ready_file)


async def _run(settings: Settings, plan: IngestPlan, ready_file: Path | None) -> int:
    from streams.health.server import listen
    from streams.ingest.service.service import IngestService
    from streams.metrics.expose import exposition
    from streams.metrics.ingest import IngestCollector
    from streams.metrics.otel import push

    service = IngestService(settings, plan)
    stopping = stop_signal(log, "ingest.loop_error")
    log.info("ingest.starting", sources=list(service.stats.sources), pid=os.getpid())
    collector = IngestCollector(service)
    answering = await listen(service, settings, exposition(collector))
    pushing = asyncio.create_task(push(collector, "consentry-ingest"))
    reporting = asyncio.create_task(_report(service, ready_file))
    running = asyncio.create_task(service.run())
    stopped = asyncio.create_task(stopping.wait())
    await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if not running.done():
        log.info("ingest.stopping")
        service.stop()
        await asyncio.wait({running}, timeout=STOP_WITHIN_S)
    for task in (reporting, pushing, stopped):
        task.cancel()
    if answering is not None:
        await answering.cleanup()
    return _end(running)


def _end(running: asyncio.Task[None]) -> int:
    """The exit code, and the last lines that say why."""
    from streams.terminal.out import say_error
    from streams.transport.process_exit import CRASHED, STOPPED

    if not running.done():
        log.warning(
            "ingest.stopped", problem="a transaction was still under way; it is mapped again"
        )
        return 0
    if running.cancelled():
        log.critical("ingest.crashed", error="CancelledError")
        return CRASHED
    match running.exception():
        case None:
            log.info("ingest.stopped", problem=None)
            return 0
        case ConsentryError() as error:
            log.critical("ingest.stopped", problem=error.problem, remedy=error.remedy)
            say_error(error)
            return STOPPED
        case error:
            # Its text may quote a record; the type is enough.
            log.critical("ingest.crashed", error=type(error).__name__)
            return CRASHED


def _write(file: Path, names: Iterable[str]) -> None:
    file.write_text("\n".join(names) + "\n")


async def _report(service: IngestService, ready_file: Path | None) -> None:
    """Log and write the file once partitions are assigned."""
    while not service.begun:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    log.info("ingest.ready")
    if ready_file is not None:
        _write(ready_file, service.stats.sources)
