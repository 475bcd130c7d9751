"""Asking a sink's task to let go of what it has in hand, and waiting until it has."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

_LOOK_S: Final = 0.5
"""How soon after it is set something that runs is let go."""

Answer = TypeVar("Answer")


class Interrupt:
    """Set while nothing new may be begun: partitions are taken away, or all ends."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._bounds: dict[asyncio.Timeout, float] = {}

    def __bool__(self) -> bool:
        return self._event.is_set()

    def set(self) -> None:
        """Let go."""
        if self:
            return
        self._event.set()
        now = asyncio.get_running_loop().time() if self._bounds else 0.0
        for bound, grace_s in self._bounds.items():
            if bound.when() is None:
                bound.reschedule(now + grace_s)

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

    async def ends(self, work: Coroutine[Any, Any, Answer], grace_s: float) -> Answer | None:
        """What some work gives, None where it was let go: so long after this was set.

        Raises what the work raises. It runs in the caller's own task: each attempt of each
        sink comes through here, and a second task for each would be felt.
        """
        bound = asyncio.timeout(grace_s if self else None)
        self._bounds[bound] = grace_s
        try:
            async with bound:
                return await work
        except Exception:
            # Whatever it raises once it is let go is of no interest to anybody.
            if bound.expired():
                return None
            raise
        finally:
            del self._bounds[bound]
