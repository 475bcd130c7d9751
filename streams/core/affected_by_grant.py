"""Which events can a grant change? See `streams.core.affected`.

A consent concerns findings: it covers, lifts, or comes nearer than what came close, and
what nothing was said of stays so. Only what rested on a consent that it replaces, or is
hit by a signal that cites it, is looked at whatever was said.
"""

from __future__ import annotations

from typing import Final

import msgspec

from streams.core.event_kinds import event_key, is_message, is_share
from streams.core.events import ConsentChange
from streams.core.finding_index import looked_for
from streams.core.given_again import counts_from
from streams.core.grant_group import FOREVER, VALID, GrantGroup
from streams.core.identifiers import EventId, EventKey, RecipientId
from streams.core.indexes import Indexes
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.reach import END, reached_by
from streams.core.rules.consent_scope import addresses
from streams.core.rules.consent_validity import defects
from streams.core.signals import Grant
from streams.core.subject import Subject
from streams.core.vocabulary import Purpose

_NOBODY: Final = EventId("")


def by_grant(
    subject: Subject, event: ConsentChange, policy: Policy, found: set[EventKey], *, leaving: bool
) -> None:
    """Add to `found` what a grant can change, or what rested on it where it is `leaving`."""
    at = event.occurred_at
    if not (
        len(subject.signals)
        or subject.shares.any_since(at)
        or subject.messages.any_since(at)
        or subject.unrecorded
        or (leaving and subject.granted_later)
    ):
        return  # as most: nothing is later, and no signal was raised
    since = Instant(at - max([settings.notify_deadline for settings in policy.ever]))
    if not (
        subject.signals.any_since(since if subject.duties_towards else at)
        or subject.shares.any_since(at)
        or subject.messages.any_since(at)
        or subject.unrecorded
        or (leaving and subject.granted_later)
    ):
        return
    index = subject.arrange(policy, always=True)
    assert index is not None  # it was asked for
    grant = Grant(event)
    if subject.shares.any_since(at) or subject.messages.any_since(at):
        _later(index, grant, policy, found, leaving=leaving)
        if event.replaces_consent_id is not None:
            _replacing(index, grant, found)
    _without_record(subject, index, grant, policy, found)
    if leaving:
        found |= subject.granted_later
    if subject.signals.any_since(at):
        _by_citation(index, grant, policy, found)
    if subject.duties_towards and not defects(grant, policy):
        _given_again_in_time(subject, index, grant, since, policy, found, leaving=leaving)


def _later(
    index: Indexes, grant: Grant, policy: Policy, found: set[EventKey], *, leaving: bool
) -> None:
    """Later events for its purpose, up to where the same consent is given again."""
    until = _taken_over_at(index, grant, policy)
    findings = index.findings
    if leaving:
        _all_for({grant.purpose}, index, grant.at, until, found)
    else:
        found.update(findings.said({grant.purpose}, grant.at, until))
        found.update([event_key(m) for m in index.messages.otherwise.between(grant.at, until)])
    found.update(findings.far.between(grant.at, min(until, _nearer_from(index, grant, policy))))


def _taken_over_at(index: Indexes, grant: Grant, policy: Policy) -> Instant:
    """When another grant takes its place in all that consents are asked for, exclusive."""
    for_purpose = index.consents.purposes.get(grant.purpose)
    if grant.consent_id is None or for_purpose is None:
        return END
    same = for_purpose.of_id[grant.consent_id]
    before, later = same.before(grant.order), same.after(grant.order)
    if before is not None and before.at == grant.at and _alike(before, grant, policy):
        return grant.at
    if later is None or not _alike(later, grant, policy):
        return END
    return counts_from(later, policy)


def _alike(one: Grant, other: Grant, policy: Policy) -> bool:
    """Whether two grants differ in time and evidence alone, and neither ends by itself."""
    return (
        one.event.expires_at is None
        and _scope(one.event) == _scope(other.event)
        and defects(one, policy) == defects(other, policy)
    )


def _scope(event: ConsentChange) -> ConsentChange:
    """A grant without what only states when, by whom and how it was recorded."""
    return msgspec.structs.replace(
        event,
        event_id=_NOBODY,
        occurred_at=FOREVER,
        recorded_at=FOREVER,
        source_system=None,
        schema_version=None,
        trace_id=None,
        evidence_ref=None,
        guardian_evidence_ref=None,
        actor=None,
        via=None,
    )


def _nearer_from(index: Indexes, grant: Grant, policy: Policy) -> Instant:
    """From when on another grant for its purpose, never replaced, is the newer miss."""
    for_purpose = index.consents.purposes.get(grant.purpose)
    later = None if for_purpose is None else for_purpose.anyone.every.after(grant.order)
    if later is None or later.replaced_at < FOREVER:
        return END
    return counts_from(later, policy)


def _replacing(index: Indexes, grant: Grant, found: set[EventKey]) -> None:
    """What rested on a consent that it replaces, up to the next one that replaces it."""
    named = grant.event.replaces_consent_id
    assert named is not None
    ended = index.consents.by_id.get(named)
    if ended is None or ended.newest(grant.at) is None:
        return
    others = index.consents.replacing[named]
    for beside in (others.before(grant.order), others.after(grant.order)):
        if beside is not None and beside.at == grant.at and beside.consent_id != named:
            return
    later = others.after((grant.at + 1, "", ""))
    until = END if later is None else later.at
    purposes = {p for p, of in index.consents.purposes.items() if of.of_id.get(named)}
    _all_for(purposes, index, grant.at, until, found)
    found.update(index.findings.far.between(grant.at, until))


def _all_for(
    purposes: set[Purpose], index: Indexes, since: Instant, until: Instant, found: set[EventKey]
) -> None:
    for kind in index.ledger.kinds(purposes):
        found.update([event_key(share) for share in kind.shares.between(since, until)])
    for messages in index.messages.kinds():
        if messages.offer.purpose in purposes or messages.own.purpose in purposes:
            found.update([event_key(m) for m in messages.messages.between(since, until)])


def _without_record(
    subject: Subject, index: Indexes, grant: Grant, policy: Policy, found: set[EventKey]
) -> None:
    """Findings that said that no consent was recorded: it was, but later, or is now known."""
    found.update(index.findings.citing(grant.consent_id))
    for event_id in index.findings.awaiting(grant.event):
        without = subject.records[event_id].event
        if is_share(without) or is_message(without):
            target = looked_for(without, policy)
            if addresses(grant, target, policy.at(without.occurred_at)):
                found.add(event_id)


def _by_citation(index: Indexes, grant: Grant, policy: Policy, found: set[EventKey]) -> None:
    """A signal that cites this consent has another scope with it than without (A4)."""
    if grant.consent_id is None:
        return
    same = index.consents.by_id[grant.consent_id]
    before = same.before(grant.order)
    until = index.next_of_id(grant)
    for raw in index.signals.citing(grant.consent_id, grant.at, until):
        found.add(raw.key)
        for cited in (grant, before):
            reached_by(index, raw.scoped(cited), policy, found)


class _Owed:
    """Signals with duties that a grant may have ended, by whom the duty is towards."""

    def __init__(
        self, subject: Subject, index: Indexes, grant: Grant, since: Instant, *, leaving: bool
    ) -> None:
        self._subject = subject
        self._index = index
        self._grant = grant
        self._since = since
        self._leaving = leaving

    def towards(self, recipient_id: RecipientId, group: GrantGroup | None) -> list[EventKey]:
        """Those since the grant before it; `group` is what it stands in for this recipient."""
        start = max(self._since, _given_before(group, self._grant))
        if not self._leaving:
            return self._index.findings.unmet_towards(recipient_id, start, self._grant.at)
        towards = self._subject.duties_towards.get(recipient_id)
        return [] if towards is None else towards.between(start, self._grant.at)

    def towards_processors(self, recipients: set[RecipientId]) -> list[EventKey]:
        """Those towards processors, for whom a grant that names anybody will do."""
        grant = self._grant
        anyone = self._index.consents.group(grant.purpose, None)
        if self._leaving:
            return [one for who in recipients for one in self.towards(who, anyone)]
        start = max(self._since, _given_before(anyone, grant))
        return [
            event_id
            for event_id in self._index.findings.unmet.between(start, grant.at)
            if not recipients.isdisjoint(self._subject.records[event_id].row.duties)
        ]


def _given_again_in_time(
    subject: Subject,
    index: Indexes,
    grant: Grant,
    since: Instant,
    policy: Policy,
    found: set[EventKey],
    *,
    leaving: bool,
) -> None:
    """Signals whose duties a valid grant cancels: those since the one before it (4.4)."""
    event, purpose = grant.event, grant.purpose
    owed = _Owed(subject, index, grant, since, leaving=leaving)
    for recipient_id in event.recipient_ids:
        found.update(owed.towards(recipient_id, index.consents.group(purpose, recipient_id)))
    if not policy.at(grant.at).named_recipient_required:
        for category in event.recipient_categories:
            for recipient_id in index.ledger.in_category(purpose, category):
                found.update(owed.towards(recipient_id, None))
    processors = index.ledger.processors(purpose)
    if processors:
        found.update(owed.towards_processors(processors))


def _given_before(group: GrantGroup | None, grant: Grant) -> Instant:
    """When the valid grant before it was given: what was due before that is cancelled."""
    given = None if group is None else group.covering(None, VALID)
    before = None if given is None else given.before(grant.order)
    return Instant(-END) if before is None else before.at
