"""The indexes of a subject, if it has them for a policy."""

from __future__ import annotations

from streams.core.indexes import Indexes
from streams.core.ledger import Ledger
from streams.core.policy import Policy
from streams.core.subject import Subject


def indexes_of(subject: Subject, policy: Policy) -> Indexes | None:
    """The indexes of a subject, if it has them for this policy."""
    index = subject.index
    return index if index is not None and index.policy is policy else None


def ledger_of(subject: Subject, policy: Policy) -> Ledger:
    """Who received what, by kinds of shares."""
    index = indexes_of(subject, policy)
    return Ledger.of(subject.shares, policy) if index is None else index.ledger
