"""Waiting for a registry that does not answer, and saying so."""

from __future__ import annotations

import asyncio
import time
from typing import Final

import structlog

from streams.errors import UnreachableError
from streams.registry.faults import RegistryAway

FIRST_WAIT_S: Final = 0.5
LONGEST_WAIT_S: Final = 30.0

log = structlog.get_logger("consentry.registry")


class Patience:
    """Longer and longer waits, and since when nobody answers."""

    def __init__(self, url: str, tries: int | None) -> None:
        """With `tries` the outage raises UnreachableError after so many; None waits for good."""
        self._url = url
        self._tries = tries
        self._failed = 0
        self.since: float | None = None
        """Monotonic seconds, None while all is well."""

    async def wait(self, away: RegistryAway, *about: str | int) -> None:
        """Wait before the next try; `about` says in the log what was asked for."""
        self._failed += 1
        if self.since is None:
            self.since = time.monotonic()
        if self._tries is not None and self._failed >= self._tries:
            self._failed = 0
            raise UnreachableError(
                f"the schema registry {self._url} does not answer: {away.reason}",
                "Check registry_url and the network, and start the command again.",
            )
        wait_s = min(FIRST_WAIT_S * 2 ** min(self._failed - 1, 10), LONGEST_WAIT_S)
        log.warning(
            "registry.away",
            url=self._url,
            reason=away.reason,
            wanted=list(about),
            failed=self._failed,
            next_try_s=wait_s,
        )
        await asyncio.sleep(wait_s)

    def answered(self) -> None:
        """The registry is there."""
        if self.since is not None:
            away_s = round(time.monotonic() - self.since, 1)
            log.info("registry.answers", url=self._url, away_s=away_s)
        self.since = None
        self._failed = 0
