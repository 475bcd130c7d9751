"""The closed words of consents and of what takes them back (legal model 3.3, 3.8)."""

from __future__ import annotations

from enum import StrEnum


class ConsentAction(StrEnum):
    """What the person, or somebody for the person, expressed."""

    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    OBJECTED = "OBJECTED"
    ERASED = "ERASED"


UNCONDITIONAL_SIGNALS = frozenset({ConsentAction.OBJECTED, ConsentAction.ERASED})
"""GDPR 21(3), 17(1)(c): they bind whatever the basis, without grace (EDPB 1/2024 §122)."""


class ConsentMethod(StrEnum):
    """How consent was expressed; the last six are no clear affirmative act."""

    CHECKBOX_UNTICKED = "CHECKBOX_UNTICKED"
    BUTTON = "BUTTON"
    DOUBLE_OPT_IN = "DOUBLE_OPT_IN"
    WRITTEN_SIGNED = "WRITTEN_SIGNED"
    ORAL_RECORDED = "ORAL_RECORDED"
    EXPLICIT_STATEMENT = "EXPLICIT_STATEMENT"
    PRE_TICKED = "PRE_TICKED"
    IMPLICIT_USE = "IMPLICIT_USE"
    SILENCE = "SILENCE"
    TERMS_ACCEPTANCE = "TERMS_ACCEPTANCE"
    IMPORTED_UNKNOWN = "IMPORTED_UNKNOWN"
    MISLEADING_DESIGN = "MISLEADING_DESIGN"
    """A form whose design leads to "yes" (CNIL SAN-2025-001, SAN-2025-002)."""


AFFIRMATIVE_METHODS = frozenset(
    {
        ConsentMethod.CHECKBOX_UNTICKED,
        ConsentMethod.BUTTON,
        ConsentMethod.DOUBLE_OPT_IN,
        ConsentMethod.WRITTEN_SIGNED,
        ConsentMethod.ORAL_RECORDED,
        ConsentMethod.EXPLICIT_STATEMENT,
    }
)
"""GDPR 4(11), recital 32; C-673/17."""

EXPLICIT_METHODS = frozenset({ConsentMethod.EXPLICIT_STATEMENT, ConsentMethod.WRITTEN_SIGNED})
"""GDPR 9(2)(a)."""


class AgeBand(StrEnum):
    """Age at the grant (GDPR 8; UAVG 5: sixteen in the Netherlands)."""

    UNDER_12 = "UNDER_12"
    AGE_12_15 = "AGE_12_15"
    UNDER_16 = "UNDER_16"
    AGE_16_17 = "AGE_16_17"
    ADULT = "ADULT"
    UNKNOWN = "UNKNOWN"


UNDER_SIXTEEN = frozenset({AgeBand.UNDER_12, AgeBand.AGE_12_15, AgeBand.UNDER_16})


class Actor(StrEnum):
    """Who sent a negative signal; all are honoured alike (C-129/21, UAVG 5).

    The vocabulary is open: another word is counted, never refused, since a withdrawal must
    not be lost over it (legal model 3.2).
    """

    SUBJECT = "SUBJECT"
    GUARDIAN = "GUARDIAN"
    CONTROLLER = "CONTROLLER"
    RECIPIENT = "RECIPIENT"


class Via(StrEnum):
    """How a negative signal came in; open like `Actor`, and read by no rule."""

    UNSUBSCRIBE_LINK = "UNSUBSCRIBE_LINK"
    STOP_SMS = "STOP_SMS"
    CALL = "CALL"
    LETTER = "LETTER"
    ACCOUNT = "ACCOUNT"
