"""The everyday of a customer: events that are in order and change no story's outcome."""

from __future__ import annotations

from streams.core.events import Purchase
from streams.core.instants import days, hours
from streams.core.vocabulary import (
    Channel,
    ConsentMethod,
    DataCategory,
    LegalBasis,
    MessagePurpose,
    Purpose,
)
from streams.dev.samples.retailer import (
    ADDRESS,
    ANALYTICS,
    CARRIER,
    CONTACT,
    MAILER,
    PAYMENT,
    SIMILAR,
)
from streams.dev.samples.scribe import Scribe
from streams.dev.samples.story import Beside


def live_beside(scribe: Scribe, allowed: Beside) -> None:
    """Add some of what `allowed` permits: most people order, fewer read newsletters."""
    chance = scribe.rng.random
    if Beside.ORDERS in allowed and chance() < 0.7:
        for _ in range(scribe.rng.choice((1, 1, 1, 2, 3))):
            bought = order(scribe)
            if Beside.SALE_MAIL in allowed and chance() < 0.4:
                sale_mail(scribe, bought)
    if Beside.NEWSLETTER in allowed and chance() < 0.25:
        newsletter(scribe)
    if Beside.SUPPLIERS in allowed and chance() < 0.3:
        suppliers(scribe)


def order(scribe: Scribe) -> Purchase:
    """An order: paid, confirmed, delivered."""
    products = scribe.rng.choice(SIMILAR)
    at = scribe.start(days(40))
    bought = scribe.buy(at, products[0])
    scribe.share(
        scribe.later(at, hours(2), hours(3)),
        PAYMENT,
        Purpose.PAYMENT,
        (DataCategory.NAME, DataCategory.FINANCIAL),
        LegalBasis.CONTRACT,
    )
    scribe.share(
        scribe.later(at, hours(8), hours(30)),
        CARRIER,
        Purpose.ORDER_FULFILMENT,
        (*ADDRESS, DataCategory.EMAIL),
        LegalBasis.CONTRACT,
    )
    scribe.message(
        scribe.later(at, hours(4), hours(6)),
        LegalBasis.CONTRACT,
        message_purpose=MessagePurpose.SERVICE,
        contains_promotion=False,
        unsubscribe_present=False,
    )
    return bought


def sale_mail(scribe: Scribe, bought: Purchase) -> None:
    """One or two mails about products like the one bought."""
    pair = next(pair for pair in SIMILAR if bought.product_categories[0] in pair)
    at = bought.occurred_at
    for _ in range(scribe.rng.choice((1, 1, 2))):
        at = scribe.later(at, days(3), days(19))
        scribe.message(at, LegalBasis.SOFT_OPT_IN, scribe.rng.choice(pair))


def newsletter(scribe: Scribe) -> None:
    """Consent to the newsletter, confirmed by mail, and the newsletters that follow."""
    at = scribe.start(days(70))
    scribe.grant(
        at,
        Purpose.OWN_DIRECT_MARKETING,
        channels=(Channel.EMAIL,),
        data=CONTACT,
        method=ConsentMethod.DOUBLE_OPT_IN,
    )
    for _ in range(scribe.rng.choice((1, 2, 2, 3))):
        at = scribe.later(at, days(5), days(22))
        scribe.message(at, LegalBasis.CONSENT, scribe.rng.choice(SIMILAR)[1])


def suppliers(scribe: Scribe) -> None:
    """The mailing service gets the address list; the statistics firm gets clicks."""
    at = scribe.start(days(3))
    scribe.share(at, MAILER, Purpose.OWN_DIRECT_MARKETING, CONTACT, LegalBasis.SOFT_OPT_IN)
    if scribe.rng.random() < 0.5:
        scribe.share(
            scribe.later(at, hours(3), days(2)),
            ANALYTICS,
            Purpose.ANALYTICS,
            (DataCategory.CUSTOMER_ID, DataCategory.BROWSING),
            LegalBasis.LEGITIMATE_INTEREST,
        )
