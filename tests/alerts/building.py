"""Letters and options for the tests of the alert policy."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from streams.alerts.options import AlertOptions
from streams.alerts.policy import AlertPolicy
from streams.core.codes import CODES
from streams.core.findings import Finding
from streams.core.identifiers import RecipientId, ViolationId
from streams.core.instants import Instant
from streams.core.vocabulary import Finality, Status
from streams.sinks.finding_update import FindingUpdate
from tests.siem.lives import finding_life

NOON: Final = Instant(1_788_264_000_000)
"""2026-09-01T12:00:00Z, a Tuesday; 14:00 in Amsterdam."""

HOUR: Final = 3_600_000
SINK: Final = "chat"
LIFE: Final = finding_life()


def finding(number: int = 0, revision: int = 1, **changes: Any) -> Finding:
    """A revision of the finding with this number."""
    code = CODES[changes.pop("code", "NO_CONSENT")]
    fields: dict[str, Any] = {
        "violation_id": ViolationId(f"{number:08x}-0000-5000-8000-000000000000"),
        "revision": revision,
        "status": Status.OPEN if revision == 1 else Status.REVISED,
        "finality": Finality.PROVISIONAL,
        "code": code.name,
        "severity": code.severity,
        "recipient_id": RecipientId("ADNET"),
        "occurred_at": Instant(NOON - HOUR + number),
    }
    return msgspec.structs.replace(LIFE[0], **(fields | changes))


def letter(number: int = 0, revision: int = 1, **changes: Any) -> FindingUpdate:
    """The same as a letter."""
    record = finding(number, revision, **changes)
    return FindingUpdate(record=record, topic="violations", partition=0, offset=0)


def retracted(number: int = 0, revision: int = 2, **changes: Any) -> FindingUpdate:
    """The close of a finding."""
    return letter(number, revision, status=Status.RETRACTED, **changes)


def options(*routes: dict[str, Any], **table: Any) -> AlertOptions:
    """Options as the file would give them; by default one route for everything, and no gathering."""
    found = list(routes) or [{"name": "all", "sinks": [SINK]}]
    return AlertOptions.model_validate({"routes": found, "gather_s": 0} | table)


def policy(*routes: dict[str, Any], **table: Any) -> AlertPolicy:
    """A policy of the sink `chat`."""
    return AlertPolicy(options(*routes, **table), SINK)


def settle_all(alerts: AlertPolicy) -> None:
    """Everything arrives."""
    for one in alerts.on_their_way:
        alerts.settle(one.uid, delivered=True)


ALL = {"name": "all", "sinks": [SINK]}


def after(hours: float) -> Instant:
    return Instant(int(NOON + hours * HOUR))
