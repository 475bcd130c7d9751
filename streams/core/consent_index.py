"""Grants by what may be asked of them, so that no question looks at all of them.

Every answer holds at least the grants that the rules would find by looking at each one
(legal model 4.1 to 4.3): the rules read them in the order given and stop early.
"""

from __future__ import annotations

from typing import Final

from mypy_extensions import mypyc_attr

from streams.core.grant_group import FOREVER, ForPurpose, GrantGroup, Shape, needs_of, shape_of
from streams.core.grant_places import GrantPlaces
from streams.core.identifiers import ConsentId, RecipientId
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.signals import Grant, Signal
from streams.core.spans import Order, Spans
from streams.core.vocabulary import (
    Purpose,
)

_SHAPES: Final = 64
"""Of so many shapes the places are at hand. Most people give consents of a few."""


@mypyc_attr(acyclic=True)
class ConsentIndex:
    """All grants of one subject under one policy."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._grace = max([one.withdrawal_grace for one in policy.ever])
        self.by_id: dict[ConsentId, Spans[Grant]] = {}
        """Oldest first, whatever became of them."""
        self.replacing: dict[ConsentId, Spans[Grant]] = {}
        """Those that say that they replace a consent, by its id."""
        self.purposes: dict[Purpose, ForPurpose] = {}
        self._endings: dict[ConsentId, Spans[Signal]] = {}
        """Signals that end a consent by its id alone."""
        self._shapes: dict[Shape, GrantPlaces] = {}

    def add(self, grant: Grant) -> None:
        """Take a grant in; what it replaces ends with it."""
        named, consent_id = grant.event.replaces_consent_id, grant.consent_id
        order: Order = grant.order
        grant.replaced_at = FOREVER
        if named is not None:
            _into(self.replacing, named, order, grant)
        if consent_id is not None:
            _into(self.by_id, consent_id, order, grant)
            grant.replaced_at = self._replaced_at(grant)
        grant.ended_at = self._ended_at(grant)
        self._places(grant).add(order, grant)
        if consent_id is not None:
            for_purpose = self.purposes[grant.purpose]
            same = _into(for_purpose.of_id, consent_id, order, grant)
            _link(for_purpose.newest_of_id, same, order, grant)
        if named is not None:
            self._replaced(named, grant.at)

    def remove(self, grant: Grant) -> None:
        """Let a grant go; what it replaced may stand again."""
        named, consent_id, order = grant.event.replaces_consent_id, grant.consent_id, grant.order
        self._places(grant).remove(order, grant)
        if consent_id is not None:
            for_purpose = self.purposes[grant.purpose]
            self.by_id[consent_id].remove(order)
            for_purpose.newest_of_id.remove(order)
            same = for_purpose.of_id[consent_id]
            same.remove(order)
            _relink(for_purpose.newest_of_id, same, grant)
        if named is not None:
            self.replacing[named].remove(order)
            self._replaced(named, grant.at)

    def _places(self, grant: Grant) -> GrantPlaces:
        """Where a grant stands, made if there is nothing yet."""
        shape = shape_of(grant, self._policy)
        found = self._shapes.get(shape)
        if found is None:
            for_purpose = self.purposes.get(grant.purpose)
            if for_purpose is None:
                for_purpose = self.purposes[grant.purpose] = ForPurpose()
            needs = needs_of(grant, self._policy)
            found = GrantPlaces(for_purpose.groups(grant.event), needs)
            if len(self._shapes) == _SHAPES:
                self._shapes.clear()
            self._shapes[shape] = found
        return found

    def newest_ending(self, consent_id: ConsentId, until: Instant) -> Signal | None:
        """The newest signal at or before an instant that ends a consent by its id alone."""
        endings = self._endings.get(consent_id)
        return None if endings is None else endings.newest(until)

    def next_ending(self, signal: Signal) -> Signal | None:
        """The next one after such a signal that ends the same consent."""
        assert signal.cites is not None
        return self._endings[signal.cites].after(order_of(signal))

    def end(self, signal: Signal, order: Order) -> None:
        """A signal ends a consent by its id alone: every grant of that id up to it (A6).

        Older ones end no later, so the first one backwards that ended before is the last to
        look at.
        """
        assert signal.cites is not None
        endings = self._endings.get(signal.cites)
        if endings is None:
            endings = self._endings[signal.cites] = Spans()
        endings.add(order, signal)
        same = self.by_id.get(signal.cites)
        if same is None:
            return
        ended_at = Instant(signal.at + self._grace)
        for grant in same.begun(signal.at):
            if grant.ended_at <= ended_at:
                return
            grant.ended_at = ended_at
            self._places(grant).ended(grant.order, grant)

    def unend(self, signal: Signal, order: Order) -> None:
        """Such a signal is gone: what it ended may stand again."""
        assert signal.cites is not None
        self._endings[signal.cites].remove(order)
        same = self.by_id.get(signal.cites)
        if same is None:
            return
        for grant in same.begun(signal.at):
            ended_at = self._ended_at(grant)
            if ended_at == grant.ended_at:
                return
            grant.ended_at = ended_at
            self._places(grant).ended(grant.order, grant)

    def _ended_at(self, grant: Grant) -> Instant:
        """From when on a grant no longer stands, at the latest: P11 can put it off."""
        endings = None if grant.consent_id is None else self._endings.get(grant.consent_id)
        first = None if endings is None else endings.after((grant.at, "", ""))
        return FOREVER if first is None else Instant(first.at + self._grace)

    def _replaced_at(self, grant: Grant) -> Instant:
        """A2: when the first other grant, at or after it, names its id."""
        assert grant.consent_id is not None
        others = self.replacing.get(grant.consent_id)
        if others is None:
            return FOREVER
        other = others.after((grant.at, "", ""))
        if other is grant:
            other = others.after(grant.order)
        return FOREVER if other is None else other.at

    def _replaced(self, consent_id: ConsentId, at: Instant) -> None:
        """A grant that replaces an id came or went: set the ends of what it concerns.

        The ends of the grants of one id rise with them, so the first one backwards that
        stays as it was is the last to look at.
        """
        same = self.by_id.get(consent_id)
        if same is None:
            return
        for grant in same.begun(at):
            if self._reset_end(grant) or grant.replaced_at > at:
                continue
            if grant.replaced_at == grant.at:
                # One at the same instant that replaces its own id does not end itself.
                first = self.replacing[consent_id].after((grant.at, "", ""))
                if first is not None and first.consent_id == consent_id:
                    self._reset_end(first)
            return

    def _reset_end(self, grant: Grant) -> bool:
        """Set when a grant was replaced; False if it was set already."""
        replaced_at = self._replaced_at(grant)
        if replaced_at == grant.replaced_at:
            return False
        grant.replaced_at = replaced_at
        self._places(grant).replaced(grant.order, grant)
        return True

    def group(self, purpose: Purpose, recipient_id: RecipientId | None) -> GrantGroup | None:
        """The grants for a purpose that name a recipient; None: all of them."""
        found = self.purposes.get(purpose)
        if found is None:
            return None
        return found.anyone if recipient_id is None else found.by_recipient.get(recipient_id)

    def category_group(self, purpose: Purpose, category: str) -> GrantGroup | None:
        """The grants for a purpose that name a category of recipients."""
        found = self.purposes.get(purpose)
        return None if found is None else found.by_category.get(category)


def order_of(signal: Signal) -> Order:
    """By instant, then by event."""
    return signal.at, "", signal.key


def _into(
    grants: dict[ConsentId, Spans[Grant]], consent_id: ConsentId, order: Order, grant: Grant
) -> Spans[Grant]:
    spans = grants.get(consent_id)
    if spans is None:
        spans = grants[consent_id] = Spans()
    spans.add(order, grant)
    return spans


def _link(newest: Spans[Grant], same: Spans[Grant], order: Order, grant: Grant) -> None:
    """Let a grant stand until the next one of its id, and the one before it until itself."""
    later, earlier = same.after(order), same.before(order)
    if earlier is not None:
        newest.end(earlier.order, grant.at)
    if later is None:
        newest.add(order, grant)
    else:
        newest.add(order, grant, later.at)


def _relink(newest: Spans[Grant], same: Spans[Grant], gone: Grant) -> None:
    later, earlier = same.after(gone.order), same.before(gone.order)
    if earlier is not None:
        newest.end(earlier.order, FOREVER if later is None else later.at)
