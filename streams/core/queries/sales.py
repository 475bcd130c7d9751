"""Which sales decide how far the existing-customer exception comes (4.3, 3f)."""

from __future__ import annotations

from collections.abc import Iterable

from streams.core.events import Purchase
from streams.core.instants import Instant
from streams.core.policy import Policy, PolicySettings
from streams.core.queries.indexed import indexes_of
from streams.core.sale_index import GivenBack
from streams.core.subject import Subject
from streams.core.vocabulary import (
    Consideration,
    ContactDetail,
)


def given_back(subject: Subject, policy: Policy) -> GivenBack:
    """Which purchases were refunded or cancelled, and since when."""
    index = indexes_of(subject, policy)
    return GivenBack(subject.reversals) if index is None else index.sales.given_back


def nearest_sales(
    subject: Subject,
    at: Instant,
    settings: PolicySettings,
    policy: Policy,
    *,
    seller: str,
    detail: ContactDetail | None,
    paid: tuple[Consideration, ...],
    advertised: str | None,
) -> Iterable[Purchase]:
    """The sales among which the one is that comes furthest, the likeliest first.

    `seller` is who must have sold, `detail` the contact detail that the channel needs, `paid`
    what counts as consideration, `advertised` the category that sold ones are to be like.
    """
    index = indexes_of(subject, policy)
    if index is None or settings.reversed_sale_supports_soft_opt_in:
        # P6 is for those who accept sales that were given back: then each is looked at.
        return subject.sales.backwards(at)
    return index.sales.nearest(seller, detail, paid, settings.similar_to(advertised), at)
