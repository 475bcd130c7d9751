"""Floods of findings, as a policy sees them: some at each poll, and a tick after it."""

from __future__ import annotations

from streams.alerts.alert import Alert
from streams.alerts.policy import AlertPolicy
from streams.core.identifiers import RecipientId
from streams.core.instants import Instant
from tests.alerts.building import NOON, letter, settle_all

SECOND = 1_000
POLL = 500


def at(seconds: float) -> Instant:
    return Instant(int(NOON + seconds * SECOND))


def flood(
    alerts: AlertPolicy, *, count: int, seconds: float, recipients: int = 1
) -> list[tuple[float, Alert]]:
    """Findings at an even pace, a tick each half second; what was sent, and after how long."""
    sent: list[tuple[float, Alert]] = []
    taken, passed = 0, 0.0
    while taken < count or passed < seconds + 10:
        now = at(passed)
        while taken < count and taken * seconds / count <= passed:
            found = at(taken * seconds / count)
            recipient = RecipientId("ADNET" if recipients == 1 else f"R{taken % recipients}")
            new = letter(taken, recipient_id=recipient, detected_at=found)
            sent += [(passed, one) for one in alerts.take(new, now)]
            taken += 1
        sent += [(passed, one) for one in alerts.tick(now)]
        settle_all(alerts)
        passed += POLL / SECOND
    return sent
