"""The closed vocabularies of events and findings (legal model 3.3 to 3.9).

Symbols are the wire symbols, in JSON and in Avro alike.
"""

from __future__ import annotations

from enum import StrEnum


class EventType(StrEnum):
    """Which of the five input streams an event belongs to."""

    CONSENT_CHANGE = "consent-change"
    PURCHASE = "purchase"
    DATA_SHARE = "data-share"
    MARKETING_MESSAGE = "marketing-message"
    RECIPIENT_NOTIFICATION = "recipient-notification"


class ConsentAction(StrEnum):
    """What the person, or somebody for the person, expressed."""

    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    OBJECTED = "OBJECTED"
    ERASED = "ERASED"


UNCONDITIONAL_SIGNALS = frozenset({ConsentAction.OBJECTED, ConsentAction.ERASED})
"""GDPR 21(3), 17(1)(c): they bind whatever the basis, without grace (EDPB 1/2024 §122)."""


class Purpose(StrEnum):
    """Why data are used. Matching is exact: no purpose implies another."""

    THIRD_PARTY_DIRECT_MARKETING = "THIRD_PARTY_DIRECT_MARKETING"
    OWN_DIRECT_MARKETING = "OWN_DIRECT_MARKETING"
    AD_AUDIENCE_MATCHING = "AD_AUDIENCE_MATCHING"
    THIRD_PARTY_OFFERS = "THIRD_PARTY_OFFERS"
    SUPPRESSION = "SUPPRESSION"
    ORDER_FULFILMENT = "ORDER_FULFILMENT"
    PAYMENT = "PAYMENT"
    FRAUD_PREVENTION = "FRAUD_PREVENTION"
    LEGAL_OBLIGATION = "LEGAL_OBLIGATION"
    ANALYTICS = "ANALYTICS"
    SERVICE_COMMUNICATION = "SERVICE_COMMUNICATION"
    OTHER = "OTHER"


MARKETING_PURPOSES = frozenset(
    {
        Purpose.THIRD_PARTY_DIRECT_MARKETING,
        Purpose.OWN_DIRECT_MARKETING,
        Purpose.AD_AUDIENCE_MATCHING,
        Purpose.THIRD_PARTY_OFFERS,
    }
)
"""The purposes that are direct marketing."""


class RecipientRole(StrEnum):
    """The recipient's position under GDPR 4(7) to 4(10) and 26."""

    THIRD_PARTY = "THIRD_PARTY"
    JOINT_CONTROLLER = "JOINT_CONTROLLER"
    PROCESSOR = "PROCESSOR"
    OWN_CONTROLLER = "OWN_CONTROLLER"
    UNKNOWN = "UNKNOWN"


class LegalBasis(StrEnum):
    """The basis that the sending system claims (GDPR 6(1); Tw 11.7(4) for SOFT_OPT_IN)."""

    CONSENT = "CONSENT"
    SOFT_OPT_IN = "SOFT_OPT_IN"
    LEGITIMATE_INTEREST = "LEGITIMATE_INTEREST"
    CONTRACT = "CONTRACT"
    LEGAL_OBLIGATION = "LEGAL_OBLIGATION"
    PUBLIC_TASK = "PUBLIC_TASK"
    VITAL_INTEREST = "VITAL_INTEREST"
    NONE = "NONE"


class DataCategory(StrEnum):
    """Kinds of personal data. NAW is short for NAME, POSTAL_ADDRESS and RESIDENCE."""

    EMAIL = "EMAIL"
    PHONE = "PHONE"
    NAME = "NAME"
    POSTAL_ADDRESS = "POSTAL_ADDRESS"
    RESIDENCE = "RESIDENCE"
    NAW = "NAW"
    BIRTH_DATE = "BIRTH_DATE"
    GENDER = "GENDER"
    CUSTOMER_ID = "CUSTOMER_ID"
    DEVICE_OR_AD_ID = "DEVICE_OR_AD_ID"
    IP_ADDRESS = "IP_ADDRESS"
    PURCHASE_HISTORY = "PURCHASE_HISTORY"
    BROWSING = "BROWSING"
    LOCATION = "LOCATION"
    PROFILE_SEGMENT = "PROFILE_SEGMENT"
    FINANCIAL = "FINANCIAL"
    HEALTH = "HEALTH"
    RELIGION = "RELIGION"
    POLITICAL_OPINION = "POLITICAL_OPINION"
    ETHNICITY = "ETHNICITY"
    SEXUAL_ORIENTATION = "SEXUAL_ORIENTATION"
    BIOMETRIC_ID = "BIOMETRIC_ID"
    GENETIC = "GENETIC"
    TRADE_UNION = "TRADE_UNION"
    BSN = "BSN"
    CRIMINAL_OFFENCE = "CRIMINAL_OFFENCE"


NAW_CATEGORIES = (DataCategory.NAME, DataCategory.POSTAL_ADDRESS, DataCategory.RESIDENCE)
"""What the alias NAW (naam, adres, woonplaats) stands for."""

SPECIAL_CATEGORIES = frozenset(
    {
        DataCategory.HEALTH,
        DataCategory.RELIGION,
        DataCategory.POLITICAL_OPINION,
        DataCategory.ETHNICITY,
        DataCategory.SEXUAL_ORIENTATION,
        DataCategory.BIOMETRIC_ID,
        DataCategory.GENETIC,
        DataCategory.TRADE_UNION,
    }
)
"""GDPR 9(1): explicit consent only."""

PROHIBITED_CATEGORIES = frozenset({DataCategory.BSN, DataCategory.CRIMINAL_OFFENCE})
"""GDPR 87 with UAVG 46, GDPR 10: consent cannot legitimise marketing with these."""


class Channel(StrEnum):
    """How a message reaches the person (legal model 2.2)."""

    EMAIL = "EMAIL"
    SMS = "SMS"
    MESSAGING_APP = "MESSAGING_APP"
    SOCIAL_DM = "SOCIAL_DM"
    PUSH = "PUSH"
    INBOX_AD = "INBOX_AD"
    AUTOMATED_CALL = "AUTOMATED_CALL"
    FAX = "FAX"
    PHONE_HUMAN = "PHONE_HUMAN"
    POST = "POST"


class Protection(StrEnum):
    """How shared data were protected. No rule reads it (article N7)."""

    NONE = "NONE"
    HASHED = "HASHED"
    ENCRYPTED = "ENCRYPTED"
    PSEUDONYMISED = "PSEUDONYMISED"


class ConsentMethod(StrEnum):
    """How consent was expressed; the last five are no clear affirmative act."""

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
    """Who sent a negative signal; all are honoured alike (C-129/21, UAVG 5)."""

    SUBJECT = "SUBJECT"
    GUARDIAN = "GUARDIAN"
    CONTROLLER = "CONTROLLER"
    RECIPIENT = "RECIPIENT"


class PurchaseAction(StrEnum):
    """A sale and what became of it."""

    PURCHASED = "PURCHASED"
    REFUNDED_FULL = "REFUNDED_FULL"
    REFUNDED_PARTIAL = "REFUNDED_PARTIAL"
    CANCELLED = "CANCELLED"


class ContactDetail(StrEnum):
    """Electronic contact details that a sale can yield (Tw 11.7(4))."""

    EMAIL = "EMAIL"
    PHONE = "PHONE"


class Consideration(StrEnum):
    """What the customer gave for the sale (C-654/23 for INDIRECT_FREEMIUM)."""

    DIRECT = "DIRECT"
    INDIRECT_FREEMIUM = "INDIRECT_FREEMIUM"
    NONE = "NONE"


class MessagePurpose(StrEnum):
    """What a message is for; promotion makes any message marketing."""

    MARKETING = "MARKETING"
    SERVICE = "SERVICE"


class TransferMechanism(StrEnum):
    """Safeguard for a transfer outside the EEA (GDPR 45, 46)."""

    SCC = "SCC"
    BCR = "BCR"
    DPF = "DPF"


class ShareMechanism(StrEnum):
    """How data left; recorded only."""

    FILE = "FILE"
    API = "API"
    CLIENT_TAG = "CLIENT_TAG"


class NotificationKind(StrEnum):
    """Why a recipient was told; evidence only, recipient and time decide."""

    WITHDRAWAL = "WITHDRAWAL"
    OBJECTION = "OBJECTION"
    ERASURE = "ERASURE"
    UNLAWFUL_SHARE = "UNLAWFUL_SHARE"


class Severity(StrEnum):
    """How a finding weighs, heaviest first; the last three are no violations."""

    CRITICAL = "CRITICAL"
    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"
    OBLIGATION = "OBLIGATION"
    ADVISORY = "ADVISORY"
    QUALITY = "QUALITY"


class Status(StrEnum):
    """The life of a finding; all but RETRACTED count as found."""

    OPEN = "OPEN"
    REVISED = "REVISED"
    RETRACTED = "RETRACTED"
    REMEDIATED = "REMEDIATED"


class DutyStatus(StrEnum):
    """The life of a duty to tell a recipient; all but RETRACTED count as raised."""

    DUE = "DUE"
    FULFILLED = "FULFILLED"
    CANCELLED = "CANCELLED"
    OVERDUE = "OVERDUE"
    FULFILLED_LATE = "FULFILLED_LATE"
    RETRACTED = "RETRACTED"


class Finality(StrEnum):
    """A label for readers, never a gate (legal model 4.5, P15)."""

    PROVISIONAL = "PROVISIONAL"
    FINAL = "FINAL"
