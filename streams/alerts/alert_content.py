"""From a finding or duty to what alerts need of it, and the key of its group."""

from __future__ import annotations

from hashlib import sha256

from streams.alerts.policy_state import AlertContent
from streams.core.findings import Duty, Finding, OutputRecord
from streams.core.instants import Duration, Instant
from streams.core.vocabulary import Finality
from streams.siem import words
from streams.siem.lifecycle import CLOSING
from streams.siem.plain import identifier, sentence
from streams.siem.producer import Language


def content_of(record: OutputRecord, *, pseudonyms: bool) -> AlertContent:
    """What alerts need of it; its subject only where the route wants pseudonyms."""
    occurred_at = record.occurred_at if isinstance(record, Finding) else record.starts_at
    return AlertContent(
        code=identifier(record.code),
        severity=record.severity,
        recipient_id=record.recipient_id,
        controller_id=record.controller_id,
        shown_recipient=_shown(record.recipient_id),
        shown_controller=_shown(record.controller_id),
        # An unreadable record has no instant of its own.
        occurred_at=record.detected_at if occurred_at is None else occurred_at,
        explanation_en=sentence(record.explanation_en),
        explanation_nl=sentence(record.explanation_nl),
        action_en=sentence(words.remediation(record, Language.EN)),
        action_nl=sentence(words.remediation(record, Language.NL)),
        citations=tuple(map(sentence, record.citations)),
        pseudonym=_shown(record.subject_id) if pseudonyms else None,
        found_at=record.detected_at,
    )


def is_open(record: OutputRecord) -> bool:
    """Whether there is something left to do."""
    return record.status not in CLOSING


def is_provisional(record: OutputRecord) -> bool:
    """Whether late evidence may still change it; duties never wait for it."""
    return not isinstance(record, Duty) and record.finality is Finality.PROVISIONAL


def group_key(content: AlertContent, window: Duration, now: Instant) -> str:
    """The key of the group that a finding belongs to when an alert is made at `now`.

    It follows from nothing but its parts, so a deliverer that lost its memory finds the
    same key within a window. It is short enough for every service (PagerDuty takes 255).
    """
    parts = (content.code, content.severity.value, content.recipient_id, content.controller_id)
    text = "\0".join("-" if part is None else f"={part}" for part in parts)
    digest = sha256(f"{text}\0{window}\0{now // window}".encode("utf-8", "surrogatepass"))
    return f"consentry-{digest.hexdigest()[:32]}"


def _shown(value: str | None) -> str | None:
    return None if value is None else identifier(value)
