"""Grants and negative signals: what a person expressed, as the rules read it.

The algebra A1 to A9 of legal model 4.1: whom a signal hits, what a grant covers, what
lifts a signal and what kills a grant.
"""

from __future__ import annotations

from typing import Final

import msgspec
from mypy_extensions import mypyc_attr

from streams.core.consent_tests import ConsentTest
from streams.core.event_kinds import event_key
from streams.core.events import ConsentChange, Purchase
from streams.core.identifiers import ConsentId, EventId, EventKey, RecipientId, Topic
from streams.core.instants import LATEST, Instant
from streams.core.targets import Target
from streams.core.vocabulary import (
    MARKETING_PURPOSES,
    NAW_CATEGORIES,
    Channel,
    ConsentAction,
    ContactDetail,
    DataCategory,
    Purpose,
)

NAMED_ONLY_CHANNELS: Final = frozenset({Channel.INBOX_AD, Channel.AUTOMATED_CALL})
"""A9: these must be named in a grant (C-102/20)."""

COLLECTED_CHANNELS = {
    ContactDetail.EMAIL: (Channel.EMAIL,),
    ContactDetail.PHONE: (Channel.SMS, Channel.MESSAGING_APP, Channel.PHONE_HUMAN),
}
"""A7: the channels that belong to a contact detail."""

# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_OBJECTED: Final = ConsentAction.OBJECTED
_ERASED: Final = ConsentAction.ERASED
_OWN: Final = Purpose.OWN_DIRECT_MARKETING
_NAW: Final = DataCategory.NAW


@mypyc_attr(acyclic=True)
class Grant:
    """A grant with its derived sets; identity is the event."""

    __slots__ = (
        "at",
        "categories",
        "consent_id",
        "ended_at",
        "event",
        "named_channels",
        "named_topics",
        "order",
        "purpose",
        "replaced_at",
        "validity",
    )

    def __init__(self, event: ConsentChange) -> None:
        self.event = event
        self.at: Instant = event.occurred_at
        self.consent_id: ConsentId | None = event.consent_id
        self.purpose: Purpose = event.purposes[0]
        self.categories: tuple[DataCategory, ...] = expand(event.data_categories)
        self.named_channels: frozenset[Channel] = frozenset(event.channels)
        self.named_topics: frozenset[Topic] = frozenset(event.topics)
        self.validity: tuple[object, tuple[ConsentTest, ...]] | None = None
        """The policy and the failed validity tests under it, kept by `rules.consent_validity`."""
        self.order: tuple[Instant, str, EventId] = (self.at, event.consent_id or "", event.event_id)
        """Newest grant first, then highest consent id, when read backwards (4.2)."""
        self.replaced_at = LATEST
        """When another grant replaced it, exclusive; kept by `streams.core.consent_index`."""
        self.ended_at = LATEST
        """When it was ended by its id (A6), at the latest; kept there too."""

    def covers_channel(self, channel: Channel) -> bool:
        """A9: none named means all but inbox advertising and automated calls."""
        if not self.named_channels:
            return channel not in NAMED_ONLY_CHANNELS
        return channel in self.named_channels

    def covers_topic(self, topic: Topic | None) -> bool:
        """A9: none named means all; a message that states none may be of any other."""
        return not self.named_topics or topic in self.named_topics

    def covers_message(self, target: Target) -> bool:
        """T5: channel and topic of a message are within it; a share has neither."""
        channel = target.channel
        if channel is None:
            return True
        return self.covers_channel(channel) and self.covers_topic(target.topic)


class Signal(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A refusal, withdrawal, objection or erasure request with its stated scope.

    Empty sets mean "not stated". `cites` is the consent that fills what a withdrawal or
    refusal leaves unstated (A4). `ends`: it states nothing but that consent, and ends it for
    every target (A6). `no_channel`: an opt-out at collection of no contact detail, which hits
    nothing.
    """

    key: EventKey
    at: Instant
    kind: ConsentAction
    purposes: frozenset[Purpose] = frozenset()
    recipient_ids: frozenset[RecipientId] = frozenset()
    recipient_categories: frozenset[str] = frozenset()
    channels: frozenset[Channel] = frozenset()
    topics: frozenset[Topic] = frozenset()
    cites: ConsentId | None = None
    ends: bool = False
    no_channel: bool = False

    @staticmethod
    def of(event: ConsentChange) -> Signal:
        """The signal of a negative consent change.

        An objection or erasure request without purposes concerns all direct marketing
        (GDPR 21(2)), whichever consent it cites.
        """
        cites = event.consent_id
        if event.action in (_OBJECTED, _ERASED):
            cites = None
        scope = (
            event.purposes
            or event.recipient_ids
            or event.recipient_categories
            or event.channels
            or event.topics
        )
        return Signal(
            key=event_key(event),
            at=event.occurred_at,
            kind=event.action,
            purposes=frozenset(event.purposes),
            recipient_ids=frozenset(event.recipient_ids),
            recipient_categories=frozenset(event.recipient_categories),
            channels=frozenset(event.channels),
            topics=frozenset(event.topics),
            cites=cites,
            ends=cites is not None and not scope,
        )

    def scoped(self, cited: Grant | None) -> Signal:
        """This signal with what it leaves unstated taken from the consent it cites."""
        if cited is None:
            return self
        recipients_stated = bool(self.recipient_ids or self.recipient_categories)
        return msgspec.structs.replace(
            self,
            purposes=self.purposes or frozenset({cited.purpose}),
            recipient_ids=self.recipient_ids
            if recipients_stated
            else frozenset(cited.event.recipient_ids),
            recipient_categories=self.recipient_categories
            if recipients_stated
            else frozenset(cited.event.recipient_categories),
            channels=self.channels or cited.named_channels,
            topics=self.topics or cited.named_topics,
        )

    def hits(self, target: Target) -> bool:
        """A4, for a signal whose scope is complete. Unstated scope is the widest."""
        if self.no_channel or not self._hits_purpose(target.purpose):
            return False
        return self._hits_recipient(target) and self._hits_message(target)

    def hits_any(self, targets: tuple[Target, ...]) -> bool:
        """Whether one of these is hit: a share whose purpose was changed has two (A4)."""
        return any(map(self.hits, targets))

    def _hits_purpose(self, purpose: Purpose) -> bool:
        return purpose in (self.purposes or MARKETING_PURPOSES)

    def _hits_recipient(self, target: Target) -> bool:
        if not self.recipient_ids and not self.recipient_categories:
            return True
        if target.sender is not None:
            return target.sender in self.recipient_ids  # a category is no sender
        if target.recipient_id in self.recipient_ids:
            return True
        if not self.recipient_categories:
            return False
        # A recipient of unknown category may be one of those meant: read widest.
        category = target.recipient_category
        return category is None or category in self.recipient_categories

    def _hits_message(self, target: Target) -> bool:
        if not self.channels and not self.topics:
            return True
        if target.channel is None:
            # Own preferences of channel and topic are enforced on messages, not on shares.
            return target.purpose is not _OWN
        if self.channels and target.channel not in self.channels:
            return False
        # A message that states no topic may be of the one that was ended: read widest.
        return not self.topics or target.topic is None or target.topic in self.topics


def opt_out_at_collection(sale: Purchase) -> Signal | None:
    """A7: an opt-out used at the sale is an objection on the collected channels."""
    if not sale.opt_out_exercised_at_collection:
        return None
    channels = frozenset(
        [
            channel
            for detail in sale.contact_details_obtained
            for channel in COLLECTED_CHANNELS[detail]
        ]
    )
    return Signal(
        key=event_key(sale),
        at=sale.occurred_at,
        kind=_OBJECTED,
        purposes=frozenset({_OWN}),
        channels=channels,
        no_channel=not channels,
    )


def expand(categories: tuple[DataCategory, ...]) -> tuple[DataCategory, ...]:
    """Replace the alias NAW by its three categories; keep order, drop repetition."""
    if len(categories) < 2 and _NAW not in categories:
        return categories
    expanded: dict[DataCategory, None] = {}
    for category in categories:
        for single in NAW_CATEGORIES if category is _NAW else (category,):
            expanded[single] = None
    return tuple(expanded)


def any_in(categories: tuple[DataCategory, ...], some: frozenset[DataCategory]) -> bool:
    """Whether one of the categories is among some."""
    return any(category in some for category in categories)
