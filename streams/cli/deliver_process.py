"""The deliverer's process: its loop, its signals and its end."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from streams.cli.service_process import run_service, stop_signal
from streams.errors import ConsentryError, UnreachableError

if TYPE_CHECKING:
    from streams.alerts.options import AlertOptions
    from streams.core.instants import Instant
    from streams.delivery.deliverer import Deliverer
    from streams.delivery.start_offsets import Start
    from streams.settings import Settings
    from streams.sinks.load import Configured

STOP_WITHIN_S: Final = 8.0
"""How long sinks may take to let go, so that all has ended ten seconds after SIGTERM; what is not
settled is delivered again."""

log = structlog.get_logger("consentry.deliver")


def run_deliverer(
    settings: Settings,
    sinks: Mapping[str, Configured],
    alerts: AlertOptions,
    start: Start | None,
    *,
    again: bool,
    closed_since: Instant | None,
    ready_file: Path | None,
) -> None:
    """Run until SIGTERM or SIGINT. Returns after a tidy stop; else the process ends."""
    service = _run(
        settings,
        sinks,
        alerts,
        start,
        again=again,
        closed_since=closed_since,
        ready_file=ready_file,
    )
    run_service(service, ready_file, waits=False)


async def _run(
    settings: Settings,
    sinks: Mapping[str, Configured],
    alerts: AlertOptions,
    start: Start | None,
    *,
    again: bool,
    closed_since: Instant | None,
    ready_file: Path | None,
) -> int:
    from streams.delivery.deliverer import Deliverer
    from streams.health.server import listen
    from streams.metrics.expose import exposition
    from streams.metrics.otel import push
    from streams.metrics.sinks import SinkCollector

    deliverer = Deliverer(settings, sinks, alerts)
    stopping = stop_signal(log, "deliver.loop_error")
    log.info("deliver.starting", sinks=list(sinks), pid=os.getpid())
    collector = SinkCollector(deliverer.sink_tasks)
    answering = await listen(deliverer, settings, exposition(collector))
    pushing = asyncio.create_task(push(collector, "consentry-deliver"))
    reporting = asyncio.create_task(_report(deliverer, ready_file))
    running = asyncio.create_task(deliverer.run(start, again=again, closed_since=closed_since))
    stopped = asyncio.create_task(stopping.wait())
    await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if not running.done():
        log.info("deliver.stopping")
        deliverer.stop()
        await asyncio.wait({running}, timeout=STOP_WITHIN_S)
    reporting.cancel()
    pushing.cancel()
    stopped.cancel()
    if answering is not None:
        await answering.cleanup()
    return _end(running)


def _end(running: asyncio.Task[None]) -> int:
    """The exit code, and the last lines that say why."""
    from streams.transport.process_exit import CRASHED, STOPPED

    if not running.done():
        log.warning(
            "deliver.stopped", problem="a request was still under way; it is delivered again"
        )
        return 0
    error = running.exception()
    match error:
        case None:
            log.info("deliver.stopped", problem=None)
            return 0
        case UnreachableError():
            log.critical("deliver.crashed", problem=error.problem, remedy=error.remedy)
            return CRASHED
        case ConsentryError():
            log.critical("deliver.stopped", problem=error.problem, remedy=error.remedy)
            return STOPPED
        case _:
            # Its text may quote a record; the type is enough.
            log.critical("deliver.crashed", error=type(error).__name__)
            return CRASHED


def _write(file: Path, names: Iterable[str]) -> None:
    file.write_text("\n".join(names) + "\n")


async def _report(deliverer: Deliverer, ready_file: Path | None) -> None:
    """Write the file once every sink has begun, whatever its receiver does."""
    while not all(sink_task.begun for sink_task in deliverer.sink_tasks.values()):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    log.info("deliver.ready", sinks=list(deliverer.sink_tasks))
    if ready_file is not None:
        _write(ready_file, deliverer.sink_tasks)
