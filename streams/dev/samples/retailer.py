"""Duinzicht, a made-up Dutch webshop: who it deals with and what it sells.

Nobody here exists. Roles, countries and agreements are what an honest register of
recipients would say; the stories say where practice departs from it.
"""

from __future__ import annotations

from typing import NamedTuple

from streams.core.identifiers import ControllerId, RecipientId
from streams.core.vocabulary import DataCategory, RecipientRole, TransferMechanism

CONTROLLER = ControllerId("DUINZICHT")
SISTER_LIVING = ControllerId("DUINZICHT_WONEN")
"""A sister company with a shop of its own: another legal entity, so another seller."""


class SampleRecipient(NamedTuple):
    """Somebody who receives data, as the feed that sends them describes it."""

    id: RecipientId
    role: RecipientRole
    kind: str
    category: str
    country: str = "NL"
    own_use: bool = False
    agreement: str | None = None
    arrangement: str | None = None
    transfer: TransferMechanism | None = None


def _partner(name: str, kind: str, category: str, country: str = "NL") -> SampleRecipient:
    """A third party that advertises for itself."""
    return SampleRecipient(
        RecipientId(name), RecipientRole.THIRD_PARTY, kind, category, country, own_use=True
    )


def _processor(name: str, kind: str, category: str) -> SampleRecipient:
    """A supplier that acts on instruction only, under an agreement."""
    return SampleRecipient(
        RecipientId(name), RecipientRole.PROCESSOR, kind, category, agreement=f"vwo-{name.lower()}"
    )


SOCIAL = _partner("VRIENDENPLEIN", "SOCIAL_MEDIA", "SOCIAL_MEDIA", "IE")
AD_PLATFORM = _partner("KIJKRIJK_ADS", "AD_PLATFORM", "ADVERTISING", "IE")
BROKER = _partner("PROFIELHUIS", "DATA_BROKER", "DATA_TRADE")
ENERGY = _partner("ZONKRACHT", "ADVERTISER", "ENERGY")
INSURER = _partner("HAVENZEKER", "ADVERTISER", "INSURANCE")
FLORIST = _partner("BLOEMENPOST", "ADVERTISER", "FLOWERS")
SISTER_SHOP = _partner(SISTER_LIVING, "GROUP_COMPANY", "LIVING")
SISTER_TRAVEL = _partner("DUINZICHT_REIZEN", "GROUP_COMPANY", "TRAVEL")
PARTNERS = (ENERGY, INSURER, FLORIST)

GAMES_US = _partner("PIXELVOS", "ADVERTISER", "GAMES", "US")._replace(
    transfer=TransferMechanism.SCC
)
LOYALTY = SampleRecipient(
    RecipientId("VOORDEELRING"),
    RecipientRole.JOINT_CONTROLLER,
    "LOYALTY_PROGRAMME",
    "LOYALTY",
    arrangement="regeling-voordeelring",
)
"""The savings programme that Duinzicht runs together with other shops."""

CARRIER = SampleRecipient(
    RecipientId("PAKKETLIJN"), RecipientRole.THIRD_PARTY, "CARRIER", "DELIVERY"
)
PAYMENT = SampleRecipient(
    RecipientId("BETAALVLOT"), RecipientRole.THIRD_PARTY, "PAYMENT_PROVIDER", "PAYMENT"
)
MAILER = _processor("MAILMOLEN", "MAIL_HOUSE", "EMAIL_SERVICE")
PRINTER = _processor("DRUKKERIJ_ZUID", "MAIL_HOUSE", "PRINT")
CALL_CENTRE = _processor("BELTEAM", "CALL_CENTRE", "CALL_CENTRE")
ANALYTICS = _processor("CIJFERKIJK", "ANALYTICS", "ANALYTICS")

SIMILAR = (
    ("COFFEE", "TEA"),
    ("TELEVISION", "SOUNDBAR"),
    ("LAPTOP", "MONITOR"),
    ("BED_LINEN", "TOWELS"),
    ("RUNNING_SHOES", "SPORTSWEAR"),
    ("BOOKS", "E_READER"),
)
"""The pairs of `policy.toml`: what a buyer of the one may expect mail about."""

DISSIMILAR = ("TRAVEL_INSURANCE", "ENERGY_CONTRACT", "GARDEN_FURNITURE")
"""What Duinzicht also sells, and nobody who bought from SIMILAR would expect."""

CONTACT = (DataCategory.EMAIL, DataCategory.NAME)
ADDRESS = (DataCategory.NAME, DataCategory.POSTAL_ADDRESS, DataCategory.RESIDENCE)
MATCHING = (DataCategory.EMAIL, DataCategory.PHONE)
NOTICES = ("nv-11", "nv-12", "nv-13")
