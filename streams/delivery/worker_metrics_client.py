"""What workers count of persons, read from their `/metrics`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

import aiohttp
import structlog

TIMEOUT_S: Final = 3.0
_ALL: Final = re.compile(rb"^consentry_first_shares_total ([0-9.e+]+)$", re.MULTILINE)
_UNCONSENTED: Final = re.compile(
    rb"^consentry_first_shares_unconsented_total ([0-9.e+]+)$", re.MULTILINE
)

log = structlog.get_logger("consentry.deliver")


class FirstShares(NamedTuple):
    """Persons of whom a first share was judged, and those without any consent event."""

    all: int
    unconsented: int


async def first_shares(urls: Sequence[str]) -> FirstShares | None:
    """The sums over all workers; None when one of them does not answer: sums would jump."""
    counted = FirstShares(0, 0)
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        for url in urls:
            try:
                async with session.get(url, allow_redirects=False) as answer:
                    body = await answer.read() if answer.status == 200 else b""
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                log.info("worker.not_asked", url=url, error=type(error).__name__)
                return None
            found = _ALL.search(body), _UNCONSENTED.search(body)
            if found[0] is None or found[1] is None:
                log.info("worker.not_asked", url=url, error="no metrics of a worker")
                return None
            counted = FirstShares(
                counted.all + int(float(found[0][1])),
                counted.unconsented + int(float(found[1][1])),
            )
    return counted
