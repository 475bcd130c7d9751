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
from streams.core.spans import Order, Spans
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


_Shape = tuple[object, ...]
"""All of a sale that decides on its places. As objects: it is made for one look-up."""

_SHAPES: Final = 64
"""Of so many shapes the places are at hand. Most people buy a few kinds of things."""


@mypyc_attr(acyclic=True)
class SalePlaces:
    """Where all sales of one shape stand."""

    __slots__ = ("keys", "stages", "standing")

    def __init__(
        self, stages: list[Spans[Purchase]], keys: list[_Key], standing: list[Spans[Purchase]]
    ) -> None:
        self.stages = stages
        """Whatever becomes of them."""
        self.keys = keys
        """Of what they stand under until they are given back."""
        self.standing = standing
        """What is under each of these keys."""


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
        self._shapes: dict[_Shape, SalePlaces] = {}

    def add(self, sale: Purchase) -> None:
        """Take a sale in."""
        self._of_id.setdefault(sale.purchase_id, []).append(sale)
        order: Order = sale.occurred_at, "", sale.event_id
        places = self._places(sale)
        for spans in places.stages:
            spans.add(order, sale)
        self._stand(sale, places, order)

    def remove(self, sale: Purchase) -> None:
        """Let a sale go."""
        self._of_id[sale.purchase_id].remove(sale)
        order: Order = sale.occurred_at, "", sale.event_id
        places = self._places(sale)
        for spans in places.stages:
            spans.remove(order)
        self._fall(sale, places, order)

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
            self._fall(sale, self._places(sale), (sale.occurred_at, "", sale.event_id))
        if reversal is not None:
            self.given_back.add(reversal)
        else:
            self.given_back = GivenBack(r for many in self._reversals.values() for r in many)
        for sale in sales:
            self._stand(sale, self._places(sale), (sale.occurred_at, "", sale.event_id))

    def _places(self, sale: Purchase) -> SalePlaces:
        """Where a sale stands, made if there is nothing yet."""
        seller = sale.seller_controller_id or sale.controller_id
        shape: _Shape = (
            seller,
            sale.contact_details_obtained,
            sale.opt_out_offered_at_collection,
            sale.consideration,
            sale.product_categories,
        )
        found = self._shapes.get(shape)
        if found is None:
            stages = self._stages(sale, seller)
            keys = _keys(sale, seller)
            found = SalePlaces(stages, keys, [_of(self._standing, key) for key in keys])
            if len(self._shapes) == _SHAPES:
                self._shapes.clear()
            self._shapes[shape] = found
        return found

    def _stages(self, sale: Purchase, seller: str) -> list[Spans[Purchase]]:
        found = [_of(self._by_seller, seller)]
        for detail in dict.fromkeys(sale.contact_details_obtained):
            found.append(_of(self._by_detail, (seller, detail)))
            if sale.opt_out_offered_at_collection is True:
                found.append(_of(self._offered, (seller, detail)))
        return found

    def _until(self, sale: Purchase, key: _Key) -> Instant:
        """Until when a sale stands under a key: a part can be given back before the whole."""
        back, purchase_id = self.given_back, sale.purchase_id
        whole, product = back.whole_at(purchase_id), key[3]
        return whole if product is None else min(whole, back.part_at(purchase_id, product))

    def _stand(self, sale: Purchase, places: SalePlaces, order: Order) -> None:
        related = sale.relationship_ends_at
        for number, key in enumerate(places.keys):
            until = self._until(sale, key)
            places.standing[number].add(order, sale, until)
            if related is not None:
                _of(self._related, key).add((related, "", sale.event_id), sale, until)

    def _fall(self, sale: Purchase, places: SalePlaces, order: Order) -> None:
        related = sale.relationship_ends_at
        for number, key in enumerate(places.keys):
            places.standing[number].remove(order)
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


def _keys(sale: Purchase, seller: str) -> list[_Key]:
    """What a sale stands under for the tests that ask whether it was given back."""
    if sale.opt_out_offered_at_collection is not True:
        return []
    return [
        (seller, detail, sale.consideration, product)
        for detail in dict.fromkeys(sale.contact_details_obtained)
        for product in (None, *dict.fromkeys(sale.product_categories))
    ]
