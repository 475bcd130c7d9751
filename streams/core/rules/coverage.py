"""What consents and signals say about one target at one instant (legal model 4.1, 4.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mypy_extensions import mypyc_attr

from streams.core.consent_tests import ConsentTest
from streams.core.identifiers import ConsentId, EventId
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.queries.grants import (
    covering_grants,
    granted_after,
    is_replaced,
    knows_consent,
    lifting_grants,
    newest_of_each_id,
)
from streams.core.queries.nearest import nearest_grants
from streams.core.queries.signals import newest_ending, newest_hits, scoped
from streams.core.rules.consent_scope import addresses, recipient_failure, scope_failures
from streams.core.rules.consent_validity import defects_for, reason_of
from streams.core.signals import Grant, Signal
from streams.core.subject import Subject
from streams.core.targets import Target
from streams.core.vocabulary import EXPLICIT_METHODS, UNCONDITIONAL_SIGNALS, DataCategory, Reason

MAX_CONSIDERED = 50
"""How many consent ids a finding names, newest first."""


@mypyc_attr(acyclic=True)
class Standing:
    """The consents and signals of a subject as of one instant, seen from one target.

    A1: only what occurred at or before the instant is looked at. `targets` are what signals
    may hit and later grants lift; the first is what consent is asked for (A4 to A6).
    Most events have a newest consent that covers them and no signal against them, so
    what only others need is worked out when it is asked for.
    """

    def __init__(
        self, subject: Subject, targets: tuple[Target, ...], at: Instant, policy: Policy
    ) -> None:
        self.target = targets[0]
        self._targets = targets
        self.at = at
        self._subject = subject
        self.policy = policy
        self.settings = policy.at(at)
        self._last_given = self._last_given_at()
        self._raised = subject.signals.any_through(at)
        self._killed_until: Instant | None = None
        self.unlifted: list[Signal] = []
        """Of each kind of signal the newest that stands against the targets, not lifted."""
        if self._raised:
            hits = newest_hits(subject, self.target, at, self.settings, policy)
            if hits:
                self._killed_until = max([signal.at for signal in hits])
            for other in targets[1:]:
                hits = hits + newest_hits(subject, other, at, self.settings, policy)
            if hits:
                self.unlifted = self._unlifted(hits, targets)

    def _last_given_at(self) -> Instant:
        """P12: up to when a grant counts as given."""
        return self.at if self.settings.grant_at_same_instant_valid else Instant(self.at - 1)

    @property
    def hits(self) -> list[Signal]:
        """All signals that stand or stood against the targets, lifted or not."""
        subject = self._subject
        raised = [scoped(subject, raw) for raw in subject.signals.through(self.at)]
        return [one for one in raised if self._in_force(one) and one.hits_any(self._targets)]

    def unlifted_towards(self, target: Target) -> list[Signal]:
        """Of each kind of signal the newest against another target, not lifted there or here."""
        if not self._raised:
            return []
        hits = newest_hits(self._subject, target, self.at, self.settings, self.policy)
        return self._unlifted(hits, (target, *self._targets)) if hits else []

    def _in_force(self, signal: Signal) -> bool:
        """P11: grace delays a withdrawal or refusal, never an objection or erasure."""
        if signal.kind in UNCONDITIONAL_SIGNALS:
            return True
        return signal.at + self.settings.withdrawal_grace <= self.at

    def why_no_record(self, cited: str | None) -> Reason:
        """The reason of S07 and of M11 without a candidate.

        This alone looks past the event's instant, and only to inform the reader that a
        consent was asked too late or that a cited one is unknown; the code never changes.
        """
        if cited is not None and not knows_consent(self._subject, ConsentId(cited)):
            return Reason.CITED_CONSENT_UNKNOWN
        later = granted_after(
            self._subject, self.target, self._last_given, self.settings, self.policy
        )
        if any(addresses(grant, self.target, self.settings) for grant in later):
            return Reason.GRANTED_LATER
        return Reason.NO_RECORD

    def _unlifted(self, hits: list[Signal], lifted_by: tuple[Target, ...]) -> list[Signal]:
        """A5: a later valid grant for one of the targets lifts, whatever becomes of it."""
        oldest = min([signal.at for signal in hits])
        for target in lifted_by:
            lifted = self._lifted_until(target, oldest)
            if lifted is not None:
                hits = [signal for signal in hits if signal.at >= lifted]
        return hits

    def _lifted_until(self, target: Target, oldest: Instant) -> Instant | None:
        """When the newest grant that lifts for a target was given, if after the oldest signal."""
        for grant in self._later_grants(target):
            if grant.at <= oldest:
                return None  # it is older than all, and lifts none
            if self._lifts(grant, target):
                return grant.at
        return None

    def _later_grants(self, target: Target) -> Iterable[Grant]:
        return lifting_grants(self._subject, target, self._last_given, self.settings, self.policy)

    def _lifts(self, grant: Grant, target: Target) -> bool:
        if grant.purpose is not target.purpose or defects_for(grant, target, self.policy):
            return False
        if not grant.covers_message(target):
            return False
        return target.any_recipient or recipient_failure(grant, target, self.settings) is None

    def failures(self, grant: Grant, category: DataCategory | None) -> list[ConsentTest]:
        """Every test T1 to T11 that a grant fails, in order; no category skips T4."""
        failed = scope_failures(grant, self.target, category, self.at, self.settings)
        defects = defects_for(grant, self.target, self.policy)
        if defects:
            failed.extend(defects)
        return failed

    def reason(self, grant: Grant, failed: ConsentTest) -> Reason:
        """A test that a grant fails as the reason of a finding."""
        return reason_of(failed, grant, self.policy, self.target)

    def alive(self, grant: Grant) -> bool:
        """A6: no signal at or after the grant hits the target."""
        return self._killed_until is None or grant.at > self._killed_until

    def _ended(self, grant: Grant) -> bool:
        """A6: it was withdrawn or refused by its id alone, at or after it was given."""
        if not self._raised or grant.consent_id is None:
            return False
        until = Instant(self.at - self.settings.withdrawal_grace)
        newest = newest_ending(self._subject, grant.consent_id, until)
        return newest is not None and newest.at >= grant.at

    def covering(self, category: DataCategory | None, *, explicit: bool = False) -> Grant | None:
        """The newest live valid consent for a category, or None; where asked, an explicit one."""
        given = covering_grants(
            self._subject,
            self.target,
            category,
            self._last_given,
            self.at,
            self.settings,
            self.policy,
            explicit=explicit,
        )
        for grant in given:
            if not self.alive(grant):
                return None  # nor is any that is older
            if explicit and grant.event.consent_method not in EXPLICIT_METHODS:
                continue
            if (
                not self.failures(grant, category)
                and not self._replaced(grant)
                and not self._ended(grant)
            ):
                return grant
        return None

    def ended_by_id(self) -> bool:
        """Whether the newest consent that would cover was ended by its id alone (A6)."""
        if not self._raised:
            return False
        for grant in self._later_grants(self.target):
            if self._lifts(grant, self.target):
                return self._ended(grant)
        return False

    def _replaced(self, grant: Grant) -> bool:
        return is_replaced(self._subject, grant, self.at)

    def closest(self, category: DataCategory | None) -> tuple[Grant, list[ConsentTest]] | None:
        """The grant that misses latest (4.2, closest miss) with all that it fails.

        A grant that fails nothing but was killed by a signal is no candidate.
        """
        best: tuple[Grant, list[ConsentTest]] | None = None

        def first_failure(grant: Grant) -> ConsentTest | None:
            failed = self.failures(grant, category)
            return failed[0] if failed else None

        near = nearest_grants(
            self._subject,
            self.target,
            category,
            self._last_given,
            self.at,
            self.settings,
            self.policy,
            first_failure,
        )
        for grant in near:
            if self._replaced(grant):
                continue
            failed = self.failures(grant, category)
            if failed and (best is None or _closer(grant, failed, best)):
                best = grant, failed
        return best

    def considered(self, picked: Sequence[Grant] = ()) -> tuple[ConsentId, ...]:
        """The consents for the purpose and those `picked` otherwise, newest first."""
        relevant = {id(grant): grant for grant in picked}
        most = MAX_CONSIDERED + len(relevant)
        different: set[ConsentId] = set()
        for grant in newest_of_each_id(self._subject, self.target.purpose, self._last_given):
            if grant.consent_id is None or grant.consent_id in different:
                continue
            if len(different) == most:
                break
            different.add(grant.consent_id)
            relevant[id(grant)] = grant
        newest_first = sorted(relevant.values(), key=_order, reverse=True)
        ids = [grant.consent_id for grant in newest_first if grant.consent_id]
        return tuple(dict.fromkeys(ids))[:MAX_CONSIDERED]


def _order(grant: Grant) -> tuple[Instant, str, EventId]:
    return grant.order


def _closer(grant: Grant, failed: list[ConsentTest], best: tuple[Grant, list[ConsentTest]]) -> bool:
    return (failed[0], grant.order) > (best[1][0], best[0].order)
