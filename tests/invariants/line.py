"""The wire of one process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from tests.invariants.ending import T
from tests.model.broker import Broker
from tests.model.wire import AtOnce


class Line(AtOnce):
    """The wire of one process, cut when it dies; requests named in `held` wait."""

    def __init__(self, broker: Broker) -> None:
        super().__init__(broker)
        self.cut = False
        self.held: dict[str, asyncio.Event] = {}
        self.waiting = 0
        self.answered: Callable[[str], Coroutine[Any, Any, None]] | None = None

    async def call(self, name: str, effect: Callable[[], T]) -> T:
        """Ask the broker, unless the process is dead by then."""
        if name in self.held:
            self.waiting += 1
            await self.held[name].wait()
            self.waiting -= 1
        if self.cut:
            await asyncio.Event().wait()
        found = await super().call(name, effect)
        if self.answered is not None:
            await self.answered(name)
        return found
