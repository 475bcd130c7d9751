"""Where a grant stands in the groups that it belongs to, and until when.

Grants that may be asked for the same stand in the same places: these are found with one
look-up, so that one more consent of a kind costs little more than to put it there.
"""

from __future__ import annotations

from mypy_extensions import mypyc_attr

from streams.core.grant_group import VALID, GrantGroup, Need
from streams.core.instants import Instant
from streams.core.signals import Grant
from streams.core.spans import End, Order


@mypyc_attr(acyclic=True)
class GrantPlaces:
    """Where all grants of one shape stand: those that differ in time, id and evidence alone."""

    __slots__ = ("every", "expiring", "failing", "relied_on")

    def __init__(self, groups: list[GrantGroup], needs: list[Need]) -> None:
        self.every = [group.every for group in groups]
        """Until a grant is replaced."""
        self.expiring = [group.expiring for group in groups]
        """The same, for one with an expiry."""
        self.failing = [group.place(one) for group in groups for one in needs if one[2] > VALID]
        """Until it is replaced or expires: what fails a test stays a candidate for the closest
        miss, whatever ended it (4.2, 4f)."""
        self.relied_on = [group.place(one) for group in groups for one in needs if one[2] <= VALID]
        """Until it is replaced, expires or is ended (A6)."""

    def add(self, order: Order, grant: Grant) -> None:
        """Put a grant in each place."""
        replaced_at: End = grant.replaced_at
        for spans in self.every:
            spans.add(order, grant, replaced_at)
        if grant.event.expires_at is not None:
            for spans in self.expiring:
                spans.add(order, grant, replaced_at)
        lost_at = _lost_at(grant)
        failing_until: End = lost_at
        for spans in self.failing:
            spans.add(order, grant, failing_until)
        relied_on_until: End = min(lost_at, grant.ended_at)
        for spans in self.relied_on:
            spans.add(order, grant, relied_on_until)

    def remove(self, order: Order, grant: Grant) -> None:
        """Take a grant out of each place."""
        for spans in self.every + self.failing + self.relied_on:
            spans.remove(order)
        if grant.event.expires_at is not None:
            for spans in self.expiring:
                spans.remove(order)

    def replaced(self, order: Order, grant: Grant) -> None:
        """It is replaced at another instant."""
        for spans in self.every:
            spans.end(order, grant.replaced_at)
        if grant.event.expires_at is not None:
            for spans in self.expiring:
                spans.end(order, grant.replaced_at)
        lost_at = _lost_at(grant)
        for spans in self.failing:
            spans.end(order, lost_at)
        self.ended(order, grant)

    def ended(self, order: Order, grant: Grant) -> None:
        """It is ended at another instant."""
        until = min(_lost_at(grant), grant.ended_at)
        for spans in self.relied_on:
            spans.end(order, until)


def _lost_at(grant: Grant) -> Instant:
    """A2: when it is replaced or expires, whichever is first."""
    expires_at = grant.event.expires_at
    return grant.replaced_at if expires_at is None else min(grant.replaced_at, expires_at)
