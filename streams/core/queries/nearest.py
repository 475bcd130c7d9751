"""Among which grants the closest miss is (legal model 4.2, step 4f)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from streams.core.consent_index import ConsentIndex
from streams.core.consent_tests import ConsentTest
from streams.core.instants import Instant
from streams.core.policy import Policy, PolicySettings
from streams.core.queries.grants import covering, groups_for
from streams.core.queries.indexed import indexes_of
from streams.core.signals import Grant
from streams.core.spans import Spans
from streams.core.subject import Subject
from streams.core.targets import Target
from streams.core.vocabulary import (
    DataCategory,
)

VALIDITY_TESTS: Final = (
    ConsentTest.FREE_AND_SPECIFIC,
    ConsentTest.INFORMED,
    ConsentTest.DEMONSTRABLE,
    ConsentTest.GUARDIAN,
    ConsentTest.AFFIRMATIVE,
)
"""T11 to T7: the latest first."""

_FirstFailure = Callable[[Grant], ConsentTest | None]


def nearest_grants(
    subject: Subject,
    target: Target,
    category: DataCategory | None,
    through: Instant,
    at: Instant,
    settings: PolicySettings,
    policy: Policy,
    first_failure: _FirstFailure,
) -> Iterable[Grant]:
    """The grants among which the closest miss is.

    From the last test backwards, the newest grant that fails it first; more than one
    where a target is met by grants of more than one kind.
    """
    index = indexes_of(subject, policy)
    if index is None:
        return subject.grants.through(through)
    groups = groups_for(index.consents, target, settings)
    for test in VALIDITY_TESTS:
        places = [one for group in groups for one in covering(group, target, category, int(test))]
        if found := _newest(places, through, at):
            return found
    found = _newest_failing(
        [group.expiring for group in groups], through, at, first_failure, ConsentTest.EXPIRY
    )
    # T5 and T4: of all that names the recipient only these are left, and what was killed.
    found = found or _newest_failing(
        [group.every for group in groups], through, at, first_failure, None
    )
    return found or _further(index.consents, target, through, at, first_failure)


def _further(
    consents: ConsentIndex,
    target: Target,
    through: Instant,
    at: Instant,
    first_failure: _FirstFailure,
) -> list[Grant]:
    """The newest grant that fails T3 first, else T2, else T1."""
    found: list[Grant] = []
    for_purpose = consents.purposes.get(target.purpose)
    if for_purpose is not None:
        category = target.recipient_category
        by_category = None if category is None else for_purpose.by_category.get(category)
        if by_category is not None:
            places = [by_category.every]
            found = _newest_failing(places, through, at, first_failure, ConsentTest.RECIPIENT_NAMED)
        found = found or _newest_failing(
            [for_purpose.anyone.every], through, at, first_failure, ConsentTest.RECIPIENT
        )
    others = [
        other.anyone.every
        for purpose, other in consents.purposes.items()
        if purpose is not target.purpose
    ]
    return found or _newest(others, through, at)


def _newest(places: list[Spans[Grant]], through: Instant, at: Instant) -> list[Grant]:
    """Of each place the newest grant that stands."""
    found: list[Grant] = []
    for spans in places:
        for grant in spans.alive(through, at):
            found.append(grant)
            break
    return found


def _newest_failing(
    places: list[Spans[Grant]],
    through: Instant,
    at: Instant,
    first_failure: _FirstFailure,
    test: ConsentTest | None,
) -> list[Grant]:
    """Of each place the newest grant that stands and fails a test first; None: whichever."""
    found: list[Grant] = []
    for spans in places:
        for grant in spans.alive(through, at):
            failed = first_failure(grant)
            if failed is not None and (test is None or failed is test):
                found.append(grant)
                break
    return found
