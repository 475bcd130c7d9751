"""Grants by what may be asked of them, so that no question looks at all of them.

Every answer holds at least the grants that the rules would find by looking at each one
(legal model 4.1 to 4.3): the rules read them in the order given and stop early.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from streams.core.events import ConsentChange
from streams.core.identifiers import ConsentId, RecipientId
from streams.core.instants import LATEST, Instant
from streams.core.policy import Policy
from streams.core.rules.capture import defects
from streams.core.signals import Grant
from streams.core.spans import Spans
from streams.core.vocabulary import (
    EXPLICIT_METHODS,
    SPECIAL_CATEGORIES,
    Channel,
    DataCategory,
    Purpose,
)

Need = tuple[str, int]
"""What a grant may have to cover beside purpose and recipient, and the first of T7 to T11
that it fails. A channel and a data category can have one name, so channels are marked."""

VALID: Final = 0
"""The place of grants that fail none of T7 to T11; others stand at their first failure."""

_EXPLICIT: Final = -1
_NOTHING_ELSE: Final = ""
_ANY_CHANNEL: Final = ">*"
FOREVER: Final = Instant(LATEST + 1)
"""The end of what does not end."""


class Group:
    """The grants for one purpose that name one recipient, or one category of recipients."""

    __slots__ = ("_covering", "every", "expiring")

    def __init__(self) -> None:
        self.every: Spans[Grant] = Spans()
        """All of them, until they are replaced."""
        self.expiring: Spans[Grant] = Spans()
        """Those with an expiry, until they are replaced."""
        self._covering: dict[Need, Spans[Grant]] = {}

    def covering(self, category: DataCategory | None, first_failure: int) -> Spans[Grant] | None:
        """Those that cover a category of data (None: whichever), by what they fail first.

        They stand until they are replaced or expire.
        """
        return self._covering.get((category or _NOTHING_ELSE, first_failure))

    def on_channel(self, channel: Channel, first_failure: int) -> Spans[Grant] | None:
        """Those that name a channel, as `covering`."""
        return self._covering.get((f">{channel}", first_failure))

    def on_any_channel(self, first_failure: int) -> Spans[Grant] | None:
        """Those that name no channel, as `covering`."""
        return self._covering.get((_ANY_CHANNEL, first_failure))

    def explicit(self, category: DataCategory) -> Spans[Grant] | None:
        """The valid ones given explicitly for a special category."""
        return self._covering.get((category, _EXPLICIT))

    def places(self, needs: list[Need]) -> Iterator[Spans[Grant]]:
        """Where a grant stands as long as it may be relied on, made if there is none."""
        for need in needs:
            spans = self._covering.get(need)
            if spans is None:
                spans = self._covering[need] = Spans()
            yield spans


class ForPurpose:
    """The grants for one purpose."""

    __slots__ = ("anyone", "by_category", "by_recipient", "newest_of_id", "of_id")

    def __init__(self) -> None:
        self.anyone = Group()
        self.by_recipient: dict[RecipientId, Group] = {}
        self.by_category: dict[str, Group] = {}
        self.of_id: dict[ConsentId, Spans[Grant]] = {}
        self.newest_of_id: Spans[Grant] = Spans()
        """Those with an id, until the next one with the same id."""

    def groups(self, event: ConsentChange) -> list[Group]:
        """Every group that a grant belongs to, the one of all first."""
        found = [self.anyone]
        for recipient_id in dict.fromkeys(event.recipient_ids):
            group = self.by_recipient.get(recipient_id)
            if group is None:
                group = self.by_recipient[recipient_id] = Group()
            found.append(group)
        for category in dict.fromkeys(event.recipient_categories):
            group = self.by_category.get(category)
            if group is None:
                group = self.by_category[category] = Group()
            found.append(group)
        return found


class ConsentIndex:
    """All grants of one subject under one policy."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.by_id: dict[ConsentId, Spans[Grant]] = {}
        """Oldest first, whatever became of them."""
        self.replacing: dict[ConsentId, Spans[Grant]] = {}
        """Those that say that they replace a consent, by its id."""
        self.purposes: dict[Purpose, ForPurpose] = {}

    def add(self, grant: Grant) -> None:
        """Take a grant in; what it replaces ends with it."""
        event = grant.event
        grant.replaced_at = FOREVER
        named = event.replaces_consent_id
        if named is not None:
            _into(self.replacing, named, grant)
        if grant.consent_id is not None:
            _into(self.by_id, grant.consent_id, grant)
            grant.replaced_at = self._replaced_at(grant)
        for_purpose = self.purposes.get(grant.purpose)
        if for_purpose is None:
            for_purpose = self.purposes[grant.purpose] = ForPurpose()
        needs, order = self._needs(grant), grant.order
        for group in for_purpose.groups(event):
            group.every.add(order, grant, grant.replaced_at)
            if event.expires_at is not None:
                group.expiring.add(order, grant, grant.replaced_at)
            for spans in group.places(needs):
                spans.add(order, grant, _ends(grant))
        if grant.consent_id is not None:
            _into(for_purpose.of_id, grant.consent_id, grant)
            _link(for_purpose.newest_of_id, for_purpose.of_id[grant.consent_id], grant)
        if named is not None:
            self._replaced(named, grant.at)

    def remove(self, grant: Grant) -> None:
        """Let a grant go; what it replaced may stand again."""
        event, order = grant.event, grant.order
        for_purpose = self.purposes[grant.purpose]
        needs = self._needs(grant)
        for group in for_purpose.groups(event):
            group.every.remove(order)
            if event.expires_at is not None:
                group.expiring.remove(order)
            for spans in group.places(needs):
                spans.remove(order)
        if grant.consent_id is not None:
            self.by_id[grant.consent_id].remove(order)
            for_purpose.newest_of_id.remove(order)
            same = for_purpose.of_id[grant.consent_id]
            same.remove(order)
            _relink(for_purpose.newest_of_id, same, grant)
        if event.replaces_consent_id is not None:
            self.replacing[event.replaces_consent_id].remove(order)
            self._replaced(event.replaces_consent_id, grant.at)

    def _needs(self, grant: Grant) -> list[Need]:
        """What a grant may cover, with its first failure among T7 to T11."""
        failed = defects(grant, self._policy)
        first = int(failed[0]) if failed else VALID
        needs: list[Need] = [(_NOTHING_ELSE, first)]
        needs += [(category, first) for category in grant.categories]
        if not grant.named_channels:
            needs.append((_ANY_CHANNEL, first))
        needs += [(f">{channel}", first) for channel in grant.named_channels]
        if not failed and grant.event.consent_method in EXPLICIT_METHODS:
            needs += [(c, _EXPLICIT) for c in grant.categories if c in SPECIAL_CATEGORIES]
        return needs

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
            if self._ended_anew(grant) or grant.replaced_at > at:
                continue
            if grant.replaced_at == grant.at:
                # One at the same instant that replaces its own id does not end itself.
                first = self.replacing[consent_id].after((grant.at, "", ""))
                if first is not None and first.consent_id == consent_id:
                    self._ended_anew(first)
            return

    def _ended_anew(self, grant: Grant) -> bool:
        """Set when a grant was replaced; False if it was set already."""
        replaced_at = self._replaced_at(grant)
        if replaced_at == grant.replaced_at:
            return False
        self._end(grant, replaced_at)
        return True

    def _end(self, grant: Grant, replaced_at: Instant) -> None:
        grant.replaced_at = replaced_at
        order, needs = grant.order, self._needs(grant)
        for group in self.purposes[grant.purpose].groups(grant.event):
            group.every.end(order, replaced_at)
            if grant.event.expires_at is not None:
                group.expiring.end(order, replaced_at)
            for spans in group.places(needs):
                spans.end(order, _ends(grant))

    def group(self, purpose: Purpose, recipient_id: RecipientId | None) -> Group | None:
        """The grants for a purpose that name a recipient; None: all of them."""
        found = self.purposes.get(purpose)
        if found is None:
            return None
        return found.anyone if recipient_id is None else found.by_recipient.get(recipient_id)

    def category_group(self, purpose: Purpose, category: str) -> Group | None:
        """The grants for a purpose that name a category of recipients."""
        found = self.purposes.get(purpose)
        return None if found is None else found.by_category.get(category)


def _ends(grant: Grant) -> Instant:
    """A2: from when on it can no longer be relied on."""
    expires_at = grant.event.expires_at
    return grant.replaced_at if expires_at is None else min(grant.replaced_at, expires_at)


def _into(grants: dict[ConsentId, Spans[Grant]], consent_id: ConsentId, grant: Grant) -> None:
    spans = grants.get(consent_id)
    if spans is None:
        spans = grants[consent_id] = Spans()
    spans.add(grant.order, grant, FOREVER)


def _link(newest: Spans[Grant], same: Spans[Grant], grant: Grant) -> None:
    """Let a grant stand until the next one of its id, and the one before it until itself."""
    later, earlier = same.after(grant.order), same.before(grant.order)
    newest.add(grant.order, grant, FOREVER if later is None else later.at)
    if earlier is not None:
        newest.end(earlier.order, grant.at)


def _relink(newest: Spans[Grant], same: Spans[Grant], gone: Grant) -> None:
    later, earlier = same.after(gone.order), same.before(gone.order)
    if earlier is not None:
        newest.end(earlier.order, FOREVER if later is None else later.at)
