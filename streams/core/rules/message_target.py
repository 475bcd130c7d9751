"""Whose offer is a message, and what must a consent cover for it? (legal model 4.3, 0 and 2)."""

from __future__ import annotations

from typing import Final

from streams.core.events import MarketingMessage
from streams.core.identifiers import RecipientId
from streams.core.law import TELEPHONE_OPT_IN
from streams.core.signals import Target
from streams.core.vocabulary import Channel, MessagePurpose, Purpose

# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_MARKETING: Final = MessagePurpose.MARKETING
_PHONE_HUMAN: Final = Channel.PHONE_HUMAN
_OWN: Final = Purpose.OWN_DIRECT_MARKETING


def is_marketing(message: MarketingMessage) -> bool:
    """Promotion in a service message makes it marketing (legal model 4.3, step 0)."""
    return message.message_purpose is _MARKETING or bool(message.contains_promotion)


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


def consent_target(message: MarketingMessage) -> Target:
    """Step 2: what a consent must cover for this message."""
    if not is_own_offer(message):
        return Target(
            purpose=Purpose.THIRD_PARTY_OFFERS,
            recipient_id=message.advertiser_id,
            channel=message.channel,
        )
    return own_offer_target(message)


def own_offer_target(message: MarketingMessage) -> Target:
    """A sister company that sends must be named in the consent; the controller need not."""
    sender = sender_of(message)
    named = None if sender == message.controller_id else RecipientId(sender)
    return Target(purpose=_OWN, recipient_id=named, channel=message.channel)


def own_marketing_target(message: MarketingMessage) -> Target:
    """What an opt-out towards the controller hits, whoever sends (step 3a)."""
    return Target(purpose=_OWN, channel=message.channel)
