"""Sales by what the existing-customer exception asks of them (legal model 4.3, 3f).

For each of its tests the index knows the sales that pass those before it. The newest of
each says how far the exception comes, so that nobody looks at all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from mypy_extensions import mypyc_attr

from streams.core.events import Purchase
from streams.core.identifiers import PurchaseId
from streams.core.instants import Instant
from streams.core.spans import Spans
from streams.core.vocabulary import Consideration, ContactDetail, PurchaseAction

_NEVER: Final = Instant(1 << 60)
_PARTIAL: Final = PurchaseAction.REFUNDED_PARTIAL


@mypyc_attr(acyclic=True)
class GivenBack:
    """Which purchases were refunded or cancelled, and since when."""

    __slots__ = ("_parts", "_whole")

    def __init__(self, reversals: Iterable[Purchase]) -> None:
        self._whole: dict[PurchaseId, Instant] = {}
        self._parts: dict[tuple[PurchaseId, str], Instant] = {}
        for reversal in reversals:
            self.add(reversal)

    def add(self, reversal: Purchase) -> None:
        """Take a refund or cancellation in."""
        at, purchase_id = reversal.occurred_at, reversal.purchase_id
        if reversal.action is not _PARTIAL:
            self._whole[purchase_id] = min(at, self._whole.get(purchase_id, _NEVER))
            return
        for product in reversal.product_categories:
            part = purchase_id, product
            self._parts[part] = min(at, self._parts.get(part, _NEVER))

    def whole_at(self, purchase_id: PurchaseId) -> Instant:
        """When a purchase was first given back as a whole."""
        return self._whole.get(purchase_id, _NEVER)

    def part_at(self, purchase_id: PurchaseId, product: str) -> Instant:
        """When what was bought of a category was first given back in a part."""
        return self._parts.get((purchase_id, product), _NEVER)


_Key = tuple[str, ContactDetail | None, Consideration | None, str | None]
"""Seller; contact detail; how it was paid for; a category that was bought."""


@mypyc_attr(acyclic=True)
class SaleIndex:
    """The sales to one subject, each until it was given back."""

    def __init__(self) -> None:
        self.given_back = GivenBack(())
        self._reversals: dict[PurchaseId, list[Purchase]] = {}
        self._of_id: dict[PurchaseId, list[Purchase]] = {}
        self._by_seller: dict[str, Spans[Purchase]] = {}
        self._by_detail: dict[tuple[str, ContactDetail], Spans[Purchase]] = {}
        self._offered: dict[tuple[str, ContactDetail], Spans[Purchase]] = {}
        self._standing: dict[_Key, Spans[Purchase]] = {}
        self._related: dict[_Key, Spans[Purchase]] = {}
        """Those whose relation has an end of its own, by that end."""

    def add(self, sale: Purchase) -> None:
        """Take a sale in."""
        self._of_id.setdefault(sale.purchase_id, []).append(sale)
        order = sale.occurred_at, "", sale.event_id
        for spans in self._stages(sale):
            spans.add(order, sale, _NEVER)
        self._stand(sale)

    def remove(self, sale: Purchase) -> None:
        """Let a sale go."""
        self._of_id[sale.purchase_id].remove(sale)
        order = sale.occurred_at, "", sale.event_id
        for spans in self._stages(sale):
            spans.remove(order)
        self._fall(sale)

    def reverse(self, reversal: Purchase) -> None:
        """A sale was refunded or cancelled, wholly or in part."""
        self._reversals.setdefault(reversal.purchase_id, []).append(reversal)
        self._reverse(reversal.purchase_id, reversal)

    def restore(self, reversal: Purchase) -> None:
        """A refund or cancellation goes."""
        kept = self._reversals[reversal.purchase_id]
        kept.remove(reversal)
        self._reverse(reversal.purchase_id, None)

    def _reverse(self, purchase_id: PurchaseId, reversal: Purchase | None) -> None:
        sales = self._of_id.get(purchase_id, ())
        for sale in sales:
            self._fall(sale)
        if reversal is not None:
            self.given_back.add(reversal)
        else:
            self.given_back = GivenBack(r for many in self._reversals.values() for r in many)
        for sale in sales:
            self._stand(sale)

    def _stages(self, sale: Purchase) -> Iterator[Spans[Purchase]]:
        seller = sale.seller_controller_id or sale.controller_id
        yield _of(self._by_seller, seller)
        for detail in dict.fromkeys(sale.contact_details_obtained):
            yield _of(self._by_detail, (seller, detail))
            if sale.opt_out_offered_at_collection is True:
                yield _of(self._offered, (seller, detail))

    def _standings(self, sale: Purchase) -> Iterator[tuple[_Key, Instant]]:
        """Where a sale stands for a test that asks whether it was given back, and until when."""
        if sale.opt_out_offered_at_collection is not True:
            return
        seller = sale.seller_controller_id or sale.controller_id
        back, purchase_id = self.given_back, sale.purchase_id
        whole = back.whole_at(purchase_id)
        for detail in dict.fromkeys(sale.contact_details_obtained):
            yield (seller, detail, sale.consideration, None), whole
            for product in dict.fromkeys(sale.product_categories):
                until = min(whole, back.part_at(purchase_id, product))
                yield (seller, detail, sale.consideration, product), until

    def _stand(self, sale: Purchase) -> None:
        related = sale.relationship_ends_at
        for key, until in self._standings(sale):
            _of(self._standing, key).add((sale.occurred_at, "", sale.event_id), sale, until)
            if related is not None:
                _of(self._related, key).add((related, "", sale.event_id), sale, until)

    def _fall(self, sale: Purchase) -> None:
        related = sale.relationship_ends_at
        for key, _ in self._standings(sale):
            self._standing[key].remove((sale.occurred_at, "", sale.event_id))
            if related is not None:
                self._related[key].remove((related, "", sale.event_id))

    def nearest(
        self,
        seller: str,
        detail: ContactDetail | None,
        considerations: Iterable[Consideration],
        products: Iterable[str],
        at: Instant,
    ) -> Iterator[Purchase]:
        """For each test of the exception a sale that passes those before it, if there is one.

        The sales that pass most come first. `products` are the categories that are
        similar to what is advertised.
        """
        if detail is not None:
            paid = list(considerations)
            for product in (*products, None):
                for consideration in paid:
                    key = seller, detail, consideration, product
                    yield from self._freshest(key, at)
            for found in (self._offered, self._by_detail):
                spans = found.get((seller, detail))
                if spans is not None and (sale := spans.newest(at)) is not None:
                    yield sale
        spans = self._by_seller.get(seller)
        if spans is not None and (sale := spans.newest(at)) is not None:
            yield sale

    def _freshest(self, key: _Key, at: Instant) -> Iterator[Purchase]:
        """The standing sales whose age counts from the latest instant."""
        standing = self._standing.get(key)
        if standing is None:
            return
        for sale in standing.alive(at, at):
            yield sale
            break
        related = self._related.get(key)
        if related is None:
            return
        for sale in related.alive(_NEVER, at):
            if sale.occurred_at <= at:
                yield sale
                break


def _of(places: dict, key: object) -> Spans[Purchase]:  # type: ignore[type-arg]  # any of them
    spans: Spans[Purchase] | None = places.get(key)
    if spans is None:
        spans = places[key] = Spans()
    return spans
