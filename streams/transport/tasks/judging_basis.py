"""What a worker judges by, beside what stored verdicts rest on (architecture, invariant 11).

Where the two differ, the partition is swept: its subjects are judged again in place, each
before anything new of it. A partition never goes back to a policy of before the one that it
was judged by.
"""

from __future__ import annotations

from bisect import bisect_right

import structlog

from streams.core.instants import Instant
from streams.core.law import RULE_VERSION
from streams.core.policy import Policy
from streams.core.vocabulary import ClosingReason
from streams.errors import ConsentryError
from streams.wire.progress import Progress
from streams.wire.sweeps import Basis, Sweep

log = structlog.get_logger("consentry.worker")


class JudgingBasis:
    """The policy in force and the rules of this release.

    `sequence` is the policy's on the control topic, 0 for one from a file; `since` is when
    it was recorded there, None for one from a file.
    """

    def __init__(
        self,
        policy: Policy,
        sequence: int = 0,
        since: Instant | None = None,
        rules: str = RULE_VERSION,
    ) -> None:
        self.policy = policy
        self.since = since
        self.stored = Basis(rules=rules, sequence=sequence, version=policy.version)
        registers = policy.registers
        dates = {entry.valid_from for values in policy.entries.values() for entry in values}
        dates.update(entry.valid_from for entry in registers.recipients)
        dates.update(entry.valid_from for entry in registers.notices)
        for decision in registers.adequacy:
            dates.update((decision.valid_from, decision.valid_until))
        self._dates = sorted(dates)
        self._digests: dict[int, str] = {}

    def digest(self, until: Instant | None) -> str:
        """The digest of all that applies up to an instant; "" when nothing was judged.

        Computed once between two dates that the policy names.
        """
        if until is None:
            return ""
        place = bisect_right(self._dates, until)
        found = self._digests.get(place)
        if found is None:
            found = self._digests[place] = self.policy.past_digest(until)
        return found

    def change(self, progress: Progress) -> ClosingReason | None:
        """Why stored verdicts are to be reached again, None where they rest on the same.

        A policy counts by what it says of the time that is judged already: an entry for later
        changes nothing stored. Verdicts of releases that did not keep the version of their
        rules may rest on others.
        """
        until = progress.judged_until
        if until is None:
            return None
        if self.digest(until) != progress.policy_digest:
            return ClosingReason.POLICY_CHANGED
        if progress.basis.rules != self.stored.rules:
            return ClosingReason.RULES_CHANGED
        return None

    def require_same(self, progress: Progress, partition: int) -> None:
        """Raise ConsentryError when stored verdicts rest on something else."""
        cause = self.change(progress)
        if cause is None:
            return
        of, ours = progress.basis, self.stored
        found = "rules" if cause is ClosingReason.RULES_CHANGED else "policy"
        raise ConsentryError(
            f"the stored verdicts of partition {partition} rest on another {found}: "
            f"{of.version or 'that of an earlier release'}, rules {of.rules or 'unknown'}, here "
            f"{ours.version}, rules {ours.rules}",
            "Use the policy and the release of the workers; after a change, wait until they have "
            "taken it up.",
        )

    def adopt(self, progress: Progress, partition: int) -> bool:
        """Judge a partition by it from now on; whether a sweep begins.

        A sweep that is under way goes on where nothing changed, and begins again where
        something did. Raises ConsentryError where the partition was judged by a later policy that
        says something else.
        """
        cause = self.change(progress)
        if cause is not None and progress.basis.sequence > self.stored.sequence:
            raise ConsentryError(
                f"partition {partition} was judged by policy {progress.basis.sequence} "
                f"({progress.basis.version}), and this process knows {self.stored.sequence} "
                f"({self.stored.version}) as the latest",
                "Start it again: the log of policies holds the later one. If that log was lost, "
                'docs/runbook.md, "The policy log cannot be read".',
            )
        progress.basis = self.stored
        progress.policy_digest = self.digest(progress.judged_until)
        if cause is None:
            return False
        progress.sweep = Sweep(cause=cause.value, at=self.since)
        return True


def log_sweep(partition: int, progress: Progress) -> None:
    """Log that the subjects of a partition number are to be judged again, and why."""
    sweep = progress.sweep
    if sweep is not None:
        log.warning(
            "sweep.began", partition=partition, reason=sweep.cause, policy=progress.basis.version
        )
