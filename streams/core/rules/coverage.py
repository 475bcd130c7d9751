"""What consents and signals say about one target at one instant (legal model 4.1, 4.2)."""

from __future__ import annotations

from collections.abc import Sequence

from streams.core.consent_tests import ConsentTest
from streams.core.identifiers import ConsentId
from streams.core.instants import Instant
from streams.core.policy import Policy, Settings
from streams.core.rules.capture import defects
from streams.core.signals import Grant, Signal, Target
from streams.core.subject import Subject
from streams.core.vocabulary import UNCONDITIONAL_SIGNALS, DataCategory

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
        self._given = subject.grants.through(at)
        self._replacing = self._by_replaced() if subject.replacing else {}
        self._killed_until: Instant | None = None
        self.hits: list[Signal] = []
        self.unlifted: list[Signal] = []
        raised = subject.signals.through(at)
        if raised:
            aim = hit_target or target
            scopes = [scoped(subject, raw) for raw in raised]
            self.hits = [one for one in scopes if self._in_force(one) and one.hits(aim)]
            if self.hits:
                self._killed_until = max(signal.at for signal in self.hits)
                self.unlifted = self._unlifted()

    def _by_replaced(self) -> dict[ConsentId, list[Grant]]:
        replacing: dict[ConsentId, list[Grant]] = {}
        for grant in self._given:
            if (named := grant.event.replaces_consent_id) is not None:
                replacing.setdefault(named, []).append(grant)
        return replacing

    @property
    def known(self) -> Sequence[Grant]:
        """The grants that were given, oldest first."""
        given = self._given
        if self.settings.grant_at_same_instant_valid or not given or given[-1].at < self.at:
            return given
        return [grant for grant in given if grant.at < self.at]

    def _in_force(self, signal: Signal) -> bool:
        """P11: grace delays a withdrawal or refusal, never an objection or erasure."""
        if signal.kind in UNCONDITIONAL_SIGNALS:
            return True
        return signal.at + self.settings.withdrawal_grace <= self.at

    def _unlifted(self) -> list[Signal]:
        """A5: a later valid grant for the target lifts, whatever becomes of it afterwards."""
        oldest = min(signal.at for signal in self.hits)
        lifted_before: Instant | None = None
        for grant in reversed(self.known):
            if grant.at <= oldest:
                break  # it is older than all, and lifts none
            if self._lifts(grant):
                lifted_before = grant.at
                break
        if lifted_before is None:
            return self.hits
        return [signal for signal in self.hits if signal.at >= lifted_before]

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

    def covering(self, category: DataCategory | None) -> Grant | None:
        """The newest live valid consent for a category, or None."""
        same_instant = self.settings.grant_at_same_instant_valid
        for grant in reversed(self._subject.granted_for(self.target.purpose, self.at)):
            if grant.at == self.at and not same_instant:
                continue
            if not self.alive(grant):
                return None  # nor is any that is older
            if self._covers(grant, category) and not _is_replaced(grant, self._replacing):
                return grant
        return None

    @property
    def grants(self) -> Sequence[Grant]:
        """The grants that were given and not replaced, oldest first."""
        if not self._replacing:
            return self.known
        return [grant for grant in self.known if not _is_replaced(grant, self._replacing)]

    def closest(self, category: DataCategory | None) -> tuple[Grant, list[ConsentTest]] | None:
        """The grant that misses latest (4.2, closest miss) with all that it fails.

        A grant that fails nothing but was killed by a signal is no candidate.
        """
        best: tuple[Grant, list[ConsentTest]] | None = None
        for grant in self.grants:
            failed = self.failures(grant, category)
            if failed and (best is None or _closer(grant, failed, best)):
                best = grant, failed
        return best

    def considered(self, picked: Sequence[Grant] = ()) -> tuple[ConsentId, ...]:
        """The consents for the purpose and those `picked` otherwise, newest first."""
        relevant = {id(grant): grant for grant in picked}
        relevant |= {id(g): g for g in self.known if g.purpose is self.target.purpose}
        newest_first = sorted(relevant.values(), key=lambda g: g.order, reverse=True)
        ids = [grant.consent_id for grant in newest_first if grant.consent_id]
        return tuple(dict.fromkeys(ids))[:MAX_CONSIDERED]


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


def _is_replaced(grant: Grant, replacing: dict[ConsentId, list[Grant]]) -> bool:
    """A2, A8: another grant, valid or not, names it at or after its own instant.

    What came before a grant cannot end it: a consent renewed under its own id stands.
    `replacing` has the grants by the id they replace, oldest first: if any other one is
    late enough, one of the last two is.
    """
    if grant.consent_id is None:
        return False
    return any(
        other is not grant and other.at >= grant.at
        for other in replacing.get(grant.consent_id, ())[-2:]
    )


def scoped(subject: Subject, signal: Signal) -> Signal:
    """A signal with its full scope (A4): the cited consent as of the signal's instant."""
    if signal.cites is None:
        return signal
    cited = [
        grant for grant in subject.grants.through(signal.at) if grant.consent_id == signal.cites
    ]
    return signal.scoped(max(cited, key=lambda g: g.order, default=None))
