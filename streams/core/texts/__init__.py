"""What findings and duties say in words, by code, status and reason (legal model 4.7).

The texts of a code as such stand in its entry of the catalogue, `streams.core.codes`; this
room holds what a reason adds and what closes a finding or duty.
"""

from __future__ import annotations

from streams.core.codes import CODES
from streams.core.texts import closed, notifications
from streams.core.texts.failed_tests import FAILED_TESTS
from streams.core.texts.variants import EXPLANATIONS, REMEDIATIONS, Variant
from streams.core.texts.wording import Bilingual, Wording, joined
from streams.core.vocabulary import Cause, ClosingReason, Code, DutyStatus, Status, Trigger


def of_code(code: Code) -> Wording:
    """The texts of a code, whatever the reason."""
    entry = CODES[code]
    return Wording(
        Bilingual(entry.explanation_en, entry.explanation_nl),
        Bilingual(entry.remediation_en, entry.remediation_nl),
    )


def open_finding(code: Code, reason: Cause | Variant | None) -> Wording:
    """The texts of a finding that stands."""
    plain = of_code(code)
    if reason is None:
        return plain
    if code == Code.RECIPIENT_NOT_NOTIFIED:
        return notifications.not_notified(Trigger(reason), remediated=False)
    explanation = EXPLANATIONS.get(code, {}).get(reason, plain.explanation)
    failed = FAILED_TESTS.get(code, {}).get(reason)
    if failed is not None:
        explanation = joined(explanation, failed)
    return Wording(explanation, REMEDIATIONS.get(code, {}).get(reason, plain.remediation))


def finding(code: Code, status: Status, reason: Cause | Variant | None) -> Wording:
    """The texts of a finding, closed or not, by what is published of it.

    Raises ValueError for a reason that closes nothing, or that triggers no duty.
    """
    if status is Status.RETRACTED:
        return closed.withdrawn(code, CODES[code].family, ClosingReason(reason or ""))
    if status is not Status.REMEDIATED:
        return open_finding(code, reason)
    if code == Code.RECIPIENT_NOT_NOTIFIED:
        return notifications.not_notified(Trigger(reason or ""), remediated=True)
    return closed.remediated(code)


def duty(
    trigger: Trigger, status: DutyStatus, reason: ClosingReason = ClosingReason.LATE_EVIDENCE
) -> Wording:
    """The texts of a duty; `reason` says why one that is RETRACTED was withdrawn."""
    if status is DutyStatus.RETRACTED:
        code = Code.RECIPIENT_NOTIFICATION_DUE
        return closed.withdrawn(code, CODES[code].family, reason)
    return notifications.duty(Trigger(trigger), status)


__all__ = [
    "Bilingual",
    "Variant",
    "Wording",
    "duty",
    "finding",
    "joined",
    "of_code",
    "open_finding",
]
