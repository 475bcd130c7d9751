"""A worker process of a supervisor, started by fork.

Both hold an end of a socket pair, and the system closes it however a process ends: so the
supervisor sees at once that a worker has gone, and a worker that its supervisor has. What a
worker says last goes the same way, so that it can be said again at the very end.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NoReturn

import msgspec

from streams.errors import ConsentryError
from streams.transport import process_exit

LOOPBACK: Final = "127.0.0.1"
WITHOUT_SUPERVISOR_S: Final = 10.0
"""How long a worker may take to stop once its supervisor has gone."""

LAST_WORDS_BYTES: Final = 16_384

Work = Callable[[str, socket.socket], object]
"""What a child does, given its name and the socket at which it says how it is."""


class LastWords(msgspec.Struct, frozen=True):
    """Why a process ended itself, and what to do."""

    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Child:
    """A process that runs: `port` on loopback answers for it, `channel` ends with it."""

    name: str
    pid: int
    port: int
    channel: socket.socket

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; none to one that has gone."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def ended(self) -> int:
        """Its exit code, negative for the signal that killed it; once, after its channel ended."""
        self.channel.close()
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def start(name: str, work: Work, before: Sequence[Child]) -> Child:
    """Fork a process that does the work and then ends; `before` are those that run already.

    To be called while this process has one thread and no event loop. Raises OSError.
    """
    listening = socket.create_server((LOOPBACK, 0))
    ours, theirs = socket.socketpair()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    pid = os.fork()
    if pid == 0:
        ours.close()
        for other in before:
            other.channel.close()
        _do(name, work, listening, theirs)
    port = listening.getsockname()[1]
    listening.close()
    theirs.close()
    ours.settimeout(0)
    return Child(name, pid, port, ours)


def _do(name: str, work: Work, listening: socket.socket, channel: socket.socket) -> NoReturn:
    """The life of a child."""
    process_exit.heard_by = lambda problem, remedy: _send(channel, LastWords(problem, remedy))
    threading.Thread(target=_end_with, args=(channel,), name="supervisor", daemon=True).start()
    try:
        work(name, listening)
    except ConsentryError as error:
        process_exit.stop_for(error)
    except BaseException as error:  # noqa: BLE001 - nothing of the parent's may run here
        process_exit.crash("the process failed", error=type(error).__name__)
    process_exit.leave(0)


def _send(channel: socket.socket, words: LastWords) -> None:
    with suppress(OSError):
        channel.sendall(msgspec.json.encode(words)[:LAST_WORDS_BYTES])


def _end_with(channel: socket.socket) -> None:
    """Stop this process when the supervisor has gone; nothing is ever sent to it."""
    with suppress(OSError):
        while channel.recv(1):
            pass
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(WITHOUT_SUPERVISOR_S)
    process_exit.leave(process_exit.CRASHED)
