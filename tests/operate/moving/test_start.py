"""From where an imported state goes on, and what its verdicts are said to rest on."""

from __future__ import annotations

from typing import Any

import pytest

from streams.core.policy import default_policy
from streams.core.vocabulary import ClosingReason
from streams.errors import ConsentryError
from streams.operate.moving.start import (
    Start,
    first_progress,
    positions,
    require_count,
    require_start,
    same_topics,
)
from streams.transport.fetch.log_range import LogRange
from streams.transport.tasks.judging_basis import JudgingBasis
from streams.transport.tasks.state_owner import owner_of
from streams.wire.progress import Progress, decode_progress, encode_progress
from tests.operate.moving.exported import IDS, covered, manifest_of
from tests.policy_effect.stored_bus import SETTINGS

LOGS = {"in": LogRange(2, 9), "ticks": LogRange(5, 8)}
POLICY = default_policy()


def begun(*manifests: Any) -> Progress:
    """As it is stored and read back."""
    progress = first_progress(
        manifests, {"in": 7}, digest="f", count=8, owner=owner_of(SETTINGS), topic_ids=IDS
    )
    return decode_progress(encode_progress(progress))


def test_positions_are_those_of_the_export_and_the_start_of_what_it_never_read() -> None:
    parts = [covered(0, positions={"in": 7, "ticks": 6})]
    assert positions(0, LOGS, parts, "ticks", None) == {"in": 7, "ticks": 6}
    assert positions(5, LOGS, parts, "ticks", None) == {"in": 2, "ticks": 5}


def test_ticks_of_which_retention_took_some_are_no_loss() -> None:
    parts = [covered(0, positions={"in": 1, "ticks": 3})]
    # The worker says of `in` what was lost.
    assert positions(0, LOGS, parts, "ticks", None) == {"in": 1, "ticks": 5}


def test_other_topics_are_read_as_is_said() -> None:
    parts = [covered(0, positions={"in": 7, "ticks": 6})]
    assert positions(0, LOGS, parts, "ticks", Start.LATEST) == {"in": 9, "ticks": 8}
    assert positions(0, LOGS, parts, "ticks", Start.EARLIEST) == {"in": 2, "ticks": 5}
    orders = LOGS | {"commands": LogRange(0, 4)}
    assert positions(0, orders, parts, "ticks", Start.EARLIEST, "commands")["commands"] == 4


def test_topics_are_the_same_by_their_ids_and_of_one_export_only() -> None:
    one = manifest_of(covered())
    assert same_topics([one], IDS)
    assert not same_topics([one], IDS | {"purchase": "created again"})
    assert not same_topics([one], {})
    assert not same_topics([one, one], IDS)


def test_findings_on_partitions_of_before_are_in_the_way_of_another_count() -> None:
    one = manifest_of(covered(), count=3)
    require_count(one, 3, ["violations"])
    require_count(one, 8, [])
    with pytest.raises(ConsentryError, match="of 3 partitions, the topics have 8 now") as refused:
        require_count(one, 8, ["violations", "duties"])
    assert "topic_prefix" in refused.value.remedy


def test_it_must_be_said_where_to_go_on_exactly_when_nothing_says_it() -> None:
    require_start(same=True, start=None)
    require_start(same=False, start=Start.LATEST)
    with pytest.raises(ConsentryError, match="of other topics"):
        require_start(same=False, start=None)
    with pytest.raises(ConsentryError, match="says where to go on"):
        require_start(same=True, start=Start.EARLIEST)


def test_time_is_the_latest_of_all_partitions() -> None:
    found = begun(manifest_of(covered(0), covered(1, partition_time=90, ticking_since=4)))
    assert (found.partition_time, found.ticking_since, found.judged_until) == (90, 4, 40)
    assert (found.partitions, found.positions, found.begins) == (8, {"in": 7}, {"in": 7})
    assert found.imported is not None
    assert found.imported.through
    assert found.sequence == 0


def judged(**fields: Any) -> Any:
    """A partition number that was judged by the default policy and this release."""
    basis = JudgingBasis(POLICY)
    until = fields.pop("judged_until", 40)
    given = {
        "judged_until": until,
        "policy_digest": basis.digest(until),
        "rules": basis.stored.rules,
        "policy_version": basis.stored.version,
    }
    return covered(**given | fields)


def test_the_same_policy_and_rules_judge_nothing_again() -> None:
    later = judged(partition=1, judged_until=1_790_000_000_000)
    progress = begun(manifest_of(judged(), later))
    assert not JudgingBasis(POLICY, 1).adopt(progress, 0)
    assert not progress.sweeping


@pytest.mark.parametrize(
    ("other", "cause"),
    [
        ({"policy_digest": "another"}, ClosingReason.POLICY_CHANGED),
        ({"rules": "earlier"}, ClosingReason.RULES_CHANGED),
    ],
)
def test_what_was_judged_otherwise_is_judged_again(
    other: dict[str, Any], cause: ClosingReason
) -> None:
    progress = begun(manifest_of(judged(**other)))
    assert JudgingBasis(POLICY, 1).adopt(progress, 0)
    assert progress.sweep is not None
    assert progress.sweep.cause == cause


def test_partitions_of_different_policies_are_judged_again() -> None:
    progress = begun(manifest_of(judged(), judged(partition=1, policy_sequence=2)))
    assert JudgingBasis(POLICY, 1).adopt(progress, 0)


def test_a_sweep_that_was_under_way_begins_again() -> None:
    progress = begun(manifest_of(judged(), judged(partition=1, sweep="POLICY_CHANGED")))
    assert not JudgingBasis(POLICY, 1).adopt(progress, 0)
    assert progress.sweep is not None
    assert (progress.sweep.cause, progress.sweep.place, progress.sweeping) == (
        "POLICY_CHANGED",
        b"",
        True,
    )


def test_facts_of_two_installations_are_judged_together() -> None:
    progress = begun(manifest_of(judged()), manifest_of(judged()))
    assert progress.sweep is not None
    assert progress.sweep.cause == "LATE_EVIDENCE"
