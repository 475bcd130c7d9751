"""A service whose processes do as its argument says: `python -m ... '["", "crash"]' READY_FILE`."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
from pathlib import Path

import msgspec
import structlog

from streams.cli.service_process import run_service, stop_signal
from streams.cli.service_start import begin_logs
from streams.errors import ConsentryError
from streams.health.server import listen
from streams.settings import Settings
from streams.supervise.child import Child, start
from streams.supervise.supervisor import Supervisor
from streams.transport import process_exit

log = structlog.get_logger("consentry.worker")

METRICS = (
    b"# HELP consentry_partitions P.\n# TYPE consentry_partitions gauge\nconsentry_partitions 3\n"
)


class SmallReport(msgspec.Struct):
    """What a worker's report has that a supervisor reads."""

    partitions: dict[str, str]
    live: bool = True
    ready: bool = True
    reasons: list[str] = []
    notes: list[str] = msgspec.field(default_factory=lambda: ["one note"])


class SmallHealth:
    """Well, with one partition: the number of the process."""

    def __init__(self, number: str) -> None:
        self._number = number

    def report(self) -> SmallReport:
        return SmallReport({self._number: "a report"})


async def serve(name: str, listening: socket.socket, what: str) -> int:
    """One process, until it is asked to stop, or as `what` says."""
    stopping = stop_signal(log, "loop_error")
    if what == "deaf":
        asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if what != "mute":
        await listen(SmallHealth(name[-1]), Settings(), lambda: METRICS, listening)
    log.info("serving")
    if what == "stop_for":
        await asyncio.sleep(0.3)
        process_exit.stop_for(ConsentryError("the disk is full", "Free space."))
    if what == "crash":
        await asyncio.sleep(0.3)
        process_exit.crash("a doubt", remedy="Look at it.")
    await stopping.wait()
    return 0


def main(does: list[str], ready_file: Path) -> None:
    """The service; ends this process."""

    def work(name: str, listening: socket.socket) -> None:
        begin_logs(json_logs=True, process=name)
        what = does[int(name[-1]) - 1]
        if what == "raise":
            raise ConsentryError("it is wrong", "Put it right.")
        if what == "bug":
            raise ValueError("a secret")
        run_service(serve(name, listening, what), None)

    children: list[Child] = []
    for number in range(1, len(does) + 1):
        children.append(start(f"w-{number}", work, children))
    begin_logs(json_logs=True, process="supervisor")

    async def supervise() -> int:
        stopping = stop_signal(log, "loop_error")
        one = Supervisor(children, Settings(health_port=0), ready_file, stop_within_s=1.0)
        log.info("supervising", pids=[child.pid for child in children])
        return await one.run(stopping)

    process_exit.leave(asyncio.run(supervise()))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), Path(sys.argv[2]))
