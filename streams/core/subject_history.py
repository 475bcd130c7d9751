"""What happened to one subject, by kind and by time, with the indexes over it kept up to date."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, assert_never

from mypy_extensions import mypyc_attr

from streams.core.event_kinds import (
    is_consent_change,
    is_message,
    is_notification,
    is_purchase,
    is_share,
)
from streams.core.events import (
    DataShare,
    Event,
    MarketingMessage,
    Purchase,
    RecipientNotification,
)
from streams.core.identifiers import (
    EventId,
    EventKey,
    RecipientId,
)
from streams.core.indexes import Indexes
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.records import Records
from streams.core.signals import Grant, Signal, opt_out_at_collection
from streams.core.timeline import Timeline
from streams.core.vocabulary import (
    ConsentAction,
    PurchaseAction,
    Purpose,
)

# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_GRANTED: Final = ConsentAction.GRANTED
_PURCHASED: Final = PurchaseAction.PURCHASED


def _at(event: Event) -> tuple[Instant, EventId]:
    return event.occurred_at, event.event_id


def _grant_at(grant: Grant) -> tuple[Instant, EventId]:
    return grant.at, grant.event.event_id


def _signal_at(signal: Signal) -> tuple[Instant, EventKey]:
    return signal.at, signal.key


# Shared by all who have nothing of a kind, and never changed.
_NO_GRANTS: Final[Timeline[Grant]] = Timeline(_grant_at)
_NO_SIGNALS: Final[Timeline[Signal]] = Timeline(_signal_at)
_NO_SHARES: Final[Timeline[DataShare]] = Timeline(_at)
_NO_MESSAGES: Final[Timeline[MarketingMessage]] = Timeline(_at)
_NO_SALES: Final[Timeline[Purchase]] = Timeline(_at)
_NO_NOTIFICATIONS: Final[dict[RecipientId, Timeline[RecipientNotification]]] = {}


@mypyc_attr(acyclic=True)
class SubjectHistory:
    """The timelines of one subject; `Subject` says which payloads are in them."""

    def __init__(self) -> None:
        # Empty ones are everybody's until something is put in: most people have few kinds.
        self.grants: Timeline[Grant] = _NO_GRANTS
        self.replacing = 0
        """How many grants say that they replace another one."""
        self.signals: Timeline[Signal] = _NO_SIGNALS
        self.shares: Timeline[DataShare] = _NO_SHARES
        self.messages: Timeline[MarketingMessage] = _NO_MESSAGES
        self.sales: Timeline[Purchase] = _NO_SALES
        self.reversals: Timeline[Purchase] = _NO_SALES
        self.notifications: dict[RecipientId, Timeline[RecipientNotification]] = _NO_NOTIFICATIONS
        self.index: Indexes | None = None
        """There once the subject has more than a few events, and kept up to date."""

    def indexes(self, policy: Policy, records: Records) -> Indexes:
        """Indexes over these timelines; they may read them later, so each becomes its own."""
        if self.shares is _NO_SHARES:
            self.shares = Timeline(_at)
        if self.messages is _NO_MESSAGES:
            self.messages = Timeline(_at)
        if self.sales is _NO_SALES:
            self.sales = Timeline(_at)
        if self.reversals is _NO_SALES:
            self.reversals = Timeline(_at)
        return Indexes(
            policy,
            grants=self.grants,
            signals=self.signals,
            shares=self.shares,
            messages=self.messages,
            sales=self.sales,
            reversals=self.reversals,
            records=records,
        )

    def granted_backwards(self, purpose: Purpose, through: Instant) -> Iterable[Grant]:
        """The grants for a purpose at or before an instant, newest first.

        It is asked of those who have no indexes, so there are only a few to look through.
        """
        given = self.grants.newest_first(through)
        return [grant for grant in given if grant.purpose is purpose] if given else given

    def insert(self, event: Event) -> None:
        """Put an event where it belongs."""
        if is_share(event):
            self._share(event)
        elif is_message(event):
            self._message(event)
        elif is_consent_change(event):
            if event.action is _GRANTED:
                self._grant(Grant(event))
            else:
                self._signal(Signal.of(event))
        elif is_purchase(event):
            self._purchase(event)
        elif is_notification(event):
            self._notified(event)
        else:
            assert_never(event)

    def _share(self, event: DataShare) -> None:
        if self.shares is _NO_SHARES:
            self.shares = Timeline(_at)
        self.shares.add(event, event.occurred_at)
        if self.index is not None:
            self.index.share(event)

    def _message(self, event: MarketingMessage) -> None:
        if self.messages is _NO_MESSAGES:
            self.messages = Timeline(_at)
        self.messages.add(event, event.occurred_at)
        if self.index is not None:
            self.index.message(event)

    def _notified(self, event: RecipientNotification) -> None:
        if self.notifications is _NO_NOTIFICATIONS:
            self.notifications = {}
        timeline = self.notifications.get(event.recipient_id)
        if timeline is None:
            timeline = self.notifications[event.recipient_id] = Timeline(_at)
        timeline.add(event, event.occurred_at)

    def _purchase(self, event: Purchase) -> None:
        index = self.index
        if event.action is not _PURCHASED:
            if self.reversals is _NO_SALES:
                self.reversals = Timeline(_at)
            self.reversals.add(event, event.occurred_at)
            if index is not None:
                index.reversal(event)
            return
        if self.sales is _NO_SALES:
            self.sales = Timeline(_at)
        self.sales.add(event, event.occurred_at)
        if index is not None:
            index.sale(event)
        if signal := opt_out_at_collection(event):
            self._signal(signal)

    def _grant(self, grant: Grant) -> None:
        if self.grants is _NO_GRANTS:
            self.grants = Timeline(_grant_at)
        self.grants.add(grant, grant.at)
        self.replacing += grant.event.replaces_consent_id is not None
        if self.index is not None:
            self.index.grant(grant)

    def _signal(self, signal: Signal) -> None:
        if self.signals is _NO_SIGNALS:
            self.signals = Timeline(_signal_at)
        self.signals.add(signal, signal.at)
        if self.index is not None:
            self.index.signals.add(signal)

    def remove(self, event: Event) -> None:
        """Take an event out again."""
        index = self.index
        if is_share(event):
            self.shares.remove(event)
            if index is not None:
                index.unshare(event)
        elif is_message(event):
            self.messages.remove(event)
            if index is not None:
                index.unmessage(event)
        elif is_consent_change(event):
            if event.action is _GRANTED:
                self._ungrant(Grant(event))
            else:
                self._unsignal(Signal.of(event))
        elif is_purchase(event):
            self._unpurchase(event)
        elif is_notification(event):
            self.notifications[event.recipient_id].remove(event)
        else:
            assert_never(event)

    def _unpurchase(self, event: Purchase) -> None:
        index = self.index
        if event.action is not _PURCHASED:
            self.reversals.remove(event)
            if index is not None:
                index.unreversal(event)
            return
        self.sales.remove(event)
        if index is not None:
            index.unsale(event)
        if signal := opt_out_at_collection(event):
            self._unsignal(signal)

    def _ungrant(self, grant: Grant) -> None:
        self.grants.remove(grant)
        self.replacing -= grant.event.replaces_consent_id is not None
        if self.index is not None:
            self.index.ungrant(grant)

    def _unsignal(self, signal: Signal) -> None:
        self.signals.remove(signal)
        if self.index is not None:
            self.index.signals.remove(signal)
