"""What OCSF's Compliance Finding (2003) has of its own: the rule that was checked."""

from __future__ import annotations

from typing import Any, Final

from streams.core.vocabulary import DutyStatus, Severity, Status
from streams.siem.notice import Notice

_UNKNOWN: Final = (0, "Unknown")
_PASS: Final = (1, "Pass")
_WARNING: Final = (2, "Warning")
_FAIL: Final = (3, "Fail")

_BY_STATUS: Final[dict[str, tuple[int, str]]] = {
    # A retracted duty has the same word.
    Status.RETRACTED: _PASS,
    # Remedied, or notified late: closed, and the term was missed all the same.
    Status.REMEDIATED: _FAIL,
    DutyStatus.DUE: _WARNING,
    DutyStatus.FULFILLED: _PASS,
    DutyStatus.CANCELLED: _PASS,
    DutyStatus.OVERDUE: _FAIL,
    DutyStatus.FULFILLED_LATE: _FAIL,
}
_BY_SEVERITY: Final = {Severity.ADVISORY: _WARNING, Severity.QUALITY: _UNKNOWN}

STANDARDS: Final = {
    "GDPR": "GDPR, Regulation (EU) 2016/679",
    "ePrivacy": "ePrivacy Directive 2002/58/EC",
    "Tw": "Telecommunicatiewet (NL)",
    "UAVG": "Uitvoeringswet AVG (NL)",
}
"""By how the catalogue cites them. Judgments and guidance are requirements, no standards."""


def compliance_parts(notice: Notice) -> dict[str, Any]:
    """`compliance` and `remediation`."""
    status_id, status = _BY_STATUS.get(notice.status) or _BY_SEVERITY.get(notice.severity, _FAIL)
    standards = _standards(notice.citations)
    details = [text for text in (notice.reason, *notice.contributing_codes) if text]
    compliance: dict[str, Any] = {
        "control": notice.code,
        "category": notice.family,
        "standards": standards,
        "requirements": list(notice.citations),
        "status_id": status_id,
        "status": status,
        "status_code": notice.status,
        "checks": [
            {
                "uid": notice.number,
                "name": notice.title,
                "version": notice.rule_version,
                "standards": standards,
                "status_id": status_id,
                "status": status,
                "severity_id": notice.weight.ocsf,
                "severity": notice.weight.ocsf_caption,
            }
        ],
    }
    if details:
        compliance["status_details"] = details
    return {"compliance": compliance, "remediation": {"desc": notice.remediation}}


def _standards(citations: tuple[str, ...]) -> list[str]:
    """The statutes that are cited, each once, in the order of the citations."""
    cited = (STANDARDS.get(citation.partition(" ")[0]) for citation in citations)
    return list(dict.fromkeys(name for name in cited if name is not None))
