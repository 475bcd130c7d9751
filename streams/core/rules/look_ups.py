"""What the rules ask of a subject's history, answered from its indexes where it has them.

Each answer holds all that the rule would find by going through the whole timeline, in the
same order: a subject of few events has no indexes, and there the timeline itself is the
answer. `streams.core.indexes` says more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from heapq import merge

from streams.core.consent_index import VALID, ConsentIndex, GrantGroup
from streams.core.consent_tests import ConsentTest
from streams.core.identifiers import ConsentId
from streams.core.indexes import Indexes
from streams.core.instants import Instant
from streams.core.ledger import Ledger
from streams.core.policy import Policy, PolicySettings
from streams.core.signals import Grant, Signal
from streams.core.spans import Spans
from streams.core.subject import Subject
from streams.core.targets import Target
from streams.core.vocabulary import (
    SPECIAL_CATEGORIES,
    UNCONDITIONAL_SIGNALS,
    ConsentAction,
    DataCategory,
    Purpose,
)

SIGNAL_KINDS = (
    ConsentAction.OBJECTED,
    ConsentAction.ERASED,
    ConsentAction.WITHDRAWN,
    ConsentAction.REFUSED,
)
"""The negative signals, strongest first (4.2, 4a)."""

VALIDITY_TESTS = (
    ConsentTest.FREE_AND_SPECIFIC,
    ConsentTest.INFORMED,
    ConsentTest.DEMONSTRABLE,
    ConsentTest.GUARDIAN,
    ConsentTest.AFFIRMATIVE,
)
"""T11 to T7: the latest first."""


def indexes_of(subject: Subject, policy: Policy) -> Indexes | None:
    """The indexes of a subject, if it has them for this policy."""
    index = subject.index
    return index if index is not None and index.policy is policy else None


def newest_hits(
    subject: Subject, target: Target, at: Instant, settings: PolicySettings, policy: Policy
) -> list[Signal]:
    """A4: of each kind the newest signal that hits a target as of an instant.

    Older ones of the kind change nothing: they are lifted and kill where it does.
    """
    found: list[Signal] = []
    index = indexes_of(subject, policy)
    # P11: grace delays a withdrawal or refusal, never an objection or erasure.
    by_grace = Instant(at - settings.withdrawal_grace)
    if index is not None:
        for kind in SIGNAL_KINDS:
            until = at if kind in UNCONDITIONAL_SIGNALS else by_grace
            signal = index.signals.newest(target, kind, until)
            if signal is not None:
                found.append(signal)
        return found
    kinds: set[ConsentAction] = set()
    for raw in subject.signals.backwards(at):
        kind = raw.kind
        if kind in kinds or (kind not in UNCONDITIONAL_SIGNALS and raw.at > by_grace):
            continue
        signal = scoped(subject, raw)
        if signal.hits(target):
            kinds.add(kind)
            found.append(signal)
    return found


def scoped(subject: Subject, signal: Signal) -> Signal:
    """A signal with its full scope (A4): the cited consent as of the signal's instant."""
    if signal.cites is None:
        return signal
    index = subject.index
    if index is not None:
        return signal.scoped(index.signals.cited(signal))
    cited = [
        grant for grant in subject.grants.through(signal.at) if grant.consent_id == signal.cites
    ]
    return signal.scoped(max(cited, key=lambda grant: grant.order, default=None))


def newest_ending(subject: Subject, consent_id: ConsentId, until: Instant) -> Signal | None:
    """A6: the newest signal at or before an instant that ends a consent by its id alone."""
    index = subject.index
    if index is not None:
        return index.consents.newest_ending(consent_id, until)
    for signal in subject.signals.backwards(until):
        if signal.ends and signal.cites == consent_id:
            return signal
    return None


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


def lifting_grants(
    subject: Subject, target: Target, through: Instant, settings: PolicySettings, policy: Policy
) -> Iterable[Grant]:
    """A5: the grants that may lift a signal for a target, newest first."""
    index = indexes_of(subject, policy)
    if index is None:
        return subject.granted_backwards(target.purpose, through)
    places: list[Spans[Grant]] = []
    for group in _groups(index.consents, target, settings):
        places += _covering(group, target, None, VALID)
    return _newest_first([spans.begun(through) for spans in places])


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
    for group in _groups(index.consents, target, settings):
        if explicit and category is not None and category in SPECIAL_CATEGORIES:
            given = group.explicit(category)
            if given is not None:
                places.append(given)
        else:
            places += _covering(group, target, category, VALID)
    return _newest_first([spans.alive(through, at) for spans in places])


def nearest_grants(
    subject: Subject,
    target: Target,
    category: DataCategory | None,
    through: Instant,
    at: Instant,
    settings: PolicySettings,
    policy: Policy,
    first_failure: Callable[[Grant], ConsentTest | None],
) -> Iterable[Grant]:
    """Step 4f: the grants among which the closest miss is.

    From the last test backwards, the newest grant that fails it first; more than one
    where a target is met by grants of more than one kind.
    """
    index = indexes_of(subject, policy)
    if index is None:
        return subject.grants.through(through)
    groups = _groups(index.consents, target, settings)
    return _near(groups, target, category, through, at, first_failure) or _further(
        index.consents, target, through, at, first_failure
    )


def _near(
    groups: list[GrantGroup],
    target: Target,
    category: DataCategory | None,
    through: Instant,
    at: Instant,
    first_failure: Callable[[Grant], ConsentTest | None],
) -> list[Grant]:
    """The newest grants of each group that pass T1 to T3 and fail the latest test."""
    for test in VALIDITY_TESTS:
        found = [
            grant
            for group in groups
            for spans in _covering(group, target, category, int(test))
            for grant in _first(spans.alive(through, at))
        ]
        if found:
            return found
    found = []
    for group in groups:
        for grant in group.expiring.alive(through, at):
            if first_failure(grant) is ConsentTest.EXPIRY:
                found.append(grant)
                break
    if found:
        return found
    # T5 and T4: of all that names the recipient only these are left, and what was killed.
    for group in groups:
        for grant in group.every.alive(through, at):
            if first_failure(grant) is not None:
                found.append(grant)
                break
    return found


def _further(
    consents: ConsentIndex,
    target: Target,
    through: Instant,
    at: Instant,
    first_failure: Callable[[Grant], ConsentTest | None],
) -> list[Grant]:
    """The newest grant that fails T3 first, else T2, else T1."""
    for_purpose = consents.purposes.get(target.purpose)
    if for_purpose is not None:
        category = target.recipient_category
        by_category = None if category is None else for_purpose.by_category.get(category)
        if by_category is not None:
            for grant in by_category.every.alive(through, at):
                if first_failure(grant) is ConsentTest.RECIPIENT_NAMED:
                    return [grant]
        for grant in for_purpose.anyone.every.alive(through, at):
            if first_failure(grant) is ConsentTest.RECIPIENT:
                return [grant]
    return [
        grant
        for purpose, other in consents.purposes.items()
        if purpose is not target.purpose
        for grant in _first(other.anyone.every.alive(through, at))
    ]


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
    for group in _groups(index.consents, target, settings, any_recipient=False):
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


def ledger_of(subject: Subject, policy: Policy) -> Ledger:
    """Who received what, by kinds of shares."""
    index = indexes_of(subject, policy)
    return Ledger.of(subject.shares, policy) if index is None else index.ledger


def _groups(
    consents: ConsentIndex,
    target: Target,
    settings: PolicySettings,
    *,
    any_recipient: bool | None = None,
) -> list[GrantGroup]:
    """The grants that pass T1 to T3 for a target."""
    purpose, category = target.purpose, target.recipient_category
    whoever = target.any_recipient if any_recipient is None else any_recipient
    recipient_id = None if whoever else target.recipient_id
    found = [consents.group(purpose, recipient_id)]
    if recipient_id is not None and category is not None and not settings.named_recipient_required:
        found.append(consents.category_group(purpose, category))
    return [group for group in found if group is not None]


def _covering(
    group: GrantGroup, target: Target, category: DataCategory | None, first_failure: int
) -> list[Spans[Grant]]:
    """The grants of a group that pass T4 and T5, by the first of T7 to T11 that they fail."""
    if target.channel is None:
        found = [group.covering(category, first_failure)]
    else:
        found = group.on_message(target, first_failure)
    return [spans for spans in found if spans is not None]


def _first(grants: Iterator[Grant]) -> list[Grant]:
    for grant in grants:
        return [grant]
    return []


def _newest_first(places: list[Iterator[Grant]]) -> Iterable[Grant]:
    if len(places) < 2:
        return places[0] if places else ()
    return merge(*places, key=lambda grant: grant.order, reverse=True)
