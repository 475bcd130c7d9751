"""Asking a sink's task to let go of what it has in hand, and waiting until it has."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

_LOOK_S: Final = 0.5
"""How soon after it is set something that runs is let go."""


class Interrupt:
    """Set while nothing new may be begun: partitions are taken away, or all ends."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def __bool__(self) -> bool:
        return self._event.is_set()

    def set(self) -> None:
        """Let go."""
        self._event.set()

    def clear(self) -> None:
        """Go on."""
        self._event.clear()

    async def wait(self, seconds: float) -> bool:
        """Wait so long, or until it is set; whether it is."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        return True

    async def outlasts(self, work: Coroutine[Any, Any, None]) -> bool:
        """Run something to its end; False where it is set before, and the work is let go then.

        Raises what the work raises.
        """
        running = asyncio.ensure_future(work)
        try:
            while not running.done():
                await asyncio.wait({running}, timeout=_LOOK_S)
                if self and not running.done():
                    return False
            await running
        finally:
            running.cancel()
        return True
