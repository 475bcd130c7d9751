"""Waiting for several things at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable


async def in_parallel(work: Iterable[Awaitable[object]]) -> None:
    """Wait for all, then raise the first error there was."""
    results = await asyncio.gather(*work, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
