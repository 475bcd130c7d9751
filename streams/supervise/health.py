"""How several worker processes are, as one answer: all of them must be well.

Each is asked when somebody asks; one that does not answer in time is neither live nor ready.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

import aiohttp
import msgspec

from streams.metrics.several import exposition_of
from streams.supervise.child import LOOPBACK, Child

ANSWER_WITHIN_S: Final = 1.5
"""Less than the two seconds after which a probe gives up."""

Report = Mapping[str, Any]
"""What a worker answers `/ready` with (`health.report.WorkerReport`), as read."""


class ProcessesReport(msgspec.Struct, frozen=True, kw_only=True):
    """The whole: each process under its name, and the reasons and notes of all.

    A process that did not answer is None.
    """

    live: bool
    ready: bool
    reasons: list[str]
    notes: list[str]
    processes: dict[str, Report | None]

    @property
    def partitions(self) -> list[int]:
        """The partition numbers that the processes judge."""
        of_each = [one.get("partitions", {}) for one in self.processes.values() if one is not None]
        return sorted(int(number) for numbers in of_each for number in numbers)


def together(reports: Mapping[str, Report | None]) -> ProcessesReport:
    """One report of several."""
    silent = [name for name, one in reports.items() if one is None]
    answered = {name: one for name, one in reports.items() if one is not None}
    return ProcessesReport(
        live=not silent and all(one["live"] for one in answered.values()),
        ready=not silent and all(one["ready"] for one in answered.values()),
        reasons=[
            *(f"{name}: it does not answer" for name in silent),
            *(f"{name}: {why}" for name, one in answered.items() for why in one["reasons"]),
        ],
        notes=[f"{name}: {note}" for name, one in answered.items() for note in one["notes"]],
        processes=dict(reports),
    )


class GatheredHealth:
    """Asks the processes, all at once."""

    def __init__(self, children: Sequence[Child]) -> None:
        self._children = children
        self._session: aiohttp.ClientSession | None = None

    async def report(self) -> ProcessesReport:
        """How they are now."""
        bodies = await self._ask("ready")
        return together(
            {
                name: None if one is None else msgspec.json.decode(one)
                for name, one in bodies.items()
            }
        )

    async def metrics(self) -> bytes:
        """The metrics of all, each with the name of its process as a label."""
        bodies = await self._ask("metrics")
        texts = {n: None if one is None else one.decode() for n, one in bodies.items()}
        # Reading them takes some 10 ms a process, in which nothing else is to be done here.
        return exposition_of(texts)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def _ask(self, path: str) -> dict[str, bytes | None]:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=ANSWER_WITHIN_S)
            self._session = aiohttp.ClientSession(timeout=timeout)
        answers = await asyncio.gather(*(self._get(one, path) for one in self._children))
        return {one.name: body for one, body in zip(self._children, answers, strict=True)}

    async def _get(self, child: Child, path: str) -> bytes | None:
        assert self._session is not None
        try:
            async with self._session.get(f"http://{LOOPBACK}:{child.port}/{path}") as answer:
                return await answer.read()
        except (aiohttp.ClientError, TimeoutError):
            return None
