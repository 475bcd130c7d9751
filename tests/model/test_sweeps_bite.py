"""The model finds what is wrong with a sweep that lacks one of its safeguards."""

from __future__ import annotations

import re
from typing import Any

import pytest

from streams.agents.sweeper import Sweeper
from streams.core.subject import Subject
from streams.transport.tasks.judging_basis import JudgingBasis
from streams.wire.progress import Progress
from tests.model.play import schedules
from tests.model.searching import Safeguard, wrong

POLICIES = schedules(("run", "run", "mix", "send", "send", "policy", "start", "kill"))
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


@pytest.mark.parametrize(
    "safeguard",
    [
        a_record_does_not_wait_for_its_subject,
        a_sweep_passes_over_a_subject_that_takes_long,
        a_partition_goes_back_to_an_earlier_policy,
    ],
)
def test_without_a_safeguard_a_policy_is_not_followed(
    patch: pytest.MonkeyPatch, safeguard: Safeguard
) -> None:
    safeguard(patch)
    found = wrong(POLICIES)
    assert re.search(WRONG, found), found
