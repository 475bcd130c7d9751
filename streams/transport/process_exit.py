"""How a worker ends when it must not go on (architecture 4, invariant 4).

Nothing is tidied up: what was judged and not committed dies with the process, and the
next one judges it again from the committed offsets. A tidy stop could commit past a
record that was lost on the way.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, NoReturn

import structlog

from streams.errors import ConsentryError
from streams.terminal.out import say, say_error

CRASHED: Final = 70
"""Exit code for what the program does not understand: start it again."""

STOPPED: Final = 2
"""Exit code for what somebody must put right first: starting again does not help."""

heard_by: Callable[[str, str], object] | None = None
"""Called with problem and remedy before the process ends itself; None: nobody watches over it."""

log = structlog.get_logger("consentry.worker")


def crash(reason: str, remedy: str | None = None, **where: Any) -> NoReturn:
    """End the process at once with code 70; `remedy` is the last that it says.

    `where` names topics, partitions, offsets and types of exceptions, never a value of
    a record nor the text of an exception, which may quote one.
    """
    if remedy is None:
        log.critical("worker.crashed", reason=reason, **where)
    else:
        log.critical("worker.crashed", reason=reason, **where, remedy=remedy)
        say(remedy, err=True)
    if heard_by is not None:
        heard_by(reason, remedy or "")
    leave(CRASHED)


def stop_for(error: ConsentryError) -> NoReturn:
    """End the process at once with code 2, saying what is wrong and what to do."""
    log.critical("worker.stopped", problem=error.problem, remedy=error.remedy)
    say_error(error)
    if heard_by is not None:
        heard_by(error.problem, error.remedy)
    leave(STOPPED)


def leave(code: int) -> NoReturn:
    """End the process without running anything else; tests put their own in its place."""
    # Nobody may read them any more, or the disk behind them is full: it ends all the same.
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
