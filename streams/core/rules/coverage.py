"""What consents and signals say about one target at one instant (legal model 4.1, 4.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from streams.core.consent_tests import ConsentTest
from streams.core.identifiers import ConsentId, EventId
from streams.core.instants import Instant
from streams.core.policy import Policy, Settings
from streams.core.rules.capture import defects
from streams.core.rules.look_ups import (
    covering_grants,
    granted_after,
    is_replaced,
    knows_consent,
    lifting_grants,
    nearest_grants,
    newest_hits,
    newest_of_each_id,
    scoped,
)
from streams.core.signals import Grant, Signal, Target
from streams.core.subject import GRANTED_LATER, Subject
from streams.core.vocabulary import EXPLICIT_METHODS, UNCONDITIONAL_SIGNALS, DataCategory

MAX_CONSIDERED = 50
"""How many consent ids a finding names, newest first."""


class Standing:
    """The consents and signals of a subject as of one instant, seen from one target.

    A1: only what occurred at or before the instant is looked at. `hit_target` is what
    signals are measured against where it differs: an opt-out towards the controller
    stops a sister company's message too, but only consent naming the sister allows it.
    Most events have a newest consent that covers them and no signal against them, so
    what only others need is worked out when it is asked for.
    """

    def __init__(
        self,
        subject: Subject,
        target: Target,
        at: Instant,
        policy: Policy,
        hit_target: Target | None = None,
    ) -> None:
        self.target = target
        self.at = at
        self._subject = subject
        self.policy = policy
        self.settings = policy.at(at)
        self._hit_target = hit_target
        self._last_given = self._last_given_at()
        self._killed_until: Instant | None = None
        self.unlifted: list[Signal] = []
        """Of each kind of signal the newest that stands against the target, not lifted."""
        if subject.signals.any_through(at):
            hits = newest_hits(subject, hit_target or target, at, self.settings, policy)
            if hits:
                self._killed_until = max(signal.at for signal in hits)
                self.unlifted = self._unlifted(hits)

    def _last_given_at(self) -> Instant:
        """P12: up to when a grant counts as given."""
        return self.at if self.settings.grant_at_same_instant_valid else Instant(self.at - 1)

    @property
    def hits(self) -> list[Signal]:
        """All signals that stand or stood against the target, lifted or not."""
        aim, subject = self._hit_target or self.target, self._subject
        raised = [scoped(subject, raw) for raw in subject.signals.through(self.at)]
        return [signal for signal in raised if self._in_force(signal) and signal.hits(aim)]

    def _in_force(self, signal: Signal) -> bool:
        """P11: grace delays a withdrawal or refusal, never an objection or erasure."""
        if signal.kind in UNCONDITIONAL_SIGNALS:
            return True
        return signal.at + self.settings.withdrawal_grace <= self.at

    def why_no_record(self, cited: str | None) -> str:
        """The reason of S07 and of M11 without a candidate.

        This alone looks past the event's instant, and only to tell the reader that a
        consent was asked too late or that a cited one is unknown; the code never changes.
        """
        if cited is not None and not knows_consent(self._subject, ConsentId(cited)):
            return "CITED_CONSENT_UNKNOWN"
        later = granted_after(
            self._subject, self.target, self._last_given, self.settings, self.policy
        )
        if any(addresses(grant, self.target, self.settings) for grant in later):
            return GRANTED_LATER
        return "NO_RECORD"

    def _unlifted(self, hits: list[Signal]) -> list[Signal]:
        """A5: a later valid grant for the target lifts, whatever becomes of it afterwards."""
        oldest = min(signal.at for signal in hits)
        for grant in self._later_grants():
            if grant.at <= oldest:
                break  # it is older than all, and lifts none
            if self._lifts(grant):
                return [signal for signal in hits if signal.at >= grant.at]
        return hits

    def _later_grants(self) -> Iterable[Grant]:
        return lifting_grants(
            self._subject, self.target, self._last_given, self.settings, self.policy
        )

    def _lifts(self, grant: Grant) -> bool:
        target = self.target
        if grant.purpose is not target.purpose or defects(grant, self.policy):
            return False
        if target.channel is not None and not grant.covers_channel(target.channel):
            return False
        return target.any_recipient or self._recipient_failure(grant) is None

    def _recipient_failure(self, grant: Grant) -> ConsentTest | None:
        return recipient_failure(grant, self.target, self.settings)

    def failures(self, grant: Grant, category: DataCategory | None) -> list[ConsentTest]:
        """Every test T1 to T11 that a grant fails, in order; no category skips T4."""
        target = self.target
        failed: list[ConsentTest] = []
        if grant.purpose is not target.purpose:
            failed.append(ConsentTest.PURPOSE)
        if (recipient := self._recipient_failure(grant)) is not None:
            failed.append(recipient)
        if category is not None and category not in grant.categories:
            failed.append(ConsentTest.DATA_CATEGORY)
        if target.channel is not None and not grant.covers_channel(target.channel):
            failed.append(ConsentTest.CHANNEL)
        expires_at = grant.event.expires_at
        if expires_at is not None and self.at >= expires_at:
            failed.append(ConsentTest.EXPIRY)
        failed.extend(defects(grant, self.policy))
        return failed

    def _covers(self, grant: Grant, category: DataCategory | None) -> bool:
        """Whether a grant for the purpose fails no test: `failures` would be empty."""
        target = self.target
        if self._recipient_failure(grant) is not None:
            return False
        if category is not None and category not in grant.categories:
            return False
        if target.channel is not None and not grant.covers_channel(target.channel):
            return False
        expires_at = grant.event.expires_at
        if expires_at is not None and self.at >= expires_at:
            return False
        return not defects(grant, self.policy)

    def alive(self, grant: Grant) -> bool:
        """A6: no signal at or after the grant hits the target."""
        return self._killed_until is None or grant.at > self._killed_until

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
            if self._covers(grant, category) and not self._replaced(grant):
                return grant
        return None

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


def recipient_failure(grant: Grant, target: Target, settings: Settings) -> ConsentTest | None:
    """T2 and T3: the recipient is named, or its category where policy P2 allows."""
    if target.recipient_id is None or target.recipient_id in grant.event.recipient_ids:
        return None
    category = target.recipient_category
    if category is None or category not in grant.event.recipient_categories:
        return ConsentTest.RECIPIENT
    return ConsentTest.RECIPIENT_NAMED if settings.named_recipient_required else None


def addresses(grant: Grant, target: Target, settings: Settings) -> bool:
    """Whether a grant is for the target's purpose and recipient."""
    return grant.purpose is target.purpose and recipient_failure(grant, target, settings) is None


def _closer(grant: Grant, failed: list[ConsentTest], best: tuple[Grant, list[ConsentTest]]) -> bool:
    return (failed[0], grant.order) > (best[1][0], best[0].order)
