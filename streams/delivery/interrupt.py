"""Asking a sink's task to let go of what it has in hand, and waiting until it has."""

from __future__ import annotations

import asyncio


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
