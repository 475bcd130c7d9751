"""How a scenario says that a guarantee does not hold."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


class Broken(AssertionError):
    """The guarantee does not hold; the message says in which way."""


def require(holds: object, how: str) -> None:
    """Raise Broken with `how` unless it holds."""
    if not holds:
        raise Broken(how)


async def within(seconds: float, work: Awaitable[T], how: str) -> T:
    """What `work` gives; Broken with `how` when it takes longer."""
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError:
        raise Broken(how) from None
