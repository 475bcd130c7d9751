r"""IBM's Log Event Extended Format 2.0 with tabs between attributes, for QRadar.

LEEF has no escaping. Values hold no control character (`plain.py`), so a tab or a line end
is always ours. A pipe means something in the header alone; there it becomes a slash, and so
does a backslash, after which readers overlook a pipe. In values readers take a backslash for
an escape (tenzir makes a line end of `\n`) and look for the partner of a quote beyond the
tab: ids have them made visible.
The life of a finding: `findingId` is its identity, `action` the step, `revision` counts.
"""

from __future__ import annotations

from streams.core.findings import OutputRecord
from streams.siem.notice import Notice, instant_text, notice_of
from streams.siem.plain import TEXT_BYTES, identifier, sentence, without
from streams.siem.producer import PRODUCT, VENDOR, Producer

LONGEST = 4_096
"""No line has more bytes of UTF-8: QRadar's own limit for syslog over TCP."""

_SLASHES = str.maketrans("\\|", "//")
_RESERVED = "\\\"'"
_IN_TEXTS = str.maketrans(_RESERVED, "/’’")


def leef(record: OutputRecord, producer: Producer) -> str:
    """The line, without a line end."""
    notice = notice_of(record, producer.language)
    header = (VENDOR, PRODUCT, identifier(producer.version), notice.code)
    pairs = [
        f"{key}={without(str(value), _RESERVED)}"
        for key, value in _attributes(notice, producer)
        if value is not None
    ]
    return (
        "LEEF:2.0|"
        + "".join(f"{field.translate(_SLASHES)}|" for field in header)
        + "x09|"
        + "\t".join(pairs)
    )


def _attributes(notice: Notice, producer: Producer) -> tuple[tuple[str, str | int | None], ...]:
    """The first ones are IBM's, with their meaning; the others are ours.

    `cat` is the same in all languages, as IBM asks, and shows QRadar with the code what
    kind of event it is. Without `devTimeFormat`, `devTime` is in milliseconds.
    """
    return (
        ("devTime", notice.detected_at),
        ("cat", f"{notice.kind}-{notice.step.value}"),
        ("sev", notice.line_weight.cef),
        ("usrName", notice.subject_id),
        ("resource", notice.recipient_id),
        ("policy", notice.policy_version),
        ("findingId", notice.identity),
        ("revision", notice.revision),
        ("action", notice.step.value),
        ("status", notice.status),
        ("finality", notice.finality),
        ("severity", notice.severity.value),
        ("rule", notice.number),
        ("reason", notice.reason),
        ("controllerId", notice.controller_id),
        ("eventId", notice.event_id),
        ("eventType", notice.event_type),
        ("occurredAt", instant_text(notice.occurred_at)),
        ("dueAt", instant_text(notice.due_at)),
        ("breachAssessment", "true" if notice.breach_assessment_required else None),
        ("instance", identifier(producer.instance)),
        ("citations", _text("; ".join(notice.citations), 256)),
        ("message", _text(notice.message, TEXT_BYTES)),
        ("remediation", _text(notice.remediation, 256)),
    )


def _text(text: str, limit: int) -> str:
    return sentence(text.translate(_IN_TEXTS), limit)
