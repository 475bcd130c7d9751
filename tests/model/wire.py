"""How the clients reach the broker: at once, or whenever a schedule says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol, TypeVar

from tests.model.broker import Broker
from tests.model.log import Busy

T = TypeVar("T")


class Wire(Protocol):
    """The way of requests to the broker and of answers back."""

    async def call(self, name: str, effect: Callable[[], T]) -> T:
        """Let `effect` happen at the broker, and return or raise what it did.

        An effect that raises Busy is tried again later.
        """

    async def turn(self) -> None:
        """Let others have their turn, as what is local but asynchronous does."""


class AtOnce:
    """Requests arrive in order, each after one turn of the event loop."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    async def call(self, name: str, effect: Callable[[], T]) -> T:  # noqa: ARG002 - for people
        """Do it now; the broker catches up with its own tasks first."""
        while True:
            await asyncio.sleep(0)
            self._broker.settle()
            try:
                return effect()
            except Busy:
                await asyncio.sleep(0.001)
            finally:
                self._broker.settle()

    async def turn(self) -> None:
        """One turn of the event loop."""
        await asyncio.sleep(0)
