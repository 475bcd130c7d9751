"""What a state keeps that moves to another number of partitions on the same topics.

Topics and positions are the same ones, so what was ordered or noticed about a record of a
partition holds for it still. Only re-keyed records may stand where their person is no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from streams.wire.progress import Progress


@dataclass(frozen=True, slots=True)
class GoingOn:
    """The progress rows of before, and up to where re-keyed records were sent again, by number."""

    states: Mapping[int, Progress]
    rekeyed: Mapping[int, int]

    def positions(self, number: int, at: Mapping[str, int], rekeyed: str) -> dict[str, int]:
        """The next offsets of a partition number; `at` as the export has them."""
        return {**at, rekeyed: self.rekeyed.get(number, at[rekeyed])}

    def carry(self, number: int, progress: Progress) -> None:
        """Take over into the progress row what is about records of the partition number."""
        bases = {(one.basis.rules, one.basis.sequence, one.basis.version): one.basis
                 for one in self.states.values()}  # fmt: skip
        if len(bases) == 1:
            progress.basis = bases.popitem()[1]
        if progress.sweep is not None:
            sweeping = [one.sweep for one in self.states.values() if one.sweep and one.sweeping]
            progress.sweep.at = next((one.at for one in sweeping), None)
        before = self.states.get(number)
        if before is not None:
            progress.skips = before.skips
            progress.gaps = before.gaps
            progress.windows = before.windows
            progress.paused = before.paused
