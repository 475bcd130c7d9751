"""What was read in favour of lawfulness because a producer left it out (legal model 4.9).

No finding comes of it, but the verdict then rests on an assumption, and the DPO should know
on how many. Whether one is made depends on the event, the registers and the policy alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

import msgspec

from streams.core.events import (
    ConsentChange,
    DataShare,
    Event,
    MarketingMessage,
    Purchase,
    RecipientNotification,
)
from streams.core.identifiers import RecipientId
from streams.core.policy import Policy
from streams.core.policy.settings import UnknownAge
from streams.core.rules.assess import not_assessed
from streams.core.rules.message_target import is_marketing, is_own_offer
from streams.core.rules.share_roles import normalise
from streams.core.vocabulary import (
    CALLS,
    Actor,
    AgeBand,
    Channel,
    ConsentAction,
    MessagePurpose,
    PurchaseAction,
    RecipientKind,
    RecipientRole,
)
from streams.core.vocabulary.open_words import meant


class Assumption(msgspec.Struct, frozen=True, order=True):
    """One field of one event that was read mildly, with what it is counted by.

    `note`: nothing is assumed; the producer should correct a word that no rule reads.
    """

    field: str
    source_system: str = ""
    recipient_id: str = ""
    note: bool = False


def assumptions(event: Event, policy: Policy) -> list[Assumption]:
    """The assumptions that the verdicts on an event, and on others by it, rest on."""
    if not_assessed(event, policy):
        return []
    source, recipient = event.source_system or "", _recipient(event) or ""
    found = [Assumption(field, source, recipient) for field in _left_out(event, policy)]
    if isinstance(event, ConsentChange):
        found += [Assumption(field, source, recipient, note=True) for field in _misspelt(event)]
    return found


def _left_out(event: Event, policy: Policy) -> Iterator[str]:
    if isinstance(event, ConsentChange):
        if event.action is ConsentAction.GRANTED:
            yield from _of_grant(event, policy)
    elif isinstance(event, Purchase):
        yield from _of_purchase(event)
    elif isinstance(event, DataShare):
        yield from _of_share(event, policy)
    elif isinstance(event, MarketingMessage):
        yield from _of_message(event)
    elif not isinstance(event, RecipientNotification):  # whose absent fields no rule reads
        assert_never(event)


def _of_grant(event: ConsentChange, policy: Policy) -> Iterator[str]:
    if event.guardian_consent is not True:
        allowed = policy.at(event.occurred_at).unknown_age is UnknownAge.ALLOW
        if event.age_band in (None, AgeBand.UNKNOWN) and allowed:
            yield "age_band"
        if event.under_guardianship is None:
            yield "under_guardianship"
    for field in ("separate_act", "bundled_with_terms", "condition_of_service"):
        if getattr(event, field) is None:
            yield field
    # Left out it is `occurred_at`, and an event that says so is the same event (4.5).
    if event.evidence_ref is not None and event.recorded_at == event.occurred_at:
        yield "recorded_at"


def _of_purchase(event: Purchase) -> Iterator[str]:
    if event.action is PurchaseAction.PURCHASED:
        if event.contact_details_obtained and event.opt_out_exercised_at_collection is None:
            yield "opt_out_exercised_at_collection"
        if event.seller_controller_id is None:
            yield "seller_controller_id"
    elif event.action is PurchaseAction.REFUNDED_PARTIAL and not event.product_categories:
        yield "product_categories"


def _of_share(event: DataShare, policy: Policy) -> Iterator[str]:
    normal = normalise(event, policy)
    entry = normal.entry
    unstated = (None, RecipientRole.UNKNOWN)
    if event.recipient_role in unstated and (entry is None or entry.role in unstated):
        settings = policy.at(event.occurred_at)
        if settings.unknown_recipient_role is not RecipientRole.THIRD_PARTY:
            yield "recipient_role"
    if event.recipient_kind is None and (entry is None or not entry.kind):
        risky = msgspec.structs.replace(event, recipient_kind=RecipientKind.SOCIAL_MEDIA.value)
        if _read(risky, policy) != _read(event, policy):
            yield "recipient_kind"
    if not normal.external:
        return
    if event.recipient_own_use is None and (entry is None or entry.own_use is None):
        own_use = msgspec.structs.replace(event, recipient_own_use=True)
        if _read(own_use, policy) != _read(event, policy):
            yield "recipient_own_use"
    if normal.country is None:
        yield "recipient_country"
    if normal.marketing and not event.data_categories:
        yield "data_categories"


def _read(share: DataShare, policy: Policy) -> tuple[object, ...]:
    """As what a share is judged (4.2, step 1)."""
    normal = normalise(share, policy)
    return normal.role, normal.purpose, normal.own_purposes


def _of_message(event: MarketingMessage) -> Iterator[str]:
    if not is_marketing(event):
        if event.message_purpose is MessagePurpose.SERVICE and event.contains_promotion is None:
            yield "contains_promotion"
        return
    for field in ("sender_controller_id", "advertiser_id", "sender_identity_present",
                  "contact_point_present"):  # fmt: skip
        if getattr(event, field) is None:
            yield field
    if event.unsubscribe_present is None and event.channel is not Channel.POST:
        yield "unsubscribe_present"
    if event.caller_id_shown is None and event.channel in CALLS:
        yield "caller_id_shown"


def _misspelt(event: ConsentChange) -> Iterator[str]:
    """Words that are tolerated, since a withdrawal must not be lost over them (3.2)."""
    if event.via is not None and meant("via", event.via) is not None:
        yield "via"
    if event.actor is not None and event.actor not in set(Actor):
        yield "actor"


def _recipient(event: Event) -> RecipientId | None:
    """The recipient of a share, the advertiser of a third party's offer, else none."""
    match event:
        case DataShare():
            return event.recipient_id
        case MarketingMessage():
            return None if is_own_offer(event) else event.advertiser_id
        case ConsentChange() | Purchase() | RecipientNotification():
            return None
