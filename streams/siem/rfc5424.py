"""Syslog by RFC 5424, with everything in structured data, and the header for other lines.

Framing (octet counting, RFC 5425) is the sender's. No byte-order mark stands before the
text: rsyslog would keep it, and CEF and LEEF behind it would not be recognised.
The life of a finding: MSGID is `finding.opened`, `.revised`, `.closed` or `.reopened`;
the parameter `id` is its identity and `revision` counts.
"""

from __future__ import annotations

import re

from streams.core.findings import OutputRecord
from streams.core.instants import format_instant
from streams.siem.notice import Notice, instant_text, notice_of
from streams.siem.plain import sentence
from streams.siem.producer import Producer

LONGEST = 8_192
"""No message of `rfc5424` has more bytes of UTF-8: what RFC 5425 asks receivers to accept."""

APP_NAME = "consentry"
NOTHING = "-"

_NOT_IN_HEADER = re.compile(r"[^\x21-\x7e]")


def rfc5424(record: OutputRecord, producer: Producer) -> str:
    """The whole message, without framing."""
    notice = notice_of(record, producer.language)
    parameters = "".join(
        f' {name}="{_escape(str(value))}"'
        for name, value in _parameters(notice)
        if value is not None
    )
    data = f"[{APP_NAME}@{producer.enterprise_number}{parameters}]"
    return f"{_header(notice, producer)} {data} {notice.message} {notice.remediation}"


def in_syslog(line: str, record: OutputRecord, producer: Producer) -> str:
    """A line of another format (CEF, LEEF, JSON) as the text of a syslog message."""
    return f"{_header(notice_of(record, producer.language), producer)} {NOTHING} {line}"


def _header(notice: Notice, producer: Producer) -> str:
    priority = producer.syslog_facility * 8 + notice.line_weight.syslog
    host = _NOT_IN_HEADER.sub("-", producer.instance)[:255] or NOTHING
    message_id = f"{notice.kind}.{notice.step.value}"
    at = format_instant(notice.detected_at)
    return f"<{priority}>1 {at} {host} {APP_NAME} {NOTHING} {message_id}"


def _parameters(notice: Notice) -> tuple[tuple[str, str | int | None], ...]:
    """Names have at most 32 characters of ASCII; absent values have no parameter."""
    return (
        ("id", notice.identity),
        ("revision", notice.revision),
        ("status", notice.status),
        ("finality", notice.finality),
        ("code", notice.code),
        ("rule", notice.number),
        ("severity", notice.severity.value),
        ("reason", notice.reason),
        ("controller", notice.controller_id),
        ("subject", notice.subject_id),
        ("recipient", notice.recipient_id),
        ("event", notice.event_id),
        ("eventType", notice.event_type),
        ("occurredAt", instant_text(notice.occurred_at)),
        ("dueAt", instant_text(notice.due_at)),
        ("notifiedAt", instant_text(notice.notified_at)),
        ("policy", notice.policy_version),
        ("breachAssessment", "true" if notice.breach_assessment_required else None),
        ("review", "true" if notice.review_required else None),
        ("citations", sentence("; ".join(notice.citations), 256)),
    )


def _escape(value: str) -> str:
    r"""A backslash, a quote and a closing bracket are escaped (RFC 5424, 6.3.3)."""
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")
