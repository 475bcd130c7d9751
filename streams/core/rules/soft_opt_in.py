"""The existing-customer exception of Tw 11.7(4): tests M04 to M10 (legal model 4.3, 3f)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from streams.core.events import MarketingMessage, Purchase
from streams.core.instants import Instant
from streams.core.law import TELEPHONE_EXCEPTION_ENDED
from streams.core.policy import Policy
from streams.core.policy.settings import PolicySettings, Sector
from streams.core.queries.sales import given_back, nearest_sales
from streams.core.rules.message_target import sender_of
from streams.core.rules.rule import Fields
from streams.core.sale_index import GivenBack
from streams.core.sale_tests import SaleTest
from streams.core.signals import COLLECTED_CHANNELS
from streams.core.subject import Subject
from streams.core.vocabulary import Channel, Code, Consideration

CONTACT_CHANNELS: Final = {
    channel: detail for detail, channels in COLLECTED_CHANNELS.items() for channel in channels
}
"""The contact detail that a channel needs."""

_PAID: Final = (Consideration.DIRECT, Consideration.INDIRECT_FREEMIUM)

CODES: Final = {
    SaleTest.THERE_IS_ONE: Code.MSG_NO_PRIOR_SALE,
    SaleTest.SAME_SELLER: Code.MSG_NOT_SAME_SELLER,
    SaleTest.CONTACT_FROM_SALE: Code.MSG_CONTACT_NOT_FROM_SALE,
    SaleTest.OPT_OUT_OFFERED: Code.MSG_NO_OPT_OUT_AT_COLLECTION,
    SaleTest.STANDS: Code.MSG_SALE_REVERSED,
    SaleTest.SIMILAR: Code.MSG_NOT_SIMILAR_PRODUCT,
    SaleTest.RECENT: Code.MSG_SOFT_OPT_IN_STALE,
}
"""M04 to M10: the code of the first test that the sale which comes furthest fails."""

OF_A_SALE: Final[Fields] = frozenset(
    {
        "occurred_at", "action", "purchase_id", "seller_controller_id", "product_categories",
        "contact_details_obtained", "opt_out_offered_at_collection", "consideration",
        "relationship_ends_at",
    }
)  # fmt: skip
"""What the tests read of a sale, a refund or a cancellation."""


# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_PHONE_HUMAN: Final = Channel.PHONE_HUMAN
_NO_SECTOR: Final = Sector.NONE
_DIRECT: Final = Consideration.DIRECT


def has_customer_exception(channel: Channel, at: Instant, settings: PolicySettings) -> bool:
    """Whether the exception exists for a channel at an instant (legal model 2.2).

    Human calls lost it on 1 July 2026 (Stb. 2025, 12), but for the sectors of P5.
    """
    if channel is _PHONE_HUMAN:
        return (
            at < TELEPHONE_EXCEPTION_ENDED
            or settings.telemarketing_customer_exception_sector is not _NO_SECTOR
        )
    return channel in CONTACT_CHANNELS


def soft_opt_in_miss(
    subject: Subject, message: MarketingMessage, settings: PolicySettings, policy: Policy
) -> Code | None:
    """The code M04 to M10 that the exception fails on, or None where it is fully met.

    Existential over the purchases per advertised category, closest miss; over the
    categories the most fundamental one. A message that names no category advertises
    an unknown one, which is similar to nothing (P8).
    """
    at = message.occurred_at
    newest = subject.sales.newest(at)
    if newest is None:
        return CODES[SaleTest.THERE_IS_ONE]
    categories: tuple[str | None, ...] = message.product_categories or (None,)
    back = given_back(subject, policy)
    failed: list[SaleTest] = []
    for category in categories:
        sales = nearest_sales(
            subject,
            at,
            settings,
            policy,
            seller=sender_of(message),
            detail=CONTACT_CHANNELS.get(message.channel),
            paid=_PAID,
            advertised=category,
        )
        test = _furthest(sales, back, category, message, settings)
        if test is not None:
            failed.append(test)
    return CODES[min(failed)] if failed else None


def _furthest(
    sales: Iterable[Purchase],
    back: GivenBack,
    category: str | None,
    message: MarketingMessage,
    settings: PolicySettings,
) -> SaleTest | None:
    """What the sale fails that comes furthest; None where one fails nothing.

    The first test, that there is a sale, is passed by being asked.
    """
    furthest: SaleTest | None = None
    for sale in sales:
        failed = _first_failure(sale, back, category, message, settings)
        if failed is None:
            return None
        if furthest is None or failed > furthest:
            furthest = failed
    return SaleTest.SAME_SELLER if furthest is None else furthest


def _first_failure(
    sale: Purchase,
    back: GivenBack,
    category: str | None,
    message: MarketingMessage,
    settings: PolicySettings,
) -> SaleTest | None:
    """The first test that a sale fails; None for none."""
    at = message.occurred_at
    if (sale.seller_controller_id or sale.controller_id) != sender_of(message):
        return SaleTest.SAME_SELLER
    if CONTACT_CHANNELS.get(message.channel) not in sale.contact_details_obtained:
        return SaleTest.CONTACT_FROM_SALE
    # The exception must be shown to be met: unknown does not help the sender.
    if sale.opt_out_offered_at_collection is not True:
        return SaleTest.OPT_OUT_OFFERED
    if not (_stands(sale, back, at, settings) and _paid(sale, settings)):
        return SaleTest.STANDS
    if not _similar(sale, back, category, at, settings):
        return SaleTest.SIMILAR
    ended = max(sale.occurred_at, sale.relationship_ends_at or sale.occurred_at)
    return SaleTest.RECENT if at > ended + settings.soft_opt_in_max_age else None


def _similar(
    sale: Purchase, back: GivenBack, category: str | None, at: Instant, settings: PolicySettings
) -> bool:
    """Whether something that was bought, and not given back, is like what is advertised."""
    for bought in sale.product_categories:
        # Equal ones are, without a call that is not compiled.
        alike = bought == category or settings.similar(category, bought)
        if alike and back.part_at(sale.purchase_id, bought) > at:
            return True
    return False


def _stands(sale: Purchase, back: GivenBack, at: Instant, settings: PolicySettings) -> bool:
    """P6: not fully refunded or cancelled at the time."""
    return settings.reversed_sale_supports_soft_opt_in or back.whole_at(sale.purchase_id) > at


def _paid(sale: Purchase, settings: PolicySettings) -> bool:
    """P7: for consideration; indirect remuneration (C-654/23) by policy only."""
    return sale.consideration is _DIRECT or (
        sale.consideration is Consideration.INDIRECT_FREEMIUM
        and settings.indirect_consideration_accepted
    )
