"""What the process of every service has: an event loop, the signals that stop it, and its end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from structlog.typing import FilteringBoundLogger


def run_service(
    service: Coroutine[Any, Any, int], ready_file: Path | None, *, waits: bool = True
) -> None:
    """Run a service, take its ready file away, and end the process with the code that it gives.

    `waits`: for tasks and threads that are left. Without it they end with the process, as those
    that wait for a receiver that hangs must.
    """
    from streams.transport import process_exit

    runner = asyncio.Runner(loop_factory=_new_loop)
    try:
        code = runner.run(service)
    finally:
        if waits:
            runner.close()
    if ready_file is not None:
        ready_file.unlink(missing_ok=True)
    # Nothing is left that must be waited for.
    process_exit.leave(code)


def stop_signal(log: FilteringBoundLogger, loop_error: str) -> asyncio.Event:
    """Set by SIGTERM or SIGINT. What no task awaits is logged from now on as `loop_error`."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, stopping.set)

    def on_loop_error(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        # The text of an error may quote a record; the type is enough.
        error = context.get("exception")
        log.warning(loop_error, error=type(error).__name__ if error else None)

    loop.set_exception_handler(on_loop_error)
    return stopping


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:  # not on Windows
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop
