"""The vocabularies of events and findings, closed but where they say so (3.3 to 3.9).

Symbols are the wire symbols, in JSON and in Avro alike.
"""

from __future__ import annotations

from streams.core.vocabulary.consents import (
    AFFIRMATIVE_METHODS,
    EXPLICIT_METHODS,
    UNCONDITIONAL_SIGNALS,
    UNDER_SIXTEEN,
    Actor,
    AgeBand,
    ConsentAction,
    ConsentMethod,
    Via,
)
from streams.core.vocabulary.processing import (
    CALLS,
    MARKETING_PURPOSES,
    NAW_CATEGORIES,
    PROHIBITED_CATEGORIES,
    SPECIAL_CATEGORIES,
    Channel,
    Consideration,
    ContactDetail,
    DataCategory,
    EventType,
    LegalBasis,
    MessagePurpose,
    NotificationKind,
    Protection,
    PurchaseAction,
    Purpose,
    RecipientKind,
    RecipientRole,
    ShareMechanism,
    TransferMechanism,
)
from streams.core.vocabulary.results import (
    DutyStatus,
    Finality,
    Severity,
    Status,
)

__all__ = [
    "AFFIRMATIVE_METHODS",
    "CALLS",
    "EXPLICIT_METHODS",
    "MARKETING_PURPOSES",
    "NAW_CATEGORIES",
    "PROHIBITED_CATEGORIES",
    "SPECIAL_CATEGORIES",
    "UNCONDITIONAL_SIGNALS",
    "UNDER_SIXTEEN",
    "Actor",
    "AgeBand",
    "Channel",
    "ConsentAction",
    "ConsentMethod",
    "Consideration",
    "ContactDetail",
    "DataCategory",
    "DutyStatus",
    "EventType",
    "Finality",
    "LegalBasis",
    "MessagePurpose",
    "NotificationKind",
    "Protection",
    "PurchaseAction",
    "Purpose",
    "RecipientKind",
    "RecipientRole",
    "Severity",
    "ShareMechanism",
    "Status",
    "TransferMechanism",
    "Via",
]
