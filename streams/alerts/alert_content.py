"""From a finding or duty to what alerts need of it, and the key of its group."""

from __future__ import annotations

from hashlib import sha256

from streams.alerts.policy_state import AlertContent
from streams.core.findings import Duty, Finding
from streams.core.instants import Duration, Instant
from streams.core.vocabulary import Finality
from streams.siem.lifecycle import CLOSING, Told
from streams.siem.plain import identifier, sentence


def gist_of(told: Told, *, pseudonyms: bool) -> AlertContent:
    """What alerts need of it; its subject only where the route wants pseudonyms."""
    occurred_at = told.occurred_at if isinstance(told, Finding) else told.starts_at
    return AlertContent(
        code=identifier(told.code),
        severity=told.severity,
        recipient_id=told.recipient_id,
        controller_id=told.controller_id,
        shown_recipient=_shown(told.recipient_id),
        shown_controller=_shown(told.controller_id),
        # An unreadable record has no instant of its own.
        occurred_at=told.detected_at if occurred_at is None else occurred_at,
        explanation_en=sentence(told.explanation_en),
        explanation_nl=sentence(told.explanation_nl),
        action_en=sentence(told.remediation_en),
        action_nl=sentence(told.remediation_nl),
        citations=tuple(map(sentence, told.citations)),
        pseudonym=_shown(told.subject_id) if pseudonyms else None,
    )


def is_open(told: Told) -> bool:
    """Whether there is something left to do."""
    return told.status not in CLOSING


def is_provisional(told: Told) -> bool:
    """Whether late evidence may still change it; duties never wait for it."""
    return not isinstance(told, Duty) and told.finality is Finality.PROVISIONAL


def group_key(gist: AlertContent, window: Duration, now: Instant) -> str:
    """The key of the group that a finding belongs to when it is told at `now`.

    It follows from nothing but its parts, so a deliverer that lost its memory finds the
    same key within a window. It is short enough for every service (PagerDuty takes 255).
    """
    parts = (gist.code, gist.severity.value, gist.recipient_id, gist.controller_id)
    text = "\0".join("-" if part is None else f"={part}" for part in parts)
    digest = sha256(f"{text}\0{window}\0{now // window}".encode("utf-8", "surrogatepass"))
    return f"consentry-{digest.hexdigest()[:32]}"


def _shown(value: str | None) -> str | None:
    return None if value is None else identifier(value)
