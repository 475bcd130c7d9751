"""People for whom all is in order because the shop took a harder road properly."""

from __future__ import annotations

from streams.core.instants import days, hours
from streams.core.vocabulary import (
    AgeBand,
    Channel,
    ConsentMethod,
    DataCategory,
    LegalBasis,
    Purpose,
)
from streams.dev.samples.retailer import (
    CONTACT,
    ENERGY,
    GAMES_US,
    INSURER,
    LOYALTY,
    PARTNERS,
    PRINTER,
    SISTER_SHOP,
)
from streams.dev.samples.scribe import Scribe
from streams.dev.samples.stories_clean import OWN, TPDM
from streams.dev.samples.story import Beside, Story

OFFERS = Purpose.THIRD_PARTY_OFFERS


def _guardian(s: Scribe) -> None:
    """A child of thirteen whose parent consented too."""
    at = s.start(days(30))
    partner = s.rng.choice(PARTNERS)
    s.grant(
        at,
        TPDM,
        recipients=(partner,),
        data=CONTACT,
        age_band=AgeBand.AGE_12_15,
        guardian_consent=True,
        guardian_evidence_ref=f"ev-guardian-{len(s.events)}",
    )
    s.share(s.later(at, days(1), days(20)), partner, TPDM, CONTACT, LegalBasis.CONSENT)


def _asked_by_phone(s: Scribe) -> None:
    """Consent to be called, recorded on tape by the call centre; then the call."""
    at = s.start(days(30))
    s.grant(
        at,
        OWN,
        channels=(Channel.PHONE_HUMAN,),
        method=ConsentMethod.ORAL_RECORDED,
        recorded=s.later(at, hours(2), days(4)),
    )
    s.message(
        s.later(at, days(5), days(20)),
        LegalBasis.CONSENT,
        "ENERGY_CONTRACT",
        channel=Channel.PHONE_HUMAN,
    )


def _partner_offer(s: Scribe) -> None:
    """Our mail with another firm's offer, to somebody who asked for that firm's offers."""
    at = s.start(days(40))
    s.grant(at, OFFERS, recipients=(ENERGY,), channels=(Channel.EMAIL,))
    s.message(
        s.later(at, days(2), days(30)),
        LegalBasis.CONSENT,
        "ENERGY_CONTRACT",
        advertiser_id=ENERGY.id,
    )


def _partner_offer_printed(s: Scribe) -> None:
    """A printer that sends partner offers for us stays a supplier."""
    s.share(s.start(days(5)), PRINTER, OFFERS, CONTACT, LegalBasis.CONSENT)


def _transfer_with_clauses(s: Scribe) -> None:
    at = s.start(days(30))
    s.grant(at, TPDM, recipients=(GAMES_US,), data=CONTACT)
    s.share(s.later(at, days(1), days(20)), GAMES_US, TPDM, CONTACT, LegalBasis.CONSENT)


def _joint_programme(s: Scribe) -> None:
    at = s.start(days(40))
    data = (*CONTACT, DataCategory.PURCHASE_HISTORY)
    s.grant(at, TPDM, recipients=(LOYALTY,), data=data)
    for _ in range(s.rng.choice((1, 2))):
        at = s.later(at, days(1), days(18))
        s.share(at, LOYALTY, TPDM, data, LegalBasis.CONSENT)


def _sister_named(s: Scribe) -> None:
    """The sister company writes itself, on a consent that names it."""
    at = s.start(days(30))
    s.grant(at, OWN, recipients=(SISTER_SHOP,), channels=(Channel.EMAIL,))
    s.message(
        s.later(at, days(1), days(20)),
        LegalBasis.CONSENT,
        "GARDEN_FURNITURE",
        sender_controller_id=SISTER_SHOP.id,
        advertiser_id=SISTER_SHOP.id,
    )


def _post(s: Scribe) -> None:
    """Paper mail needs no consent; only an objection stops it."""
    s.message(
        s.start(days(5)),
        LegalBasis.LEGITIMATE_INTEREST,
        "GARDEN_FURNITURE",
        channel=Channel.POST,
        unsubscribe_present=False,
    )


def _health_explicit(s: Scribe) -> None:
    at = s.start(days(30))
    data = (*CONTACT, DataCategory.HEALTH)
    s.grant(at, TPDM, recipients=(INSURER,), data=data, method=ConsentMethod.EXPLICIT_STATEMENT)
    s.share(s.later(at, days(1), days(20)), INSURER, TPDM, data, LegalBasis.CONSENT)


STORIES = (
    Story("minor-with-guardian", _guardian, 4),
    Story("asked-by-phone", _asked_by_phone, 5),
    Story("partner-offer-with-consent", _partner_offer, 6),
    Story("partner-offer-printed", _partner_offer_printed, 2),
    Story("transfer-with-clauses", _transfer_with_clauses, 3),
    Story("joint-programme", _joint_programme, 5),
    Story("sister-named-in-consent", _sister_named, 3, Beside.ORDERS | Beside.SUPPLIERS),
    Story("post", _post, 8),
    Story("health-with-explicit-consent", _health_explicit, 2),
)
