"""What verdicts of a partition rest on, and how far they are brought in line with it."""

from __future__ import annotations

import msgspec

from streams.core.instants import Instant


class Basis(msgspec.Struct, frozen=True, array_like=True):
    """What the verdicts of a partition rest on, apart from facts: policy and rules.

    `sequence` is that of the policy on the control topic, 0 where it came from a file;
    `version` names it. `rules` is the version of the rules (`core.law.RULE_VERSION`).
    """

    rules: str = ""
    sequence: int = 0
    version: str = ""


class Sweep(msgspec.Struct, array_like=True):
    """Subjects being judged again, since the policy or the rules are others now (legal model 6).

    `cause` is the closing reason of what no longer holds. `at` is when the change was recorded,
    None if unknown. All subjects that stand before `place` in the store are through (four
    bytes that rise evenly); empty at the start. `subjects` counts those that were passed,
    `findings` and `duties` the revisions that were published. `through`: nothing is left.
    """

    cause: str
    at: Instant | None = None
    place: bytes = b""
    subjects: int = 0
    findings: int = 0
    duties: int = 0
    through: bool = False

    @property
    def share(self) -> float:
        """Which share of the subjects is through, from 0 to 1, by place."""
        return 1.0 if self.through else int.from_bytes(self.place.ljust(4, b"\0")[:4]) / (1 << 32)
