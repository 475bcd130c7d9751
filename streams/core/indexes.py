"""What a subject with a long history is asked, answered without going through all of it.

One object for each subject that has more than a few events, made for the policy that it
is judged under. What its parts answer is never less than what the rules would find in the
timelines themselves: with and without it every verdict is the same.

Consents and signals decide on every share, so they are indexed at once. The other parts are
made when one of them is first asked for, which for most people is never: who received what
matters to a signal or to what comes late, sales to the customer exception alone.
"""

from __future__ import annotations

from typing import Final

from mypy_extensions import mypyc_attr

from streams.core.consent_index import ConsentIndex
from streams.core.events import DataShare, MarketingMessage, Purchase
from streams.core.finding_index import FindingIndex
from streams.core.identifiers import EventKey
from streams.core.instants import Instant
from streams.core.ledger import Ledger, Messages
from streams.core.policy import Policy
from streams.core.records import Records
from streams.core.sale_index import SaleIndex
from streams.core.signal_index import SignalIndex
from streams.core.signals import Grant, Signal
from streams.core.state import EventRow
from streams.core.timeline import Timeline

INDEXED_FROM: Final = 32
"""From so many events on a subject gets its indexes; below, looking at each is quicker."""

_END: Final = Instant(1 << 60)


@mypyc_attr(acyclic=True)
class Indexes:
    """The indexes of one subject under one policy, over its own timelines.

    The timelines are read when a part is first asked for; from then on it takes in each event
    that comes, and lets go each that goes, after the timeline did.
    """

    def __init__(
        self,
        policy: Policy,
        *,
        grants: Timeline[Grant],
        signals: Timeline[Signal],
        shares: Timeline[DataShare],
        messages: Timeline[MarketingMessage],
        sales: Timeline[Purchase],
        reversals: Timeline[Purchase],
        records: Records,
    ) -> None:
        self.policy = policy
        self.consents = ConsentIndex(policy)
        self.signals = SignalIndex(self.consents)
        for grant in grants:
            self.consents.add(grant)
        for signal in signals:
            self.signals.add(signal)
        self._shares = shares
        self._messages = messages
        self._sales = sales
        self._reversals = reversals
        self._records = records
        self._ledger: Ledger | None = None
        self._message_kinds: Messages | None = None
        self._sale_index: SaleIndex | None = None
        self._findings: FindingIndex | None = None

    @property
    def ledger(self) -> Ledger:
        """Who received what."""
        ledger = self._ledger
        if ledger is None:
            ledger = self._ledger = Ledger.of(self._shares, self.policy)
        return ledger

    @property
    def messages(self) -> Messages:
        """What was sent, by kinds."""
        kinds = self._message_kinds
        if kinds is None:
            kinds = self._message_kinds = Messages(self.policy)
            for message in self._messages:
                kinds.add(message)
        return kinds

    @property
    def sales(self) -> SaleIndex:
        """The sales, each until it was given back."""
        index = self._sale_index
        if index is None:
            index = self._sale_index = SaleIndex()
            for reversal in self._reversals:
                index.reverse(reversal)
            for sale in self._sales:
                index.add(sale)
        return index

    @property
    def findings(self) -> FindingIndex:
        """What was said, as far as a consent may still change it."""
        index = self._findings
        if index is None:
            index = self._findings = FindingIndex(self.policy)
            for record in self._records.values():
                if not record.silent:
                    index.note(record.row)
        return index

    def share(self, share: DataShare) -> None:
        """A share came."""
        if self._ledger is not None:
            self._ledger.add(share)

    def unshare(self, share: DataShare) -> None:
        """A share went."""
        if self._ledger is not None:
            self._ledger.remove(share)

    def message(self, message: MarketingMessage) -> None:
        """A message came."""
        if self._message_kinds is not None:
            self._message_kinds.add(message)

    def unmessage(self, message: MarketingMessage) -> None:
        """A message went."""
        if self._message_kinds is not None:
            self._message_kinds.remove(message)

    def sale(self, sale: Purchase) -> None:
        """A sale came."""
        if self._sale_index is not None:
            self._sale_index.add(sale)

    def unsale(self, sale: Purchase) -> None:
        """A sale went."""
        if self._sale_index is not None:
            self._sale_index.remove(sale)

    def reversal(self, reversal: Purchase) -> None:
        """A refund or cancellation came."""
        if self._sale_index is not None:
            self._sale_index.reverse(reversal)

    def unreversal(self, reversal: Purchase) -> None:
        """A refund or cancellation went."""
        if self._sale_index is not None:
            self._sale_index.restore(reversal)

    def said(self, row: EventRow) -> None:
        """What is said of an event is another thing now."""
        if self._findings is not None:
            self._findings.note(row)

    def unsaid(self, key: EventKey) -> None:
        """Nothing is said of an event any more."""
        if self._findings is not None:
            self._findings.forget(key)

    def grant(self, grant: Grant) -> None:
        """Take a grant in, and read again what cites it."""
        self.consents.add(grant)
        self._cited(grant)

    def ungrant(self, grant: Grant) -> None:
        """Let a grant go, and read again what cited it."""
        self.consents.remove(grant)
        self._cited(grant)

    def _cited(self, grant: Grant) -> None:
        if grant.consent_id is not None:
            self.signals.read_again(grant.consent_id, grant.at, self.next_of_id(grant))

    def next_of_id(self, grant: Grant) -> Instant:
        """When the next grant of the same id was given: from then on citations mean that one."""
        if grant.consent_id is None:
            return _END
        same = self.consents.by_id.get(grant.consent_id)
        later = None if same is None else same.after(grant.order)
        return _END if later is None else later.at
