"""The existing-customer exception of Tw 11.7(4): tests M04 to M10 (legal model 4.3, 3f)."""

from __future__ import annotations

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


def has_customer_exception(channel: Channel, at: Instant, settings: Settings) -> bool:
    """Whether the exception exists for a channel at an instant (legal model 2.2).

    Human calls lost it on 1 July 2026 (Stb. 2025, 12), but for the sectors of P5.
    """
    if channel is Channel.PHONE_HUMAN:
        return (
            at < TELEPHONE_EXCEPTION_ENDED
            or settings.telemarketing_customer_exception_sector is not Sector.NONE
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
    furthest = [
        max(
            _first_failure(sale, reversals, category, sender, message.channel, at, settings)
            for sale in sales
        )
        for category in categories
    ]
    nearest = min(furthest)
    return CODES[nearest] if nearest < len(CODES) else None


def _first_failure(
    sale: Purchase,
    reversals: list[Purchase],
    category: str | None,
    sender: str,
    channel: Channel,
    at: Instant,
    settings: Settings,
) -> int:
    """Index in CODES of the first test that a sale fails; len(CODES) for none."""
    own_reversals = [r for r in reversals if r.purchase_id == sale.purchase_id]
    refunded = {
        product
        for reversal in own_reversals
        if reversal.action is PurchaseAction.REFUNDED_PARTIAL
        for product in reversal.product_categories
    }
    remaining = [p for p in sale.product_categories if p not in refunded]
    tests = (
        True,
        (sale.seller_controller_id or sale.controller_id) == sender,
        _CONTACT_CHANNELS.get(channel) in sale.contact_details_obtained,
        # The exception must be shown to be met: unknown does not help the sender.
        sale.opt_out_offered_at_collection is True,
        _stands(own_reversals, settings) and _paid(sale, settings),
        any(settings.similar(category, bought) for bought in remaining),
        at
        <= max(sale.occurred_at, sale.relationship_ends_at or sale.occurred_at)
        + settings.soft_opt_in_max_age,
    )
    return next((i for i, passed in enumerate(tests) if not passed), len(tests))


def _stands(reversals: list[Purchase], settings: Settings) -> bool:
    """P6: not fully refunded or cancelled at the time."""
    return settings.reversed_sale_supports_soft_opt_in or all(
        reversal.action is PurchaseAction.REFUNDED_PARTIAL for reversal in reversals
    )


def _paid(sale: Purchase, settings: Settings) -> bool:
    """P7: for consideration; indirect remuneration (C-654/23) by policy only."""
    return sale.consideration is Consideration.DIRECT or (
        sale.consideration is Consideration.INDIRECT_FREEMIUM
        and settings.indirect_consideration_accepted
    )
