"""Why a verdict is as it is, and why a finding is closed: the reasons that findings name."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NewType

from streams.core.vocabulary.processing import LegalBasis


class Reason(StrEnum):
    """What distinguishes a verdict from others of its code (legal model 4.2 to 4.4)."""

    # The signal that S01 to S03 and M01 rest on.
    OBJECTED = "OBJECTED"
    ERASED = "ERASED"
    WITHDRAWN = "WITHDRAWN"
    REFUSED = "REFUSED"
    # No consent at all: S07, M11.
    NO_RECORD = "NO_RECORD"
    GRANTED_LATER = "GRANTED_LATER"
    CITED_CONSENT_UNKNOWN = "CITED_CONSENT_UNKNOWN"
    # The first test T1 to T11 that a consent fails: M11, A01, S16.
    OTHER_PURPOSE = "OTHER_PURPOSE"
    OTHER_RECIPIENT = "OTHER_RECIPIENT"
    RECIPIENT_NOT_NAMED = "RECIPIENT_NOT_NAMED"
    OTHER_DATA_CATEGORY = "OTHER_DATA_CATEGORY"
    OTHER_CHANNEL = "OTHER_CHANNEL"
    OTHER_TOPIC = "OTHER_TOPIC"
    EXPIRED = "EXPIRED"
    NOT_AFFIRMATIVE = "NOT_AFFIRMATIVE"
    MINOR = "MINOR"
    NOT_DEMONSTRABLE = "NOT_DEMONSTRABLE"
    NOT_INFORMED = "NOT_INFORMED"
    NOTICE_DEFECTIVE = "NOTICE_DEFECTIVE"
    NOT_FREE_OR_SPECIFIC = "NOT_FREE_OR_SPECIFIC"
    # The basis that the sender claims: S06, S26, M11.
    CLAIMED_CONSENT = "CLAIMED_CONSENT"
    CLAIMED_SOFT_OPT_IN = "CLAIMED_SOFT_OPT_IN"
    CLAIMED_LEGITIMATE_INTEREST = "CLAIMED_LEGITIMATE_INTEREST"
    CLAIMED_CONTRACT = "CLAIMED_CONTRACT"
    CLAIMED_LEGAL_OBLIGATION = "CLAIMED_LEGAL_OBLIGATION"
    CLAIMED_PUBLIC_TASK = "CLAIMED_PUBLIC_TASK"
    CLAIMED_VITAL_INTEREST = "CLAIMED_VITAL_INTEREST"
    CLAIMED_NONE = "CLAIMED_NONE"
    # What a message does not show: M21.
    SENDER_IDENTITY = "SENDER_IDENTITY"
    CONTACT_POINT = "CONTACT_POINT"
    CALLER_ID = "CALLER_ID"


CLAIMED: Final = {basis: Reason(f"CLAIMED_{basis.value}") for basis in LegalBasis}
"""The reason that names a claimed basis; an unknown one fails here, not in a finding."""


class Trigger(StrEnum):
    """What brings a duty to notify a recipient: a signal, or a share against one (4.4)."""

    WITHDRAWN = "WITHDRAWN"
    OBJECTED = "OBJECTED"
    ERASED = "ERASED"
    SHARE_AFTER_OBJECTION = "SHARE_AFTER_OBJECTION"
    SHARE_AFTER_WITHDRAWAL = "SHARE_AFTER_WITHDRAWAL"
    SHARE_DESPITE_REFUSAL = "SHARE_DESPITE_REFUSAL"


class ClosingReason(StrEnum):
    """Why a finding was retracted (legal model 4.5).

    LATE_EVIDENCE: what arrived later shows that there was no violation. POLICY_CHANGED and
    RULES_CHANGED: the same facts, judged by another policy or release. ERASED: the person's
    facts are gone. REBUILT and SUPERSEDED: an output topic was brought in line with the state.
    """

    LATE_EVIDENCE = "LATE_EVIDENCE"
    POLICY_CHANGED = "POLICY_CHANGED"
    RULES_CHANGED = "RULES_CHANGED"
    ERASED = "ERASED"
    REBUILT = "REBUILT"
    SUPERSEDED = "SUPERSEDED"


Country = NewType("Country", str)
"""The country that S23 names: ISO 3166-1 alpha-2, or the producer's own word (3.2)."""

if TYPE_CHECKING:
    Cause = Reason | Trigger | ClosingReason | Country
    """Whatever stands in the field `reason`."""
else:
    # msgspec reads one text type in a field, and a country may be any word. So rows and
    # records that were read hold plain text here: compare with `==` and `in`, never `is`.
    Cause = str

AWAITING_CONSENT: Final[frozenset[Cause | None]] = frozenset(
    {Reason.NO_RECORD, Reason.CITED_CONSENT_UNKNOWN}
)
"""Reasons of S07 and M11 that a later grant turns into GRANTED_LATER."""
