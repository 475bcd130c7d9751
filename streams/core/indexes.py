"""What a subject with a long history is asked, answered without going through all of it.

One object for each subject that has more than a few events, made for the policy that it
is judged under. What its parts answer is never less than what the rules would find in the
timelines themselves: with and without it every verdict is the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from mypy_extensions import mypyc_attr

from streams.core.consent_index import ConsentIndex
from streams.core.events import DataShare, MarketingMessage, Purchase
from streams.core.finding_index import FindingIndex
from streams.core.instants import Instant
from streams.core.ledger import Ledger, Messages
from streams.core.policy import Policy
from streams.core.sale_index import SaleIndex
from streams.core.signal_index import SignalIndex
from streams.core.signals import Grant, Signal

INDEXED_FROM: Final = 32
"""From so many events on a subject gets its indexes; below, looking at each is quicker."""

_END: Final = Instant(1 << 60)


@mypyc_attr(acyclic=True)
class Indexes:
    """The indexes of one subject under one policy."""

    def __init__(
        self,
        policy: Policy,
        *,
        grants: Iterable[Grant],
        signals: Iterable[Signal],
        shares: Iterable[DataShare],
        messages: Iterable[MarketingMessage],
        sales: Iterable[Purchase],
        reversals: Iterable[Purchase],
    ) -> None:
        self.policy = policy
        self.consents = ConsentIndex(policy)
        self.signals = SignalIndex(self.consents)
        self.ledger = Ledger(policy)
        self.messages = Messages(policy)
        self.sales = SaleIndex()
        self.findings = FindingIndex(policy)
        for grant in grants:
            self.consents.add(grant)
        for signal in signals:
            self.signals.add(signal)
        for share in shares:
            self.ledger.add(share)
        for message in messages:
            self.messages.add(message)
        for reversal in reversals:
            self.sales.reverse(reversal)
        for sale in sales:
            self.sales.add(sale)

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
