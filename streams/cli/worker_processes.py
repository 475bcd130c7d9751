"""`consentry worker --processes N`: N workers and a supervisor, as one service."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import structlog

from streams.cli.service_process import stop_signal
from streams.cli.service_start import begin_logs
from streams.cli.worker_process import STOP_WITHIN_S, run_worker
from streams.errors import ConsentryError
from streams.supervise.child import Child, start
from streams.supervise.supervisor import Supervisor
from streams.transport import process_exit

if TYPE_CHECKING:
    from streams.control.in_force import Given
    from streams.settings import Settings

NAME_LENGTH: Final = 100
"""The longest `instance_id` that the settings take."""

MARGIN_S: Final = 2.0
"""What a worker gets beyond the time in which it stops by itself, before it is killed."""

log = structlog.get_logger("consentry.worker")


def names_of(settings: Settings, processes: int) -> list[str]:
    """The lasting names of the processes. Raises ConsentryError where they cannot be made."""
    own = settings.instance_id
    if own is None:
        raise ConsentryError(
            "worker --processes needs a lasting name, from which those of the processes are made",
            "Give this one a name that no other worker has: --instance-id worker-1, or "
            "CONSENTRY_INSTANCE_ID.",
        )
    names = [f"{own}-{number}" for number in range(1, processes + 1)]
    if len(names[-1]) > NAME_LENGTH:
        raise ConsentryError(
            f"instance_id is too long: {names[-1]} would have more than {NAME_LENGTH} characters",
            "Choose a shorter one.",
        )
    if not hasattr(os, "fork"):
        raise ConsentryError(
            "worker --processes needs fork(), which this operating system has not",
            "Start several workers, each with an instance_id and a health_port of its own.",
        )
    return names


def run_processes(
    settings: Settings,
    given: Given,
    ready_file: Path | None,
    processes: int,
    json_logs: bool | None,
) -> NoReturn:
    """Run until SIGTERM or SIGINT, or until one process has ended; then this process ends too.

    `given` is as `run_worker` takes it. Raises ConsentryError before anything was started.
    """

    def work(name: str, listening: socket.socket) -> None:
        begin_logs(json_logs, process=name)
        own = settings.model_copy(update={"instance_id": name})
        run_worker(own, given, None, listening)

    children: list[Child] = []
    for name in names_of(settings, processes):
        children.append(start(name, work, children))
    begin_logs(json_logs, process="supervisor")
    log.info(
        "worker.supervising",
        processes=[child.name for child in children],
        pids=[child.pid for child in children],
        pid=os.getpid(),
    )
    if processes > settings.partitions:
        log.warning(
            "worker.more_processes_than_partitions",
            processes=processes,
            partitions=settings.partitions,
            remedy="The others stand by and judge nothing: give fewer --processes.",
        )
    code = asyncio.run(_supervise(children, settings, ready_file))
    if ready_file is not None:
        ready_file.unlink(missing_ok=True)
    process_exit.leave(code)


async def _supervise(children: list[Child], settings: Settings, ready_file: Path | None) -> int:
    stopping = stop_signal(log, "worker.loop_error")
    supervisor = Supervisor(children, settings, ready_file, stop_within_s=STOP_WITHIN_S + MARGIN_S)
    try:
        return await supervisor.run(stopping)
    except ConsentryError as error:
        process_exit.stop_for(error)
