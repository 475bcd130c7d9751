"""The existing-customer exception of Tw 11.7(4): tests M04 to M10 (legal model 4.3, 3f)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from streams.core.events import MarketingMessage, Purchase
from streams.core.instants import Instant
from streams.core.law import TELEPHONE_EXCEPTION_ENDED
from streams.core.policy.settings import Sector, Settings
from streams.core.signals import COLLECTED_CHANNELS
from streams.core.subject import Subject
from streams.core.vocabulary import Channel, Consideration, PurchaseAction

CODES = (
    "MSG_NO_PRIOR_SALE",
    "MSG_NOT_SAME_SELLER",
    "MSG_CONTACT_NOT_FROM_SALE",
    "MSG_NO_OPT_OUT_AT_COLLECTION",
    "MSG_SALE_REVERSED",
    "MSG_NOT_SIMILAR_PRODUCT",
    "MSG_SOFT_OPT_IN_STALE",
)
"""M04 to M10, in the order of the tests."""

_CONTACT_CHANNELS = {
    channel: detail for detail, channels in COLLECTED_CHANNELS.items() for channel in channels
}

# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_PHONE_HUMAN: Final = Channel.PHONE_HUMAN
_NO_SECTOR: Final = Sector.NONE
_REFUNDED_PARTIAL: Final = PurchaseAction.REFUNDED_PARTIAL
_DIRECT: Final = Consideration.DIRECT


def has_customer_exception(channel: Channel, at: Instant, settings: Settings) -> bool:
    """Whether the exception exists for a channel at an instant (legal model 2.2).

    Human calls lost it on 1 July 2026 (Stb. 2025, 12), but for the sectors of P5.
    """
    if channel is _PHONE_HUMAN:
        return (
            at < TELEPHONE_EXCEPTION_ENDED
            or settings.telemarketing_customer_exception_sector is not _NO_SECTOR
        )
    return channel in _CONTACT_CHANNELS


def soft_opt_in_miss(subject: Subject, message: MarketingMessage, settings: Settings) -> str | None:
    """The code M04 to M10 that the exception fails on, or None where it is fully met.

    Existential over the purchases per advertised category, closest miss; over the
    categories the most fundamental one. A message that names no category advertises
    an unknown one, which is similar to nothing (P8).
    """
    at = message.occurred_at
    sales = subject.sales.through(at)
    if not sales:
        return CODES[0]
    reversals = subject.reversals.through(at)
    sender = message.sender_controller_id or message.controller_id
    categories: tuple[str | None, ...] = message.product_categories or (None,)
    nearest = min(
        [
            _furthest(sales, reversals, category, sender, message.channel, at, settings)
            for category in categories
        ]
    )
    return CODES[nearest] if nearest < len(CODES) else None


def _furthest(
    sales: Sequence[Purchase],
    reversals: Sequence[Purchase],
    category: str | None,
    sender: str,
    channel: Channel,
    at: Instant,
    settings: Settings,
) -> int:
    """How far the sale comes that comes furthest; len(CODES) where one fails nothing."""
    furthest = 0
    # The newest is the likeliest to stand.
    for sale in reversed(sales):
        reached = _first_failure(sale, reversals, category, sender, channel, at, settings)
        if reached == len(CODES):
            return reached
        furthest = max(furthest, reached)
    return furthest


def _first_failure(
    sale: Purchase,
    reversals: Sequence[Purchase],
    category: str | None,
    sender: str,
    channel: Channel,
    at: Instant,
    settings: Settings,
) -> int:
    """Index in CODES of the first test that a sale fails; len(CODES) for none.

    The first test, that there is a sale, is passed by being asked.
    """
    if (sale.seller_controller_id or sale.controller_id) != sender:
        return 1
    if _CONTACT_CHANNELS.get(channel) not in sale.contact_details_obtained:
        return 2
    # The exception must be shown to be met: unknown does not help the sender.
    if sale.opt_out_offered_at_collection is not True:
        return 3
    own_reversals = [r for r in reversals if r.purchase_id == sale.purchase_id]
    if not (_stands(own_reversals, settings) and _paid(sale, settings)):
        return 4
    if not _similar(sale, own_reversals, category, settings):
        return 5
    ended = max(sale.occurred_at, sale.relationship_ends_at or sale.occurred_at)
    return 6 if at > ended + settings.soft_opt_in_max_age else len(CODES)


def _similar(
    sale: Purchase, reversals: list[Purchase], category: str | None, settings: Settings
) -> bool:
    """Whether something that was bought, and not given back, is like what is advertised."""
    refunded = [
        product
        for reversal in reversals
        if reversal.action is _REFUNDED_PARTIAL
        for product in reversal.product_categories
    ]
    for bought in sale.product_categories:
        if bought not in refunded and settings.similar(category, bought):
            return True
    return False


def _stands(reversals: list[Purchase], settings: Settings) -> bool:
    """P6: not fully refunded or cancelled at the time."""
    return settings.reversed_sale_supports_soft_opt_in or all(
        reversal.action is _REFUNDED_PARTIAL for reversal in reversals
    )


def _paid(sale: Purchase, settings: Settings) -> bool:
    """P7: for consideration; indirect remuneration (C-654/23) by policy only."""
    return sale.consideration is _DIRECT or (
        sale.consideration is Consideration.INDIRECT_FREEMIUM
        and settings.indirect_consideration_accepted
    )
