"""People for whom all is in order: most of the stream, as in life.

Some of them are subtle on purpose: a signed card that is typed in after the share it
covers, a refusal to one purpose that leaves another alone, a duty that is done in time.
"""

from __future__ import annotations

from streams.core.instants import days, hours
from streams.core.vocabulary import (
    Channel,
    ConsentAction,
    ConsentMethod,
    DataCategory,
    LegalBasis,
    NotificationKind,
    PurchaseAction,
    Purpose,
)
from streams.dev.samples.background import newsletter, order, sale_mail
from streams.dev.samples.retailer import (
    AD_PLATFORM,
    ADDRESS,
    CONTACT,
    MAILER,
    MATCHING,
    PARTNERS,
    PRINTER,
    SOCIAL,
)
from streams.dev.samples.scribe import Scribe
from streams.dev.samples.story import Beside, Story

TPDM = Purpose.THIRD_PARTY_DIRECT_MARKETING
OWN = Purpose.OWN_DIRECT_MARKETING
AUDIENCE = Purpose.AD_AUDIENCE_MATCHING


def _customer(s: Scribe) -> None:
    sale_mail(s, order(s))


def _guest(s: Scribe) -> None:
    order(s)


def _loyalty_member(s: Scribe) -> None:
    at = s.start(days(60))
    partner = s.rng.choice(PARTNERS)
    s.grant(at, TPDM, recipients=(partner,), data=CONTACT)
    for _ in range(s.rng.choice((1, 1, 2))):
        at = s.later(at, days(1), days(28))
        s.share(at, partner, TPDM, CONTACT[: s.rng.choice((1, 2))], LegalBasis.CONSENT)


def _ad_audience(s: Scribe) -> None:
    at = s.start(days(60))
    platform = s.rng.choice((SOCIAL, AD_PLATFORM))
    s.grant(at, AUDIENCE, recipients=(platform,), data=MATCHING, method=ConsentMethod.BUTTON)
    for _ in range(s.rng.choice((1, 2, 3))):
        at = s.later(at, days(1), days(18))
        s.share(at, platform, AUDIENCE, MATCHING, LegalBasis.CONSENT)


def _unsubscribed(s: Scribe) -> None:
    """Unsubscribing stops the mails that follow, not those before."""
    newsletter(s)
    last = max(event.occurred_at for event in s.events)
    s.signal(
        s.later(last, hours(2), days(5)),
        ConsentAction.WITHDRAWN,
        OWN,
        channels=(Channel.EMAIL,),
        via="UNSUBSCRIBE_LINK",
    )


def _withdrawn_and_notified(s: Scribe) -> None:
    at = s.start(days(60))
    partner = s.rng.choice(PARTNERS)
    s.grant(at, TPDM, recipients=(partner,), data=CONTACT)
    s.share(s.later(at, days(1), days(20)), partner, TPDM, CONTACT, LegalBasis.CONSENT)
    withdrawn = s.signal(s.later(at, days(21), days(50)), ConsentAction.WITHDRAWN, TPDM)
    s.notify(
        s.later(withdrawn.occurred_at, hours(2), hours(70)),
        partner,
        withdrawn,
        NotificationKind.WITHDRAWAL,
    )
    s.owe(withdrawn, partner, settled=True)


def _objection_and_notified(s: Scribe) -> None:
    """A letter of objection ends all direct marketing; suppliers are notified as well."""
    at = s.start(days(40))
    s.share(at, MAILER, OWN, CONTACT, LegalBasis.SOFT_OPT_IN)
    s.share(s.later(at, hours(3), days(9)), PRINTER, OWN, ADDRESS, LegalBasis.LEGITIMATE_INTEREST)
    at = s.later(at, days(10), days(30))
    objected = s.signal(
        at, ConsentAction.OBJECTED, via="LETTER", recorded=s.later(at, hours(3), hours(40))
    )
    for supplier in (MAILER, PRINTER):
        s.notify(s.later(at, hours(42), hours(71)), supplier, objected, NotificationKind.OBJECTION)
        s.owe(objected, supplier, settled=True)


def _suppression_list(s: Scribe) -> None:
    """After an objection the address may still go on the list of whom not to write to."""
    at = s.start(days(20))
    objected = s.signal(at, ConsentAction.OBJECTED, via="CALL")
    s.share(
        s.later(objected.occurred_at, hours(3), days(9)),
        MAILER,
        Purpose.SUPPRESSION,
        (DataCategory.EMAIL,),
        LegalBasis.LEGAL_OBLIGATION,
    )


def _signed_card(s: Scribe) -> None:
    """Signed in the shop, typed in days later, after the share that it covers."""
    at = s.start(days(20))
    partner = s.rng.choice(PARTNERS)
    s.grant(
        at,
        TPDM,
        recipients=(partner,),
        data=CONTACT,
        method=ConsentMethod.WRITTEN_SIGNED,
        recorded=s.later(at, days(8), days(17)),
    )
    s.share(s.later(at, days(2), days(7)), partner, TPDM, CONTACT, LegalBasis.CONSENT)


def _consent_again(s: Scribe) -> None:
    """Withdrawn by mistake and given again the same day: nobody needs to be notified."""
    at = s.start(days(40))
    partner = s.rng.choice(PARTNERS)
    s.grant(at, TPDM, recipients=(partner,), data=CONTACT)
    s.share(s.later(at, days(1), days(9)), partner, TPDM, CONTACT, LegalBasis.CONSENT)
    withdrawn = s.signal(s.later(at, days(10), days(19)), ConsentAction.WITHDRAWN, TPDM)
    again = s.later(withdrawn.occurred_at, hours(2), hours(24))
    s.grant(again, TPDM, recipients=(partner,), data=CONTACT)
    s.share(s.later(again, days(1), days(9)), partner, TPDM, CONTACT, LegalBasis.CONSENT)
    s.owe(withdrawn, partner, settled=True)


def _consent_extended(s: Scribe) -> None:
    """A new consent that replaces a narrower one and adds a second partner."""
    at = s.start(days(40))
    first, second = s.rng.sample(PARTNERS, 2)
    narrow = s.grant(at, TPDM, recipients=(first,), data=CONTACT)
    at = s.later(at, days(2), days(15))
    s.grant(
        at,
        TPDM,
        recipients=(first, second),
        data=(*CONTACT, DataCategory.BIRTH_DATE),
        replaces_consent_id=narrow.consent_id,
    )
    for partner in (first, second):
        at = s.later(at, days(1), days(9))
        data = (*CONTACT, DataCategory.BIRTH_DATE)
        s.share(at, partner, TPDM, data, LegalBasis.CONSENT)


def _partial_refund(s: Scribe) -> None:
    """The television went back; the coffee stayed, and the mail is about tea."""
    at = s.start(days(40))
    bought = s.buy(at, "COFFEE", "TELEVISION")
    s.reverse(s.later(at, days(2), days(9)), bought, PurchaseAction.REFUNDED_PARTIAL, "TELEVISION")
    s.message(s.later(at, days(10), days(30)), LegalBasis.SOFT_OPT_IN, "TEA")


STORIES = (
    Story("customer", _customer, 161),
    Story("guest", _guest, 60, Beside.ORDERS),
    Story("newsletter-reader", newsletter, 60),
    Story("loyalty-member", _loyalty_member, 25),
    Story("ad-audience-with-consent", _ad_audience, 15),
    Story("unsubscribed-by-link", _unsubscribed, 20, Beside.ORDERS),
    Story("withdrawn-and-notified", _withdrawn_and_notified, 10),
    Story("objection-by-letter-and-notified", _objection_and_notified, 5, Beside.ORDERS),
    Story("suppression-list", _suppression_list, 3, Beside.ORDERS),
    Story("signed-card-typed-in-later", _signed_card, 8),
    Story("consent-again", _consent_again, 3),
    Story("consent-extended", _consent_extended, 3),
    Story("partial-refund", _partial_refund, 3),
)
