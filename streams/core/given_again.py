"""Until when a negative signal decides, where a consent for the same was given after it.

A valid consent that comes later lifts a signal for good (A5). What the signal had killed or
ended (A6) is not missed either, as long as one later consent stands that covers as much. So
from the first such consent to its end the signal changes nothing, and what lies there need
not be looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from streams.core.grant_group import FOREVER, GrantGroup
from streams.core.indexes import Indexes
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.rules.consent_scope import recipient_failure
from streams.core.rules.consent_validity import defects, defects_for
from streams.core.signals import Grant, Signal
from streams.core.targets import Target
from streams.core.vocabulary import EXPLICIT_METHODS, DataCategory

_TRIED: Final = 4
"""After so many consents that will not do, a signal is taken to decide on all that follows."""

_LOOKED_AT: Final = 32
"""Of more grants than these, ended by one signal, it is not asked what they covered."""

Pause = tuple[Instant, Instant]
"""Since when a signal changes nothing for a target, and until when, exclusive."""

NEVER: Final[Pause] = (FOREVER, FOREVER)


def lifted(index: Indexes, signal: Signal, target: Target, policy: Policy, *, asked: bool) -> Pause:
    """When a signal changes nothing for a target that it hits.

    `asked`: consent is asked for this very target, so what the signal killed counts too.
    """
    for given in _lifting(index, target, signal.at, policy):
        since = counts_from(given, policy)
        if not asked:
            return since, FOREVER
        killed = _standing(index, target, signal.at, since)
        if not killed:
            return since, FOREVER
        if all(_covers(given, category, explicit=explicit) for category, explicit in killed):
            return since, _end(given, policy)
    return NEVER


def missed(gone: list[Grant], target: Target, policy: Policy) -> list[Grant]:
    """The grants among these that consent for a target may have rested on."""
    return [grant for grant in gone if _may_cover(grant, target, policy)]


def replaced(
    index: Indexes, gone: list[Grant], target: Target, ended_at: Instant, policy: Policy
) -> Pause:
    """When a later consent stands in the place of all these, which ended at an instant."""
    for given in _lifting(index, target, ended_at, policy):
        if all(_covers_all_of(given, grant) for grant in gone):
            return counts_from(given, policy), _end(given, policy)
    return NEVER


def first_ended_by(index: Indexes, signal: Signal, policy: Policy) -> list[Grant] | None:
    """The grants that a signal was the first to end by their id (A6); None: very many.

    The index holds the signal already.
    """
    assert signal.cites is not None
    same = index.consents.by_id.get(signal.cites)
    if same is None:
        return []
    ended_at = Instant(signal.at + _grace(policy))
    found: list[Grant] = []
    for grant in same.begun(signal.at):
        if grant.ended_at != ended_at:
            break  # it was ended before, and so were those before it
        if len(found) == _LOOKED_AT:
            return None
        found.append(grant)
    return found


def counts_from(grant: Grant, policy: Policy) -> Instant:
    """P12: from when on a grant counts as given."""
    at_once = all(settings.grant_at_same_instant_valid for settings in policy.ever)
    return grant.at if at_once else Instant(grant.at + 1)


def _grace(policy: Policy) -> int:
    """P11: for how long a withdrawal or refusal may be without effect, at most."""
    return max([settings.withdrawal_grace for settings in policy.ever])


def _lifting(index: Indexes, target: Target, after: Instant, policy: Policy) -> Iterator[Grant]:
    """The first consents after an instant that lift what is said against a target (A5)."""
    named = None if target.any_recipient else target.recipient_id
    group = index.consents.group(target.purpose, named)
    if group is None:
        return
    given = group.every.after((after + 1, "", ""))
    tried = 0
    while given is not None and tried < _TRIED:
        if not defects_for(given, target, policy) and given.covers_message(target):
            yield given
        given = group.every.after(given.order)
        tried += 1


def _standing(
    index: Indexes, target: Target, given: Instant, past: Instant
) -> list[tuple[DataCategory | None, bool]]:
    """What consents given by an instant cover past another: a category, and if explicitly."""
    found: list[tuple[DataCategory | None, bool]] = []
    for group in _groups(index, target):
        for category, explicit, spans in group.relied_on(target):
            for _ in spans.alive(given, past):
                found.append((category, explicit))
                break
    return found


def _groups(index: Indexes, target: Target) -> list[GrantGroup]:
    """The grants that pass T1 to T3 for a target, under whatever settings."""
    consents, purpose = index.consents, target.purpose
    named = None if target.any_recipient else target.recipient_id
    groups = [consents.group(purpose, named)]
    if named is not None and target.recipient_category is not None:
        groups.append(consents.category_group(purpose, target.recipient_category))
    return [group for group in groups if group is not None]


def _may_cover(grant: Grant, target: Target, policy: Policy) -> bool:
    """Whether a grant covers a target while it stands, whatever the category of data."""
    if grant.purpose is not target.purpose or defects(grant, policy):
        return False
    if target.any_recipient:
        return True
    return grant.covers_message(target) and any(
        recipient_failure(grant, target, settings) is None for settings in policy.ever
    )


def _covers(given: Grant, category: DataCategory | None, *, explicit: bool) -> bool:
    """Whether a consent for the same target covers a category as well as another does."""
    if category is not None and category not in given.categories:
        return False
    return not explicit or given.event.consent_method in EXPLICIT_METHODS


def _covers_all_of(given: Grant, gone: Grant) -> bool:
    explicit = gone.event.consent_method in EXPLICIT_METHODS
    return _covers(given, None, explicit=explicit) and not set(gone.categories) - set(
        given.categories
    )


def _end(given: Grant, policy: Policy) -> Instant:
    """Until when a consent stands for certain."""
    end = given.replaced_at
    if given.event.expires_at is not None:
        end = min(end, given.event.expires_at)
    if given.ended_at < FOREVER:
        end = min(end, Instant(given.ended_at - _grace(policy)))
    return end
