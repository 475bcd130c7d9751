"""Whose offer is a message, and what must a consent cover for it? (legal model 4.3, 0 and 2)."""

from __future__ import annotations

from typing import Final

from streams.core.events import MarketingMessage
from streams.core.identifiers import RecipientId
from streams.core.law import TELEPHONE_OPT_IN
from streams.core.policy import Policy
from streams.core.targets import Target
from streams.core.vocabulary import Channel, MessagePurpose, Purpose

# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_MARKETING: Final = MessagePurpose.MARKETING
_PHONE_HUMAN: Final = Channel.PHONE_HUMAN
_AUTOMATED_CALL: Final = Channel.AUTOMATED_CALL
_OWN: Final = Purpose.OWN_DIRECT_MARKETING


def is_marketing(message: MarketingMessage) -> bool:
    """Promotion in a service message makes it marketing (legal model 4.3, step 0).

    Where nothing is said of it, a message promotes if it advertises: products, or somebody
    else than its sender (BGH 10 July 2018, VI ZR 225/17).
    """
    if message.message_purpose is _MARKETING:
        return True
    promotes = message.contains_promotion
    if promotes is None:
        return bool(message.product_categories) or not is_own_offer(message)
    return promotes


def is_assessed(message: MarketingMessage) -> bool:
    """Human calls of the opt-out era, before 1 July 2021, are not assessed (2.2)."""
    return not (message.channel is _PHONE_HUMAN and message.occurred_at < TELEPHONE_OPT_IN)


def sender_of(message: MarketingMessage) -> str:
    """Who sent it; the controller where nothing is said."""
    return message.sender_controller_id or message.controller_id


def is_own_offer(message: MarketingMessage) -> bool:
    """Whether the sender advertises for itself."""
    sender = sender_of(message)
    advertiser: str = message.advertiser_id or sender
    return advertiser == sender


def consent_target(message: MarketingMessage, policy: Policy) -> Target:
    """Step 2: what a consent must cover for this message."""
    if is_own_offer(message):
        return own_marketing_target(message, policy)
    recipient_id = message.advertiser_id or RecipientId(sender_of(message))
    return Target(
        purpose=Purpose.THIRD_PARTY_OFFERS,
        recipient_id=recipient_id,
        recipient_category=_category(recipient_id, message, policy),
        channel=message.channel,
        topic=message.topic,
        verified_phone=_verified_phone(message, policy),
    )


def own_marketing_target(message: MarketingMessage, policy: Policy) -> Target:
    """The own marketing of who sends it: a sister company must be named in the consent."""
    sender = RecipientId(sender_of(message))
    is_controller = str(sender) == str(message.controller_id)
    return Target(
        purpose=_OWN,
        recipient_id=None if is_controller else sender,
        recipient_category=None if is_controller else _category(sender, message, policy),
        channel=message.channel,
        topic=message.topic,
        sender=sender,
        verified_phone=_verified_phone(message, policy),
    )


def _category(recipient_id: RecipientId, message: MarketingMessage, policy: Policy) -> str | None:
    """The register gives the category of a message's recipient, and nothing else (3.1)."""
    entry = policy.index.recipient(recipient_id, message.occurred_at)
    return None if entry is None else entry.category


def _verified_phone(message: MarketingMessage, policy: Policy) -> bool:
    """P25: a call needs consent for a number that was verified."""
    channel = message.channel
    if channel is not _PHONE_HUMAN and channel is not _AUTOMATED_CALL:
        return False
    return policy.at(message.occurred_at).phone_consent_needs_verified_number


def targets_of(message: MarketingMessage, policy: Policy) -> tuple[Target, Target]:
    """What a consent must cover, and the own marketing of the sender: often the same."""
    own = own_marketing_target(message, policy)
    return (own if is_own_offer(message) else consent_target(message, policy)), own
