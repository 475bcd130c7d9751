"""The closed words of events: what was done with data, for whom and why (legal model 3.8)."""

from __future__ import annotations

from enum import StrEnum


class EventType(StrEnum):
    """Which of the five input streams an event belongs to."""

    CONSENT_CHANGE = "consent-change"
    PURCHASE = "purchase"
    DATA_SHARE = "data-share"
    MARKETING_MESSAGE = "marketing-message"
    RECIPIENT_NOTIFICATION = "recipient-notification"


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


class RecipientKind(StrEnum):
    """What a recipient is; open: another word is a kind without special risk (3.2, 3.5)."""

    SOCIAL_MEDIA = "SOCIAL_MEDIA"
    AD_PLATFORM = "AD_PLATFORM"
    DATA_BROKER = "DATA_BROKER"
    GROUP_COMPANY = "GROUP_COMPANY"
    ADVERTISER = "ADVERTISER"
    CARRIER = "CARRIER"
    MAIL_HOUSE = "MAIL_HOUSE"


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


CALLS = frozenset({Channel.PHONE_HUMAN, Channel.AUTOMATED_CALL})
"""Channels that reach the person on the telephone."""


class Protection(StrEnum):
    """How shared data were protected. No rule reads it (article N7)."""

    NONE = "NONE"
    HASHED = "HASHED"
    ENCRYPTED = "ENCRYPTED"
    PSEUDONYMISED = "PSEUDONYMISED"


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
    """Why a recipient was notified; evidence only, recipient and time decide."""

    WITHDRAWAL = "WITHDRAWAL"
    OBJECTION = "OBJECTION"
    ERASURE = "ERASURE"
    UNLAWFUL_SHARE = "UNLAWFUL_SHARE"
