"""The receiver's process: its loop, its signals and its end."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from streams.cli.service_process import run_service, stop_signal
from streams.errors import ConsentryError

if TYPE_CHECKING:
    from streams.receive.load import Receiving
    from streams.receive.receiver import Receiver
    from streams.settings import Settings

LOOK_EVERY_S: Final = 1.0

log = structlog.get_logger("consentry.receive")


def run_receiver(settings: Settings, receiving: Receiving, ready_file: Path | None) -> None:
    """Run until SIGTERM or SIGINT. Returns after a tidy stop; else the process ends."""
    run_service(_run(settings, receiving, ready_file), ready_file)


async def _run(settings: Settings, receiving: Receiving, ready_file: Path | None) -> int:
    from streams.health.server import listen
    from streams.metrics.expose import exposition
    from streams.metrics.otel import push
    from streams.metrics.receive import ReceiveCollector
    from streams.receive.receiver import Receiver
    from streams.transport.process_exit import CRASHED, STOPPED

    stopping = stop_signal(log, "receive.loop_error")
    log.info("receive.starting", sources=list(receiving.sources), pid=os.getpid())
    try:
        receiver = Receiver(settings, receiving)
        collector = ReceiveCollector(receiver)
        answering = await listen(receiver, settings, exposition(collector))
        address = await receiver.start()
    except ConsentryError as error:
        log.critical("receive.stopped", problem=error.problem, remedy=error.remedy)
        return STOPPED
    except Exception as error:  # noqa: BLE001 - whatever the client says of the broker
        log.critical("receive.crashed", error=type(error).__name__)
        return CRASHED
    beside = [
        asyncio.create_task(push(collector, "consentry-receive")),
        asyncio.create_task(receiver.report_counts()),
    ]
    log.info("receive.ready", address=address, sources=list(receiving.sources))
    _write(ready_file, address)
    well = await _until_stopped(receiver, stopping)
    log.info("receive.stopping")
    await receiver.stop()
    for task in beside:
        task.cancel()
    if answering is not None:
        await answering.cleanup()
    if not well:
        log.critical("receive.crashed", error="the producer fails again and again")
        return CRASHED
    log.info("receive.stopped", problem=None)
    return 0


def _write(ready_file: Path | None, address: str) -> None:
    if ready_file is not None:
        ready_file.write_text(f"{address}\n")


async def _until_stopped(receiver: Receiver, stopping: asyncio.Event) -> bool:
    """Whether it was asked to stop; False when only a new start can help."""
    while receiver.report().live:
        try:
            await asyncio.wait_for(stopping.wait(), LOOK_EVERY_S)
        except TimeoutError:
            continue
        return True
    return False
