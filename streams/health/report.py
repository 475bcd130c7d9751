"""What a worker says of itself: the body that `/live` and `/ready` answer with."""

from __future__ import annotations

from typing import Literal

import msgspec

Phase = Literal["joining", "restoring", "judging", "standby"]
"""Standby: a member of the group without partitions, ready to take over any."""


class TopicReport(msgspec.Struct, frozen=True, kw_only=True):
    """One topic of a partition number: next offset to commit, and how far from the end.

    `lag` counts offsets up to the end of the log. The last `uncommitted` of them stand
    behind a producer's open transaction and cannot be read yet; the end up to which can be
    read has not moved for `uncommitted_s` seconds. A topic that is `paused` is read no further
    before `consentry resume`; its lag is that of the last answer of the broker.
    """

    committed: int
    lag: int | None
    uncommitted: int = 0
    uncommitted_s: float = 0.0
    paused: bool = False


class SweepReport(msgspec.Struct, frozen=True, kw_only=True):
    """Subjects being judged again, since the policy or the rules are others now.

    `reason` is POLICY_CHANGED or RULES_CHANGED, `policy_version` what they are judged by.
    `percent` of the subjects are through; `findings` and `duties` are revisions published.
    """

    reason: str
    policy_version: str
    percent: float
    subjects: int
    findings: int
    duties: int


class PartitionReport(msgspec.Struct, frozen=True, kw_only=True):
    """One partition number that is judged now.

    `lag` and `uncommitted` are over all topics but ticks, in offsets, `lag` None until an end
    is known; durations are in seconds. `last_commit_s` is None before the first commit, `waiting_s` how long
    nothing was committed although something was to be, `standing_s` how long committed
    offsets stood still although there was more to read. `sweep` is None when none is under way.
    """

    lag: int | None
    uncommitted: int = 0
    last_commit_s: float | None
    waiting_s: float
    standing_s: float
    topics: dict[str, TopicReport]
    sweep: SweepReport | None = None


class WorkerReport(msgspec.Struct, frozen=True, kw_only=True):
    """The whole: topics, numbers and durations, never a key or a subject.

    `reasons` are why it is not ready or not live. `notes` say what is to be known although it is
    both: topics that are paused, and sweeps under way. `group_answered_s` is how long ago the
    group's coordinator last answered, None before this worker was a member.
    """

    live: bool
    ready: bool
    phase: Phase
    reasons: list[str]
    notes: list[str] = []
    group_answered_s: float | None
    partitions: dict[int, PartitionReport]
