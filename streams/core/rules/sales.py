"""Which sales decide how far the existing-customer exception comes (legal model 4.3, 3f)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from streams.core.events import MarketingMessage, Purchase
from streams.core.policy import Policy
from streams.core.policy.settings import PolicySettings
from streams.core.rules.look_ups import indexes_of
from streams.core.sale_index import GivenBack
from streams.core.signals import COLLECTED_CHANNELS
from streams.core.subject import Subject
from streams.core.vocabulary import Consideration

CONTACT_CHANNELS: Final = {
    channel: detail for detail, channels in COLLECTED_CHANNELS.items() for channel in channels
}
"""The contact detail that a channel needs."""

_PAID: Final = (Consideration.DIRECT, Consideration.INDIRECT_FREEMIUM)


def seller_needed(message: MarketingMessage) -> str:
    """Who must have sold: the sender of the message."""
    return message.sender_controller_id or message.controller_id


def given_back(subject: Subject, policy: Policy) -> GivenBack:
    """Which purchases were refunded or cancelled, and since when."""
    index = indexes_of(subject, policy)
    return GivenBack(subject.reversals) if index is None else index.sales.given_back


def nearest_sales(
    subject: Subject,
    message: MarketingMessage,
    category: str | None,
    settings: PolicySettings,
    policy: Policy,
) -> Iterable[Purchase]:
    """The sales among which the one is that comes furthest, the likeliest first."""
    at = message.occurred_at
    index = indexes_of(subject, policy)
    if index is None or settings.reversed_sale_supports_soft_opt_in:
        # P6 is for those who accept sales that were given back: then each is looked at.
        return subject.sales.backwards(at)
    detail = CONTACT_CHANNELS.get(message.channel)
    similar = settings.similar_to(category)
    return index.sales.nearest(seller_needed(message), detail, _PAID, similar, at)
