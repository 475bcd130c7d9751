"""Which fields did the producer of an event leave out that are read in its favour (4.9)?

And which words were misspelt, and whom does it concern. Asked of each event that a worker judges, so whatever costs much is asked last.
"""

from __future__ import annotations

from typing import Final, assert_never

import msgspec

from streams.core.event_kinds import (
    is_consent_change,
    is_message,
    is_notification,
    is_purchase,
    is_share,
)
from streams.core.events import (
    ConsentChange,
    DataShare,
    Event,
    MarketingMessage,
    Purchase,
    RecipientNotification,
)
from streams.core.identifiers import RecipientId
from streams.core.policy import Policy, RecipientEntry
from streams.core.policy.settings import UnknownAge
from streams.core.rules.message_target import is_marketing, is_own_offer
from streams.core.rules.share_roles import LABEL_PURPOSES, TPDM, normalise
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

# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_GRANTED: Final = ConsentAction.GRANTED
_PURCHASED: Final = PurchaseAction.PURCHASED
_REFUNDED_PARTIAL: Final = PurchaseAction.REFUNDED_PARTIAL
_SERVICE: Final = MessagePurpose.SERVICE
_POST: Final = Channel.POST
_UNKNOWN_AGE: Final = AgeBand.UNKNOWN
_ALLOW: Final = UnknownAge.ALLOW
_UNKNOWN_ROLE: Final = RecipientRole.UNKNOWN
_THIRD_PARTY: Final = RecipientRole.THIRD_PARTY
_RISKY_KIND: Final = RecipientKind.SOCIAL_MEDIA.value
_ACTORS: Final = frozenset(actor.value for actor in Actor)


def left_out(event: Event, policy: Policy) -> list[str]:
    """The fields of an event that is assessed, by their names."""
    if is_share(event):
        return _of_share(event, policy)
    if is_consent_change(event):
        return _of_grant(event, policy) if event.action is _GRANTED else []
    if is_message(event):
        return _of_message(event)
    if is_purchase(event):
        return _of_purchase(event)
    if is_notification(event):
        return []  # no rule reads what it may leave out
    assert_never(event)


def misspelt(event: ConsentChange) -> list[str]:
    """Words that are tolerated, since a withdrawal must not be lost over them (3.2)."""
    found = []
    if event.via is not None and meant("via", event.via) is not None:
        found.append("via")
    if event.actor is not None and event.actor not in _ACTORS:
        found.append("actor")
    return found


def recipient_of(event: Event) -> RecipientId | None:
    """The recipient of a share, the advertiser of a third party's offer, else none."""
    match event:
        case DataShare():
            return event.recipient_id
        case MarketingMessage():
            return None if is_own_offer(event) else event.advertiser_id
        case ConsentChange() | Purchase() | RecipientNotification():
            return None


def _of_grant(event: ConsentChange, policy: Policy) -> list[str]:
    found = []
    if event.guardian_consent is not True:
        unknown = event.age_band is None or event.age_band is _UNKNOWN_AGE
        if unknown and policy.at(event.occurred_at).unknown_age is _ALLOW:
            found.append("age_band")
        if event.under_guardianship is None:
            found.append("under_guardianship")
    if event.separate_act is None:
        found.append("separate_act")
    if event.bundled_with_terms is None:
        found.append("bundled_with_terms")
    if event.condition_of_service is None:
        found.append("condition_of_service")
    # Left out it is `occurred_at`, and an event that says so is the same event (4.5).
    if event.evidence_ref is not None and event.recorded_at == event.occurred_at:
        found.append("recorded_at")
    return found


def _of_purchase(event: Purchase) -> list[str]:
    found = []
    if event.action is _PURCHASED:
        if event.opt_out_exercised_at_collection is None and event.contact_details_obtained:
            found.append("opt_out_exercised_at_collection")
        if event.seller_controller_id is None:
            found.append("seller_controller_id")
    elif event.action is _REFUNDED_PARTIAL and not event.product_categories:
        found.append("product_categories")
    return found


def _of_share(event: DataShare, policy: Policy) -> list[str]:
    role, other = event.recipient_role, event.purpose is not TPDM
    no_role = role is None or role is _UNKNOWN_ROLE
    # A risky kind changes nothing about other purposes than these (1b, 1e), and own use makes
    # third-party marketing of it, which TPDM is already (1a, 1d).
    may_be_risky = other and event.recipient_kind is None and event.purpose in LABEL_PURPOSES
    may_use = other and event.recipient_own_use is None
    abroad = event.recipient_country is None
    if not (no_role or may_be_risky or may_use or abroad) and event.data_categories:
        return []
    entry = policy.index.recipient(event.recipient_id, event.occurred_at)
    found = []
    if no_role and _takes_role_of_policy(event, entry, policy):
        found.append("recipient_role")
    if may_be_risky and (entry is None or not entry.kind):
        risky = msgspec.structs.replace(event, recipient_kind=_RISKY_KIND)
        if _read(risky, policy) != _read(event, policy):
            found.append("recipient_kind")
    if may_use and (entry is None or entry.own_use is None):
        own_use = msgspec.structs.replace(event, recipient_own_use=True)
        if _read(own_use, policy) != _read(event, policy) and normalise(event, policy).external:
            found.append("recipient_own_use")
    abroad = abroad and (entry is None or not entry.country)
    if abroad or not event.data_categories:
        normal = normalise(event, policy)
        if abroad and normal.external:
            found.append("recipient_country")
        if normal.marketing and not event.data_categories:
            found.append("data_categories")
    return found


def _takes_role_of_policy(event: DataShare, entry: RecipientEntry | None, policy: Policy) -> bool:
    """Whether the register does not state the role either, and P18 is not the strictest."""
    if entry is not None and entry.role is not None and entry.role is not _UNKNOWN_ROLE:
        return False
    return policy.at(event.occurred_at).unknown_recipient_role is not _THIRD_PARTY


def _read(share: DataShare, policy: Policy) -> tuple[object, ...]:
    """As what a share is judged (4.2, step 1)."""
    normal = normalise(share, policy)
    return normal.role, normal.purpose, normal.own_purposes


def _of_message(event: MarketingMessage) -> list[str]:
    found = []
    if not is_marketing(event):
        if event.message_purpose is _SERVICE and event.contains_promotion is None:
            found.append("contains_promotion")
        return found
    if event.sender_controller_id is None:
        found.append("sender_controller_id")
    if event.advertiser_id is None:
        found.append("advertiser_id")
    if event.sender_identity_present is None:
        found.append("sender_identity_present")
    if event.contact_point_present is None:
        found.append("contact_point_present")
    if event.unsubscribe_present is None and event.channel is not _POST:
        found.append("unsubscribe_present")
    if event.caller_id_shown is None and event.channel in CALLS:
        found.append("caller_id_shown")
    return found
