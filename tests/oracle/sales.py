"""The customer exception: which sale bears which message (4.3 step 3f, Tw 11.7(4))."""

from __future__ import annotations

from datetime import datetime

from tests.oracle.facts import Event, History, at, instant, many, span

OPT_OUT_ERA_ENDS = instant("2021-06-30T22:00:00Z")
PHONE_EXCEPTION_ENDS = instant("2026-06-30T22:00:00Z")
DETAIL = {"EMAIL": "EMAIL", "SMS": "PHONE", "MESSAGING_APP": "PHONE", "PHONE_HUMAN": "PHONE"}
MISS = {
    4: "MSG_NO_PRIOR_SALE",
    5: "MSG_NOT_SAME_SELLER",
    6: "MSG_CONTACT_NOT_FROM_SALE",
    7: "MSG_NO_OPT_OUT_AT_COLLECTION",
    8: "MSG_SALE_REVERSED",
    9: "MSG_NOT_SIMILAR_PRODUCT",
    10: "MSG_SOFT_OPT_IN_STALE",
}


def customer_exception(history: History, channel: str, t: datetime) -> bool:
    """Whether a channel knows the exception at t (2.2)."""
    if channel == "PHONE_HUMAN":
        sector = history.settings["telemarketing_customer_exception_sector"]
        return t < PHONE_EXCEPTION_ENDS or sector != "NONE"
    return channel in {"EMAIL", "SMS", "MESSAGING_APP"}


def sales_until(history: History, t: datetime) -> list[Event]:
    return [p for p in history.of("purchase", "PURCHASED") if at(p) <= t]


def worst_miss(history: History, message: Event, sender: str) -> int | None:
    """None if every advertised category is borne by some sale, else the test missed.

    A message that states no categories advertises something unknown, which is similar
    to nothing (P8).
    """
    advertised: list[str | None] = [*many(message, "product_categories")] or [None]
    misses = [_miss(history, message, sender, category) for category in advertised]
    return min((m for m in misses if m is not None), default=None)


def _miss(history: History, message: Event, sender: str, category: str | None) -> int | None:
    """The latest miss over the sales, for one advertised category."""
    misses = [
        _first_miss(history, sale, message, sender, category)
        for sale in sales_until(history, at(message))
    ]
    if None in misses:
        return None
    return max((m for m in misses if m is not None), default=4)


def _first_miss(
    history: History, sale: Event, message: Event, sender: str, category: str | None
) -> int | None:
    t, settings = at(message), history.settings
    undone = [
        e
        for e in history.of("purchase", "REFUNDED_FULL", "CANCELLED", "REFUNDED_PARTIAL")
        if e["purchase_id"] == sale["purchase_id"] and at(e) <= t
    ]
    accepted = {"DIRECT"}
    if settings["indirect_consideration_accepted"]:
        accepted.add("INDIRECT_FREEMIUM")
    refunded = [
        c
        for e in undone
        if e["action"] == "REFUNDED_PARTIAL"
        for c in many(e, "product_categories")
    ]
    bought = [c for c in many(sale, "product_categories") if c not in refunded]
    since = max(at(sale), instant(sale.get("relationship_ends_at") or sale["occurred_at"]))
    if (sale.get("seller_controller_id") or history.controller) != sender:
        return 5
    if DETAIL[message["channel"]] not in many(sale, "contact_details_obtained"):
        return 6
    if sale.get("opt_out_offered_at_collection") is not True:  # the sender has to show it
        return 7
    reversed_wholly = any(e["action"] != "REFUNDED_PARTIAL" for e in undone)
    if reversed_wholly and not settings["reversed_sale_supports_soft_opt_in"]:
        return 8
    if sale.get("consideration") not in accepted:
        return 8
    if not any(_similar(history, category, c) for c in bought):
        return 9
    if t - since > span(settings["soft_opt_in_max_age"]):
        return 10
    return None


def _similar(history: History, advertised: str | None, bought: str) -> bool:
    if advertised is None:
        return False
    return advertised == bought or any(
        {advertised, bought} <= set(group) for group in history.settings["similar_products"]
    )
