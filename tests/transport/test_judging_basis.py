"""What a worker judges by, beside what stored verdicts rest on."""

from __future__ import annotations

import msgspec
import pytest

from streams.core.identifiers import RecipientId
from streams.core.instants import EARLIEST, Instant
from streams.core.law import RULE_VERSION
from streams.core.policy import (
    DatedValue,
    Policy,
    RecipientEntry,
    Registers,
    default_policy,
)
from streams.core.vocabulary import ClosingReason
from streams.errors import ConsentryError
from streams.transport.tasks.judging_basis import JudgingBasis
from streams.wire.progress import Progress
from streams.wire.sweeps import Basis


def policy(*starts: int) -> Policy:
    entries = tuple(DatedValue(Instant(at), at) for at in starts)
    return Policy(entries={"soft_opt_in_max_age": entries})


def judged(basis: JudgingBasis, until: int = 100) -> Progress:
    """The progress of a partition that was judged by a basis up to an instant."""
    progress = Progress(positions={})
    basis.adopt(progress, 0)
    progress.judged_until = Instant(until)
    progress.policy_digest = basis.digest(progress.judged_until)
    return progress


def test_a_change_of_the_past_begins_a_sweep_and_one_of_the_future_does_not() -> None:
    for same in (policy(10), policy(10, 101)):
        progress = judged(JudgingBasis(policy(10)))
        assert not JudgingBasis(same).adopt(progress, 0)
        assert progress.sweep is None
        assert progress.basis.version == same.version
    for changed in (policy(10, 100), policy(11), default_policy()):
        progress = judged(JudgingBasis(policy(10)))
        assert JudgingBasis(changed, since=Instant(7)).adopt(progress, 0)
        assert progress.sweep is not None
        assert (progress.sweep.cause, progress.sweep.at) == (ClosingReason.POLICY_CHANGED, 7)
        assert progress.policy_digest == JudgingBasis(changed).digest(Instant(100))


def test_the_first_entry_of_a_register_begins_a_sweep_whatever_its_date() -> None:
    later = RecipientEntry(recipient_id=RecipientId("ACME"), valid_from=Instant(200))
    progress = judged(JudgingBasis(default_policy()))
    first = Policy(registers=Registers(recipients=(later,)))
    assert JudgingBasis(first).adopt(progress, 0)
    second = msgspec.structs.replace(later, recipient_id=RecipientId("BETA"))
    more = Policy(registers=Registers(recipients=(later, second)))
    assert not JudgingBasis(more).adopt(progress, 0)


def test_other_rules_begin_a_sweep() -> None:
    progress = judged(JudgingBasis(policy(10)))
    assert JudgingBasis(policy(10), rules="next").adopt(progress, 0)
    assert progress.sweep is not None
    assert progress.sweep.cause == ClosingReason.RULES_CHANGED
    assert progress.basis.rules == "next"


def test_what_an_earlier_release_judged_may_rest_on_other_rules() -> None:
    progress = judged(JudgingBasis(policy(10)))
    progress.basis = Basis()
    assert JudgingBasis(policy(10)).change(progress) is ClosingReason.RULES_CHANGED
    assert Basis(rules=RULE_VERSION).rules == JudgingBasis(policy(10)).stored.rules


def test_a_sweep_under_way_goes_on_and_another_policy_begins_it_again() -> None:
    progress = judged(JudgingBasis(policy(10)))
    JudgingBasis(policy(11)).adopt(progress, 0)
    assert progress.sweep is not None
    progress.sweep.place = b"half"
    assert not JudgingBasis(policy(11)).adopt(progress, 0)
    assert progress.sweep.place == b"half"
    assert JudgingBasis(policy(10)).adopt(progress, 0), "some were judged by the other one"
    assert progress.sweep.place == b""


def test_a_partition_never_goes_back_to_an_earlier_policy() -> None:
    progress = judged(JudgingBasis(policy(10), sequence=3))
    with pytest.raises(ConsentryError, match="judged by policy 3") as refused:
        JudgingBasis(policy(11), sequence=2).adopt(progress, 5)
    assert "partition 5" in refused.value.problem
    assert progress.basis.sequence == 3


def test_a_log_of_policies_that_was_made_again_begins_with_the_policy_in_force() -> None:
    progress = judged(JudgingBasis(policy(10), sequence=3))
    assert not JudgingBasis(policy(10), sequence=1).adopt(progress, 5)
    assert progress.basis.sequence == 1


def test_nothing_judged_goes_with_every_policy() -> None:
    progress = Progress(positions={})
    assert not JudgingBasis(policy(10)).adopt(progress, 0)
    assert JudgingBasis(policy(10)).digest(None) == ""


@pytest.mark.parametrize("until", [EARLIEST, 9, 10, 11, 99, 100, 101])
def test_the_digest_is_that_of_the_policy_whatever_was_asked_before(until: int) -> None:
    basis = JudgingBasis(policy(10, 100))
    for other in (5, 10, 50, 100, 200):
        basis.digest(Instant(other))
    assert basis.digest(Instant(until)) == policy(10, 100).past_digest(Instant(until))
