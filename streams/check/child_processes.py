"""Processes that judge for another one: started so that Ctrl-C is that one's alone."""

from __future__ import annotations

import fcntl
import multiprocessing
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkContext, SpawnContext
from multiprocessing.process import BaseProcess
from typing import Final

from streams.errors import ConsentryError

PIPE_BYTES: Final = 1_048_576
"""As much as Linux lets anybody have as it comes (pipe(7))."""


def starting() -> tuple[ForkContext | SpawnContext, bool]:
    """How processes are started, and whether they are forked.

    That is at once, and not safe where this process has threads: a lock that one of them holds
    stays held for ever. Else each begins from nothing, and imports what it needs.
    """
    forks = threading.active_count() == 1 and "fork" in multiprocessing.get_all_start_methods()
    if forks:
        return multiprocessing.get_context("fork"), True
    return multiprocessing.get_context("spawn"), False


def widen(pipe: Connection) -> None:
    """Let more wait in a pipe than the system's own size, where it lets us.

    What is found comes at the end from all at once, and each would stand still for every 64 KiB.
    """
    with suppress(AttributeError, OSError):  # not Linux; or a limit for all pipes of a user
        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)


def start(process: BaseProcess) -> None:
    """Start a process that an interrupt of the terminal does not reach."""
    with _without_interrupts():
        process.start()


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """What is started now ignores Ctrl-C: this process ends it, and says so once."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are the main thread's
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def ended_early(processes: Sequence[BaseProcess]) -> Exception:
    """Why an answer is missing: somebody killed a process, or it has a fault."""
    for process in processes:
        process.join(1)
        if process.exitcode is not None and process.exitcode < 0:
            return ConsentryError(
                f"a process of the check was killed by signal {-process.exitcode}: mostly the "
                "system does that when memory is short",
                "Give it more memory, or judge on fewer processes: --processes 1.",
            )
    return RuntimeError("a process of the check ended before it had answered")


def end(process: BaseProcess) -> None:
    """Its pipe is closed by now, or it has answered; a bug must not keep us waiting."""
    process.join(5)
    if process.is_alive():
        process.kill()
        process.join()
