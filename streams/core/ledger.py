"""Who received what, and what was sent: events alike in all that a consent or signal looks at.

A withdrawal after 115,000 shares is compared with the few kinds of them, never with each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge
from typing import Final

from mypy_extensions import mypyc_attr

from streams.core.events import DataShare, MarketingMessage
from streams.core.identifiers import EventId, RecipientId
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.rules.message_target import targets_of
from streams.core.rules.share_roles import NormalisedShare, normalise
from streams.core.targets import Target
from streams.core.timeline import Timeline
from streams.core.vocabulary import Channel, LegalBasis, Purpose, RecipientRole


def _at(event: DataShare | MarketingMessage) -> tuple[Instant, EventId]:
    return event.occurred_at, event.event_id


@mypyc_attr(acyclic=True)
class ShareKind:
    """Shares with one recipient, role, category and purpose, declared and normalised."""

    __slots__ = ("declared", "normal", "shares")

    def __init__(self, declared: Purpose, normal: NormalisedShare) -> None:
        self.declared = declared
        self.normal = normal
        """That of one of them; what differs between them is neither consent nor signal."""
        self.shares: Timeline[DataShare] = Timeline(_at)


_PROCESSOR: Final = RecipientRole.PROCESSOR
_NOTHING: Final[set[Purpose]] = set()
_NOBODY: Final[set[RecipientId]] = set()
_ShareKey = tuple[Purpose, RecipientRole, str | None]


@mypyc_attr(acyclic=True)
class Ledger:
    """The shares of one subject that left for somebody else for direct marketing."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._kinds: dict[Purpose, dict[RecipientId, dict[_ShareKey, ShareKind]]] = {}
        """By purpose as normalised."""
        self._read_as: dict[Purpose, set[Purpose]] = {}
        """What purposes as declared were normalised to, where that is another one."""
        self._processors: dict[Purpose, set[RecipientId]] = {}
        self._in_category: dict[tuple[Purpose, str], set[RecipientId]] = {}

    @staticmethod
    def of(shares: Iterable[DataShare], policy: Policy) -> Ledger:
        """A ledger of these shares."""
        ledger = Ledger(policy)
        for share in shares:
            ledger.add(share)
        return ledger

    def add(self, share: DataShare) -> None:
        """Take a share in, if it left for direct marketing."""
        normal = normalise(share, self._policy)
        if not normal.marketing:
            return
        recipients = self._kinds.get(normal.purpose)
        if recipients is None:
            recipients = self._kinds[normal.purpose] = {}
        kinds = recipients.get(share.recipient_id)
        if kinds is None:
            kinds = recipients[share.recipient_id] = {}
        key = share.purpose, normal.role, normal.category
        kind = kinds.get(key)
        if kind is None:
            kind = kinds[key] = ShareKind(share.purpose, normal)
            self._new(kind)
        kind.shares.add(share, share.occurred_at)

    def _new(self, kind: ShareKind) -> None:
        normal = kind.normal
        if kind.declared is not normal.purpose:
            self._read_as.setdefault(kind.declared, set()).add(normal.purpose)
        for purpose in {kind.declared, normal.purpose}:
            if normal.role is _PROCESSOR:
                self._processors.setdefault(purpose, set()).add(normal.recipient_id)
            if normal.category is not None:
                place = purpose, normal.category
                self._in_category.setdefault(place, set()).add(normal.recipient_id)

    def remove(self, share: DataShare) -> None:
        """Let a share go."""
        normal = normalise(share, self._policy)
        if normal.marketing:
            kinds = self._kinds[normal.purpose][share.recipient_id]
            kinds[share.purpose, normal.role, normal.category].shares.remove(share)

    def kinds(
        self,
        purposes: Iterable[Purpose] | None = None,
        recipients: Iterable[RecipientId] | None = None,
    ) -> Iterator[ShareKind]:
        """The kinds for purposes and for recipients, and a few more; None: whichever.

        A kind is there by its purpose as declared and as normalised.
        """
        if purposes is None:
            looked_at: Iterable[Purpose] = self._kinds
        else:
            looked_at = set(purposes)
            for purpose in purposes:
                looked_at |= self._read_as.get(purpose, _NOTHING)
        for purpose in looked_at:
            by_recipient = self._kinds.get(purpose)
            if by_recipient is None:
                continue
            if recipients is None:
                for kinds in by_recipient.values():
                    yield from kinds.values()
            else:
                for recipient_id in recipients:
                    yield from by_recipient.get(recipient_id, {}).values()

    def processors(self, purpose: Purpose) -> set[RecipientId]:
        """Who ever received data for a purpose as a processor."""
        return self._processors.get(purpose, _NOBODY)

    def in_category(self, purpose: Purpose, category: str) -> set[RecipientId]:
        """Who ever received data for a purpose as one of a category."""
        return self._in_category.get((purpose, category), _NOBODY)


def first_ids(kinds: Iterable[ShareKind], before: Instant, most: int) -> tuple[EventId, ...]:
    """The ids of the earliest shares of some kinds before an instant, at most so many."""
    heads = [kind.shares.head(before, most) for kind in kinds]
    if len(heads) == 1:
        return tuple([share.event_id for share in heads[0]])
    ordered = merge(*[[_at(share) for share in head] for head in heads])
    ids: list[EventId] = []
    for _, event_id in ordered:
        if len(ids) == most:
            break
        ids.append(event_id)
    return tuple(ids)


@mypyc_attr(acyclic=True)
class MessageKind:
    """Messages that a consent and a signal see alike: whose offer, from whom, by which way."""

    __slots__ = ("messages", "offer", "own")

    def __init__(self, offer: Target, own: Target) -> None:
        self.offer = offer
        """What a consent must cover."""
        self.own = own
        """The own marketing of their sender; `offer` itself where they advertise for it."""
        self.messages: Timeline[MarketingMessage] = Timeline(_at)

    @property
    def is_own_offer(self) -> bool:
        """Whether the sender advertises for itself."""
        return self.offer == self.own


@mypyc_attr(acyclic=True)
class Messages:
    """The messages to one subject."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._kinds: dict[tuple[Target, Target], MessageKind] = {}
        self.otherwise: Timeline[MarketingMessage] = Timeline(_at)
        """Messages on a basis other than those that a consent may stand in for (4.3, 3c)."""

    def add(self, message: MarketingMessage) -> None:
        """Take a message in."""
        key = targets_of(message, self._policy)
        kind = self._kinds.get(key)
        if kind is None:
            kind = self._kinds[key] = MessageKind(*key)
        kind.messages.add(message, message.occurred_at)
        if _otherwise(message):
            self.otherwise.add(message, message.occurred_at)

    def remove(self, message: MarketingMessage) -> None:
        """Let a message go."""
        self._kinds[targets_of(message, self._policy)].messages.remove(message)
        if _otherwise(message):
            self.otherwise.remove(message)

    def kinds(self) -> Iterable[MessageKind]:
        """All kinds of messages."""
        return self._kinds.values()


_STANDS_IN: Final = frozenset(
    {LegalBasis.CONSENT, LegalBasis.SOFT_OPT_IN, LegalBasis.LEGITIMATE_INTEREST}
)


def _otherwise(message: MarketingMessage) -> bool:
    """Whether a consent that is found may bring a finding where there was none (S26)."""
    return message.legal_basis_claimed not in _STANDS_IN and message.channel is not Channel.POST
