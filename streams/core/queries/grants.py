"""Which grants may cover, lift or replace (legal model 4.1, 4.2 steps 4a and 4b)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge

from streams.core.consent_index import ConsentIndex
from streams.core.grant_group import VALID, GrantGroup
from streams.core.identifiers import ConsentId
from streams.core.instants import Instant
from streams.core.policy import Policy, PolicySettings
from streams.core.queries.indexed import indexes_of
from streams.core.signals import Grant
from streams.core.spans import Spans
from streams.core.subject import Subject
from streams.core.targets import Target
from streams.core.vocabulary import (
    SPECIAL_CATEGORIES,
    DataCategory,
    Purpose,
)


def lifting_grants(
    subject: Subject, target: Target, through: Instant, settings: PolicySettings, policy: Policy
) -> Iterable[Grant]:
    """A5: the grants that may lift a signal for a target, newest first."""
    index = indexes_of(subject, policy)
    if index is None:
        return subject.granted_backwards(target.purpose, through)
    places: list[Spans[Grant]] = []
    for group in groups_for(index.consents, target, settings):
        places += covering(group, target, None, VALID)
    return newest_first([spans.begun(through) for spans in places])


def covering_grants(
    subject: Subject,
    target: Target,
    category: DataCategory | None,
    through: Instant,
    at: Instant,
    settings: PolicySettings,
    policy: Policy,
    *,
    explicit: bool,
) -> Iterable[Grant]:
    """Step 4b: the grants that may cover a category at an instant, newest first."""
    index = indexes_of(subject, policy)
    if index is None:
        return subject.granted_backwards(target.purpose, through)
    places: list[Spans[Grant]] = []
    for group in groups_for(index.consents, target, settings):
        if explicit and category is not None and category in SPECIAL_CATEGORIES:
            given = group.explicit(category)
            if given is not None:
                places.append(given)
        else:
            places += covering(group, target, category, VALID)
    return newest_first([spans.alive(through, at) for spans in places])


def newest_of_each_id(subject: Subject, purpose: Purpose, through: Instant) -> Iterable[Grant]:
    """The grants for a purpose, newest first; of each id the newest at least."""
    index = subject.index
    if index is None:
        return subject.granted_backwards(purpose, through)
    for_purpose = index.consents.purposes.get(purpose)
    if for_purpose is None:
        return ()
    return for_purpose.newest_of_id.alive(through, through)


def knows_consent(subject: Subject, consent_id: ConsentId) -> bool:
    """Whether any grant has an id."""
    index = subject.index
    if index is not None:
        return bool(index.consents.by_id.get(consent_id))
    return any(grant.consent_id == consent_id for grant in subject.grants)


def granted_after(
    subject: Subject, target: Target, after: Instant, settings: PolicySettings, policy: Policy
) -> Iterable[Grant]:
    """Grants later than an instant that may be for a target's purpose and recipient."""
    index = indexes_of(subject, policy)
    if index is None:
        return subject.grants.after(after)
    found = []
    for group in groups_for(index.consents, target, settings, any_recipient=False):
        grant = group.every.last()
        if grant is not None and grant.at > after:
            found.append(grant)
    return found


def granted_between(
    subject: Subject, target: Target, after: Instant, through: Instant, policy: Policy
) -> Iterable[Grant]:
    """Grants in a time that may be for a target, valid where the index knows; oldest first."""
    index = indexes_of(subject, policy)
    if index is None:
        return [grant for grant in subject.grants.after(after) if grant.at <= through]
    consents, purpose = index.consents, target.purpose
    recipient_id = None if target.any_recipient else target.recipient_id
    groups = [consents.group(purpose, recipient_id)]
    by_category = any(not one.named_recipient_required for one in policy.ever)
    if by_category and target.recipient_category is not None and recipient_id is not None:
        groups.append(consents.category_group(purpose, target.recipient_category))
    found: list[Grant] = []
    for group in groups:
        spans = None if group is None else group.covering(None, VALID)
        if spans is not None:
            found += spans.between(Instant(after + 1), Instant(through + 1))
    return found


def is_replaced(subject: Subject, grant: Grant, at: Instant) -> bool:
    """A2, A8: another grant, valid or not, names it at or after its own instant.

    What came before a grant cannot end it: a consent renewed under its own id stands.
    """
    if not subject.replacing or grant.consent_id is None:
        return False
    if subject.index is not None:
        return grant.replaced_at <= at
    return any(
        other.event.replaces_consent_id == grant.consent_id
        and other is not grant
        and other.at >= grant.at
        for other in subject.grants.through(at)
    )


def groups_for(
    consents: ConsentIndex,
    target: Target,
    settings: PolicySettings,
    *,
    any_recipient: bool | None = None,
) -> list[GrantGroup]:
    """The grants that pass T1 to T3 for a target."""
    purpose, category = target.purpose, target.recipient_category
    anybody = target.any_recipient if any_recipient is None else any_recipient
    recipient_id = None if anybody else target.recipient_id
    found = [consents.group(purpose, recipient_id)]
    if recipient_id is not None and category is not None and not settings.named_recipient_required:
        found.append(consents.category_group(purpose, category))
    return [group for group in found if group is not None]


def covering(
    group: GrantGroup, target: Target, category: DataCategory | None, first_failure: int
) -> list[Spans[Grant]]:
    """The grants of a group that pass T4 and T5, by the first of T7 to T11 that they fail."""
    if target.channel is None:
        found = [group.covering(category, first_failure)]
    else:
        found = group.on_message(target, first_failure)
    return [spans for spans in found if spans is not None]


def newest_first(places: list[Iterator[Grant]]) -> Iterable[Grant]:
    """Grants of several places as one, newest first."""
    if len(places) < 2:
        return places[0] if places else ()
    return merge(*places, key=lambda grant: grant.order, reverse=True)
