"""How a process of the scenarios ends, and how a scenario is run and waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Ended(BaseException):
    """The process would have ended here."""


def run(scenario: Coroutine[Any, Any, T], seconds: float = 20.0) -> T:
    """Run a scenario in a loop of its own; what ended processes leave behind is no news."""

    def on_exception(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if not isinstance(context.get("exception"), Ended):
            loop.default_exception_handler(context)

    async def limited() -> T:
        asyncio.get_running_loop().set_exception_handler(on_exception)
        async with asyncio.timeout(seconds):
            return await scenario

    return asyncio.run(limited())


async def turns(reached: Callable[[], object], most: int = 2000) -> None:
    """Let everything go on until something is reached; fails after so many turns."""
    for _ in range(most):
        if reached():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never came to that")
