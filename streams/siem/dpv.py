"""Terms of the Data Privacy Vocabulary 2.3 for what findings say, as IRIs.

What DPV has no term for (a soft opt-in, an objection against a share) is left without one.
"""

from __future__ import annotations

from typing import Final

from streams.core.vocabulary import Code, LegalBasis

DPV = "https://w3id.org/dpv#"

LEGAL_BASES: Final[dict[LegalBasis, str]] = {
    LegalBasis.CONSENT: f"{DPV}Consent",
    LegalBasis.LEGITIMATE_INTEREST: f"{DPV}LegitimateInterest",
    LegalBasis.CONTRACT: f"{DPV}Contract",
    LegalBasis.LEGAL_OBLIGATION: f"{DPV}LegalObligation",
    LegalBasis.PUBLIC_TASK: f"{DPV}PublicInterest",
    LegalBasis.VITAL_INTEREST: f"{DPV}VitalInterest",
}
"""The basis that the controller claimed."""

_INVALID = f"{DPV}ConsentInvalidated"
_UNKNOWN = f"{DPV}ConsentUnknown"

CONSENT_STATUS: Final[dict[str, str]] = {
    Code.SHARE_AFTER_WITHDRAWAL: f"{DPV}ConsentWithdrawn",
    Code.SHARE_DESPITE_REFUSAL: f"{DPV}ConsentRefused",
    Code.NO_CONSENT: _UNKNOWN,
    Code.CONSENT_EXPIRED: f"{DPV}ConsentExpired",
    Code.CONSENT_NOT_AFFIRMATIVE: _INVALID,
    Code.CONSENT_MINOR_NO_GUARDIAN: _INVALID,
    Code.CONSENT_NOT_DEMONSTRABLE: _UNKNOWN,
    Code.CONSENT_NOT_INFORMED: _INVALID,
    Code.CONSENT_NOT_FREE_OR_SPECIFIC: _INVALID,
    Code.CONSENT_DEFECT_RECORDED: _INVALID,
}
"""The state of the consent that a code speaks of."""
