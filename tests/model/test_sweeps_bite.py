"""The model finds what is wrong with a sweep that lacks one of its safeguards."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import strategies as st

from streams.agents.sweeper import Sweeper
from streams.core.subject import Subject
from streams.transport.tasks import partition_task
from streams.transport.tasks.judging_basis import JudgingBasis
from streams.wire.progress import Progress, encode_progress
from tests.model.play import Event
from tests.model.searching import ALL_JUDGED, Safeguard, wrong


def changes() -> st.SearchStrategy[list[Event]]:
    """One policy after the other comes into force over stored facts, in the midst of a sweep."""

    def schedule(one: int, steps: int, sent: int, other: int) -> list[Event]:
        some = ("send", sent, 0)
        return [
            *ALL_JUDGED,
            ("policy", one, 0),
            some,
            ("run", 3 * steps, 1),
            ("policy", other, 1),
            some,
        ]

    number = st.integers(0, 60)
    return st.builds(schedule, number, number, st.integers(0, 5), number)


WRONG = "the net outputs|some were not judged again"


def a_record_does_not_wait_for_its_subject(patch: pytest.MonkeyPatch) -> None:
    def unaware(self: Sweeper, _key: Any, subject: Subject) -> bool:
        subject.judged_by = self._policy
        return False

    patch.setattr(Sweeper, "_stale", unaware)


def a_sweep_passes_over_a_subject_that_takes_long(patch: pytest.MonkeyPatch) -> None:
    def hasty(self: Sweeper, key: Any, batch: Any) -> bool:
        swept(self, key, batch)
        self._passing = None
        return True

    swept = Sweeper._swept
    patch.setattr(Sweeper, "_swept", hasty)


def a_partition_goes_back_to_an_earlier_policy(patch: pytest.MonkeyPatch) -> None:
    adopt = JudgingBasis.adopt

    def forgetful(self: JudgingBasis, progress: Progress, partition: int) -> bool:
        if progress.basis.sequence > self.stored.sequence:
            progress.basis = self.stored  # without judging again
        return adopt(self, progress, partition)

    patch.setattr(JudgingBasis, "adopt", forgetful)
    patch.setattr(JudgingBasis, "change", lambda *_: None)


def what_is_left_to_sweep_is_not_stored(patch: pytest.MonkeyPatch) -> None:
    """The policy is taken up without the progress row, so the next owner takes all for swept."""

    def forgetful(progress: Progress) -> bytes:
        sweep, progress.sweep = progress.sweep, None
        stored = encode_progress(progress)
        progress.sweep = sweep
        return stored

    patch.setattr(partition_task, "encode_progress", forgetful)


@pytest.mark.parametrize(
    "safeguard",
    [
        a_record_does_not_wait_for_its_subject,
        a_sweep_passes_over_a_subject_that_takes_long,
        a_partition_goes_back_to_an_earlier_policy,
        what_is_left_to_sweep_is_not_stored,
    ],
)
def test_without_a_safeguard_a_policy_is_not_followed(
    patch: pytest.MonkeyPatch, safeguard: Safeguard
) -> None:
    safeguard(patch)
    found = wrong(changes())
    assert re.search(WRONG, found), found
