"""ArcSight Common Event Format, version 0: one line, for files, Kafka or syslog.

The life of a finding: `externalId` is its identity, `act` the step, `cn1` the revision.
Identity stands first and the texts last, so that a receiver that cuts lines cuts words.
"""

from __future__ import annotations

from hashlib import sha256

from streams.core.findings import OutputRecord
from streams.siem.notice import Notice, notice_of
from streams.siem.plain import TEXT_BYTES, identifier, sentence, without
from streams.siem.producer import PRODUCT, VENDOR, Producer

LONGEST = 8_192
"""No line has more bytes of UTF-8: what RFC 5425 asks receivers to accept."""

_EXTERNAL_ID = 40
"""Characters that the dictionary of CEF gives an `externalId`."""

_DUTY = "duty:"

_SLASHES = str.maketrans("\\|", "//")
_RESERVED = '|"'
"""A pipe is legal in a value, and yet readers take it for one of the header's (tenzir rejects
the line) or leave its escape as it stands (logstash). After a single quote, readers look for
its partner through all that follows (tenzir)."""

_IN_TEXTS = str.maketrans(_RESERVED, "/'")


def cef(record: OutputRecord, producer: Producer) -> str:
    """The line, without a line end."""
    notice = notice_of(record, producer.language)
    header = (
        VENDOR,
        PRODUCT,
        identifier(producer.version),
        notice.code,
        notice.title,
        str(notice.line_weight.cef),
    )
    pairs = [(key, str(value)) for key, value in _extension(notice, producer) if value is not None]
    return (
        "CEF:0|"
        + "".join(f"{_header(field)}|" for field in header)
        + " ".join(f"{key}={_value(value)}" for key, value in pairs)
    )


def _extension(notice: Notice, producer: Producer) -> tuple[tuple[str, str | int | None], ...]:
    reasons = (notice.reason, *notice.contributing_codes)
    return (
        ("rt", notice.detected_at),
        ("externalId", _external_id(notice.identity)),
        ("act", notice.step.value),
        ("cn1", notice.revision),
        ("cn1Label", "revision"),
        ("cat", notice.kind),
        ("start", notice.occurred_at),
        ("end", notice.occurred_at),
        ("suid", notice.subject_id),
        ("sourceServiceName", notice.controller_id),
        ("destinationServiceName", notice.recipient_id),
        ("deviceExternalId", identifier(producer.instance)),
        ("cs1", notice.number),
        ("cs1Label", "rule"),
        ("cs2", notice.status),
        ("cs2Label", "status"),
        ("cs3", notice.severity.value),
        ("cs3Label", "severity"),
        ("cs4", notice.event_id),
        ("cs4Label", "eventId"),
        *_labelled("cs5", "eventType", notice.event_type),
        *_labelled("cs6", "finality", notice.finality),
        *_labelled("deviceCustomDate1", "dueAt", notice.due_at),
        ("cn2", int(notice.breach_assessment_required)),
        ("cn2Label", "breachAssessment"),
        *_labelled("flexString1", "policy", notice.policy_version),
        *_labelled("flexString2", "citations", _text("; ".join(notice.citations), 256) or None),
        ("reason", _text(" ".join(filter(None, reasons)), 256) or None),
        ("msg", _text(f"{notice.message} {notice.remediation}", TEXT_BYTES * 3 // 2)),
    )


def _labelled(
    key: str, label: str, value: str | int | None
) -> tuple[tuple[str, str | int | None], ...]:
    return ((key, value), (f"{key}Label", label)) if value is not None else ()


def _external_id(identity: str) -> str:
    """The id as `externalId` has room for it: that of a duty without `duty:`, which `cat` says.

    Both are UUIDs, of different names, so they stay different. Whatever is longer, or holds
    more than an id of ours does, has a digest in its place.
    """
    name = identity.removeprefix(_DUTY)
    ours = name.isascii() and name.replace("-", "").isalnum()
    if ours and len(name) <= _EXTERNAL_ID:
        return name
    return sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:_EXTERNAL_ID]


def _header(field: str) -> str:
    r"""A backslash and a pipe may be escaped here, and become slashes instead.

    Readers take the pipe in `\\\\|`, the end of a field that ends in a backslash, for an escaped
    one (tenzir). No code and no version holds either.
    """
    return field.translate(_SLASHES)


def _value(value: str) -> str:
    """A backslash and `=` are escaped."""
    return without(value, _RESERVED).replace("\\", "\\\\").replace("=", "\\=")


def _text(text: str, limit: int) -> str:
    return sentence(text.translate(_IN_TEXTS), limit)
