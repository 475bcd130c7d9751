"""Messages that should not have been sent, or not so (M01 to M21)."""

from __future__ import annotations

from typing import Any

from streams.core.instants import Instant, days, hours, parse_instant
from streams.core.vocabulary import (
    Channel,
    ConsentAction,
    ConsentMethod,
    Consideration,
    ContactDetail,
    LegalBasis,
    PurchaseAction,
    Purpose,
)
from streams.dev.samples.background import newsletter
from streams.dev.samples.retailer import DISSIMILAR, ENERGY, INSURER, SIMILAR, SISTER_LIVING
from streams.dev.samples.scribe import Scribe
from streams.dev.samples.stories_clean import OWN
from streams.dev.samples.story import Beside, Story

CALLS_NEED_CONSENT = parse_instant("2026-06-30T22:00:00.000Z")
"""From here the customer exception no longer covers calls (Tw 11.7(4), Stb. 2025, 12)."""

_STRICT_CHANNELS = (
    Channel.PUSH,
    Channel.INBOX_AD,
    Channel.AUTOMATED_CALL,
    Channel.FAX,
    Channel.SOCIAL_DM,
)
_NO_SALE = Beside.SUPPLIERS
"""Another sale, or consent to e-mail, would make these messages lawful."""


def _mail_after_link(s: Scribe) -> None:
    """Unsubscribed by the link; one mailing list was not synchronised."""
    newsletter(s)
    at = s.later(max(event.occurred_at for event in s.events), hours(2), days(2))
    s.signal(at, ConsentAction.WITHDRAWN, OWN, channels=(Channel.EMAIL,), via="UNSUBSCRIBE_LINK")
    mail = s.message(s.later(at, hours(5), days(3)), LegalBasis.CONSENT, "TEA")
    s.expect(mail, "MSG_AFTER_OPT_OUT")


def _text_after_stop(s: Scribe) -> None:
    at = s.start(days(30))
    s.grant(at, OWN, channels=(Channel.SMS,))
    at = s.later(at, days(2), days(10))
    s.message(at, LegalBasis.CONSENT, "SPORTSWEAR", channel=Channel.SMS)
    at = s.later(at, hours(1), hours(9))
    s.signal(at, ConsentAction.WITHDRAWN, OWN, channels=(Channel.SMS,), via="STOP_SMS")
    at = s.later(at, days(1), days(9))
    text = s.message(at, LegalBasis.CONSENT, "SPORTSWEAR", channel=Channel.SMS)
    s.expect(text, "MSG_AFTER_OPT_OUT")


def _opted_out_at_checkout(s: Scribe) -> None:
    """Ticked "no mail, please" while ordering."""
    at = s.start(days(30))
    s.buy(at, "COFFEE", opt_out_exercised_at_collection=True)
    mail = s.message(s.later(at, days(1), days(20)), LegalBasis.SOFT_OPT_IN, "COFFEE")
    s.expect(mail, "MSG_AFTER_OPT_OUT")


def _offer_after_objection(s: Scribe) -> None:
    """Objected to our own marketing: a partner's offer in our mail is stopped by that too."""
    at = s.start(days(30))
    s.grant(at, Purpose.THIRD_PARTY_OFFERS, recipients=(ENERGY,), channels=(Channel.EMAIL,))
    at = s.later(at, days(1), days(9))
    s.signal(at, ConsentAction.OBJECTED, OWN, via="ACCOUNT")
    mail = s.message(
        s.later(at, hours(5), days(9)),
        LegalBasis.CONSENT,
        "ENERGY_CONTRACT",
        advertiser_id=ENERGY.id,
    )
    s.expect(mail, "MSG_AFTER_OPT_OUT")


def _partner_offer(s: Scribe) -> None:
    advertiser = s.rng.choice((ENERGY, INSURER))
    mail = s.message(
        s.start(days(2)),
        s.rng.choice((LegalBasis.SOFT_OPT_IN, LegalBasis.CONSENT)),
        "ENERGY_CONTRACT" if advertiser is ENERGY else "TRAVEL_INSURANCE",
        advertiser_id=advertiser.id,
    )
    s.expect(mail, "MSG_THIRD_PARTY_OFFER_NO_CONSENT")


def _strict_channel(s: Scribe) -> None:
    """Being a customer does not open these channels."""
    at = s.start(days(30))
    s.buy(at, "TELEVISION", contact_details_obtained=(ContactDetail.EMAIL, ContactDetail.PHONE))
    sent = s.message(
        s.later(at, days(1), days(20)),
        LegalBasis.SOFT_OPT_IN,
        "SOUNDBAR",
        channel=s.rng.choice(_STRICT_CHANNELS),
    )
    s.expect(sent, "MSG_CHANNEL_REQUIRES_CONSENT")


def _customer_called(s: Scribe) -> None:
    """Calling one's customers was lawful until the summer of 2026."""
    at = s.start(days(30))
    s.buy(at, "LAPTOP", contact_details_obtained=(ContactDetail.EMAIL, ContactDetail.PHONE))
    called = s.later(at, days(3), days(20))
    call = s.message(called, LegalBasis.SOFT_OPT_IN, "MONITOR", channel=Channel.PHONE_HUMAN)
    if called >= CALLS_NEED_CONSENT:
        s.expect(call, "MSG_CHANNEL_REQUIRES_CONSENT")


def _no_sale(s: Scribe) -> None:
    """An account, a price draw: no customer yet. Some buy later, which does not help."""
    at = s.start(days(30))
    mail = s.message(at, LegalBasis.SOFT_OPT_IN, "BOOKS")
    s.expect(mail, "MSG_NO_PRIOR_SALE")
    if s.rng.random() < 0.5:
        s.buy(s.later(at, days(1), days(20)), "BOOKS")


def _sold_by_sister(s: Scribe) -> None:
    _mail_on_sale(s, "MSG_NOT_SAME_SELLER", seller_controller_id=SISTER_LIVING)


def _no_opt_out_offered(s: Scribe) -> None:
    """One of the checkouts forgot the box."""
    _mail_on_sale(s, "MSG_NO_OPT_OUT_AT_COLLECTION", opt_out_offered_at_collection=False)


def _not_paid(s: Scribe) -> None:
    kind = s.rng.choice((Consideration.NONE, Consideration.INDIRECT_FREEMIUM))
    _mail_on_sale(s, "MSG_SALE_REVERSED", consideration=kind)


def _mail_on_sale(s: Scribe, code: str, **changes: Any) -> None:
    """A sale that cannot carry the exception, and mail that rests on it."""
    bought, alike = s.rng.choice(SIMILAR)
    at = s.start(days(30))
    s.buy(at, bought, **changes)
    s.expect(s.message(s.later(at, days(1), days(20)), LegalBasis.SOFT_OPT_IN, alike), code)


def _text_on_mail_address(s: Scribe) -> None:
    """Only e-mail was collected with the order; the number came from elsewhere."""
    at = s.start(days(30))
    s.buy(at, "RUNNING_SHOES")
    at = s.later(at, days(1), days(20))
    text = s.message(at, LegalBasis.SOFT_OPT_IN, "SPORTSWEAR", channel=Channel.SMS)
    s.expect(text, "MSG_CONTACT_NOT_FROM_SALE")


def _refunded(s: Scribe) -> None:
    at = s.start(days(40))
    bought = s.buy(at, "E_READER")
    undone = s.rng.choice((PurchaseAction.REFUNDED_FULL, PurchaseAction.CANCELLED))
    s.reverse(s.later(at, hours(4), days(9)), bought, undone)
    mail = s.message(s.later(at, days(10), days(30)), LegalBasis.SOFT_OPT_IN, "BOOKS")
    s.expect(mail, "MSG_SALE_REVERSED")


def _not_similar(s: Scribe) -> None:
    bought, alike = s.rng.choice(SIMILAR)
    at = s.start(days(30))
    s.buy(at, bought)
    products = (alike, s.rng.choice(DISSIMILAR))
    mail = s.message(s.later(at, days(1), days(20)), LegalBasis.SOFT_OPT_IN, *products)
    s.expect(mail, "MSG_NOT_SIMILAR_PRODUCT")


def _long_ago(s: Scribe) -> None:
    """One order, more than three years ago."""
    at = s.start(days(2))
    s.buy(Instant(at - s.between(days(1_100), days(1_450))), "BED_LINEN")
    s.expect(s.message(at, LegalBasis.SOFT_OPT_IN, "TOWELS"), "MSG_SOFT_OPT_IN_STALE")


def _no_consent_at_all(s: Scribe) -> None:
    """An address from a bought list, sent as "consented"."""
    mail = s.message(s.start(days(2)), LegalBasis.CONSENT, "TEA")
    s.expect(mail, "MSG_NO_VALID_CONSENT")


def _consent_for_mail_only(s: Scribe) -> None:
    at = s.start(days(30))
    s.grant(at, OWN, channels=(Channel.EMAIL,), method=ConsentMethod.DOUBLE_OPT_IN)
    at = s.later(at, days(1), days(20))
    text = s.message(at, LegalBasis.CONSENT, "TEA", channel=Channel.SMS)
    s.expect(text, "MSG_NO_VALID_CONSENT")


def _no_way_out(s: Scribe) -> None:
    """A template without the unsubscribe link."""
    _flawed_on_consent(s, Channel.EMAIL, "MSG_NO_UNSUBSCRIBE", unsubscribe_present=False)


def _sender_hidden(s: Scribe) -> None:
    field = s.rng.choice(("sender_identity_present", "contact_point_present"))
    _flawed_on_consent(s, Channel.EMAIL, "MSG_SENDER_NOT_IDENTIFIABLE", **{field: False})


def _number_blocked(s: Scribe) -> None:
    _flawed_on_consent(s, Channel.PHONE_HUMAN, "MSG_SENDER_NOT_IDENTIFIABLE", caller_id_shown=False)


def _flawed_on_consent(s: Scribe, channel: Channel, code: str, **changes: Any) -> None:
    """A message on a valid consent, wrong in its form only."""
    at = s.start(days(30))
    s.grant(at, OWN, channels=(channel,))
    at = s.later(at, days(1), days(20))
    s.expect(s.message(at, LegalBasis.CONSENT, "TEA", channel=channel, **changes), code)


STORIES = (
    Story("mail-after-unsubscribe-link", _mail_after_link, 2, Beside.ORDERS),
    Story("text-after-stop", _text_after_stop, 1, Beside.ORDERS | Beside.SALE_MAIL),
    Story("opted-out-at-checkout", _opted_out_at_checkout, 1, Beside.ORDERS),
    Story("partner-offer-after-objection", _offer_after_objection, 1, Beside.ORDERS),
    Story("partner-offer-without-consent", _partner_offer, 2),
    Story("channel-needs-consent", _strict_channel, 1),
    Story("customer-called", _customer_called, 2),
    Story("no-sale-yet", _no_sale, 2, _NO_SALE),
    Story("sold-by-sister", _sold_by_sister, 1, _NO_SALE),
    Story("text-to-number-not-from-sale", _text_on_mail_address, 1, _NO_SALE),
    Story("no-opt-out-at-checkout", _no_opt_out_offered, 1, _NO_SALE),
    Story("sale-refunded", _refunded, 1, _NO_SALE),
    Story("nothing-paid", _not_paid, 1, _NO_SALE),
    Story("not-similar", _not_similar, 2, _NO_SALE),
    Story("customer-long-ago", _long_ago, 1, _NO_SALE),
    Story("bought-list", _no_consent_at_all, 1, _NO_SALE),
    Story("consent-for-mail-only", _consent_for_mail_only, 1, _NO_SALE),
    Story("no-unsubscribe", _no_way_out, 2),
    Story("sender-hidden", _sender_hidden, 1),
    Story("number-blocked", _number_blocked, 1),
)
