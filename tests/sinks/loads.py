"""Letters and alerts for the tests, from real lives of findings and duties."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from streams.alerts.alert import Alert
from streams.core.findings import Finding, OutputRecord
from streams.core.identifiers import RecipientId, SubjectId, ViolationId
from streams.core.instants import Instant
from streams.core.vocabulary import Severity
from streams.sinks.finding_update import FindingUpdate, Removal
from tests.siem.lives import duty_fulfilled, finding_life

NOW = Instant(1_790_000_000_000)

MARK = "marker-7f3a"
"""Stands in every id of a person, a recipient and a finding; no reason may hold it."""


def in_loop(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Run a test in an event loop of its own."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        asyncio.run(_main(test, *args, **kwargs))

    return run


async def _main(test: Callable[..., Awaitable[None]], *args: Any, **kwargs: Any) -> None:
    async with asyncio.timeout(120):
        await test(*args, **kwargs)


async def until(condition: Callable[[], object], *, within_s: float = 100) -> None:
    """Wait for a receiver that takes its time. Raises TimeoutError after `within_s`."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110  # others change it, in other processes too
            await asyncio.sleep(0.01)


def updates(*, findings: int = 2, duties: int = 1) -> list[FindingUpdate]:
    """Lives with four revisions a finding and two a duty, mixed: first all first ones."""
    lives: list[list[OutputRecord]] = [
        [
            msgspec.structs.replace(
                one,
                violation_id=ViolationId(f"{number:08x}-0000-5000-8000-{MARK}"),
                subject_id=SubjectId(f"subject-{MARK}"),
                recipient_id=RecipientId(f"recipient-{MARK}"),
            )
            for one in finding_life()
        ]
        for number in range(findings)
    ]
    lives += [
        [
            msgspec.structs.replace(one, duty_id=ViolationId(f"{number:08x}-1111-{MARK}"))
            for one in duty_fulfilled()
        ]
        for number in range(duties)
    ]
    record = [life[step] for step in range(4) for life in lives if step < len(life)]
    return [
        FindingUpdate(record=one, topic="violations", partition=0, offset=offset)
        for offset, one in enumerate(record)
    ]


def removal(update: FindingUpdate) -> Removal:
    """That the person of a letter has left."""
    identity, duty = update.identity, not isinstance(update.record, Finding)
    return Removal(identity=identity, duty=duty, topic="violations", partition=0, offset=99)


def alert(**changes: Any) -> Alert:
    """A group of three findings."""
    fields: dict[str, Any] = {
        "key": f"group-{MARK}",
        "version": 1,
        "state": "firing",
        "severity": Severity.HIGH,
        "code": "SHARE_AFTER_WITHDRAWAL",
        "title": "Share after withdrawal",
        "recipient_id": f"recipient-{MARK}",
        "controller_id": "OURCO",
        "count": 3,
        "open_count": 2,
        "provisional_count": 1,
        "first_at": Instant(NOW - 60_000),
        "last_at": NOW,
        "summary": "3 shares with recipient after a withdrawal <!channel> & more",
        "action": "Stop the file; notify the recipient.",
        "citations": ("GDPR 7(3)",),
        "runbook_url": "https://example.org/runbook?a=1&b=2",
    }
    return Alert(**(fields | changes))


def alerts() -> list[Alert]:
    """Two groups: one fires, is sent again and resolves; the other one fires."""
    return [
        alert(),
        alert(key=f"other-{MARK}", code="NO_CONSENT", severity=Severity.CRITICAL),
        alert(version=2, count=4, open_count=3),
        alert(version=3, count=4, open_count=0, state="resolved"),
    ]
