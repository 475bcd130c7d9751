"""Publishing again what the rows say; and commands that are none."""

from __future__ import annotations

import pytest

from streams.agents import rebuilder
from streams.agents.partition_judge import PartitionJudge
from streams.core import texts
from streams.core.instants import Instant, days
from streams.core.policy import fixed_policy
from streams.core.vocabulary import ClosingReason, DutyStatus, Trigger
from streams.transport.commit.output_batch import Bounds
from streams.wire.commands import REBUILT, encode_command
from streams.wire.findings import decode_duty, decode_finding, encode_duty
from streams.wire.progress import Skip
from tests.agents.ordering import ID, command, order, results
from tests.agents.test_erase import history
from tests.agents.world import LATER, NAMES, SETTINGS, World
from tests.kafka.stories import START, grant, share

OUTPUTS = (NAMES.violations, NAMES.duties)


def world(bounds: Bounds | None = None) -> World:
    one = World() if bounds is None else World(bounds)
    one.take(*one.story(*(event for n in range(9) for event in history(f"s{n}"))))
    # A verdict that is retracted stays in its row.
    one.take(*one.story(share("late", "1", Instant(START + 5)), grant("late", "g", START)))
    one.take(one.record(None, NAMES.data_share, key=b"x", value=b"no event"))
    return one


def published(one: World, since: int = 0) -> dict[tuple[str, bytes | None], bytes | None]:
    """The outputs of some batches, the last of each key."""
    outputs = [o for batch in one.kept.batches[since:] for o in batch.outputs]
    return {(o.topic, o.key): o.value for o in outputs if o.topic in OUTPUTS}


@pytest.mark.parametrize(("rows_at_once", "crash_after"), [(200, 0), (3, 0), (3, 1), (3, 4)])
def test_all_that_rows_know_is_published_as_it_was(
    crash_after: int, rows_at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilder, "ROWS_AT_ONCE", rows_at_once)
    one = world(Bounds(6, 1 << 20, 1.0))
    whole, since = published(one), len(one.kept.batches)
    rows = one.compacted(NAMES.changelog)
    record = order(one, command("rebuild"))
    if crash_after:
        one.interrupted(record, crash_after)
        one.restart()
    one.take(record)
    again = published(one, since)
    assert len(again) > 20
    # A finding about a record that names no event has no row (docs/operations.md).
    assert again.items() <= whole.items()
    [left_out] = [value for name, value in whole.items() if name not in again]
    assert left_out is not None
    assert decode_finding(left_out).subject_id is None
    assert one.compacted(NAMES.changelog) == rows
    marked = [o for b in one.kept.batches[since:] for o in b.outputs if o.topic in OUTPUTS]
    assert all(REBUILT in o.headers for o in marked)
    assert len(results(one)) == 1


def test_one_that_is_set_aside_in_the_midst_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a fault of the code makes an operator do it: sweeps and growth wait for what goes on."""
    monkeypatch.setattr(rebuilder, "ROWS_AT_ONCE", 3)
    one = world(Bounds(6, 1 << 20, 1.0))
    record = order(one, command("rebuild"))
    assert one.interrupted(record, 1).restart().progress.command is not None
    one.progress.skips = (Skip(record.topic, record.offset, "it fails", "an operator", LATER),)
    one.judge = PartitionJudge(one.partition, SETTINGS, one.policy)
    one.take(record)
    assert one.progress.command is None
    [result] = results(one)
    assert (result.done, result.problem) == (False, "an operator had it set aside")
    assert one.count(NAMES.commands).dead_lettered == 1
    assert one.count(NAMES.commands).balanced


def test_of_one_person_alone() -> None:
    one = world()
    since = len(one.kept.batches)
    one.take(order(one, command("rebuild", "s3")))
    again = published(one, since)
    assert again
    assert all(value and b"s3" in value for value in again.values())
    [result] = results(one)
    assert result.counts["subjects"] == 1


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (None, "no value"),
        (b"\xff", "JSON"),
        (b"[1]", "object"),
        (b'{"format":2}', "format is 2"),
        (b'{"format":1}', "kind"),
        (encode_command(command("paint")), "kind"),
        (encode_command(command("erase")), "one person"),
        (encode_command(command("erase", "a\x1fb")), "control character"),
        (encode_command(command("erase", "jan@example.nl")), "personal data"),
        (encode_command(command("rebuild", why="")), "why"),
        (encode_command(command("rebuild"))[:-1] + b',"jan@example.nl":1}', "unknown field"),
    ],
)
def test_what_cannot_be_read_is_answered_and_not_obeyed(value: bytes | None, problem: str) -> None:
    one = world()
    before = one.compacted(NAMES.changelog)
    one.take(one.record(None, NAMES.commands, key=ID.encode(), value=value))
    one.take(*one.story(share("next", "1", START)))
    [result] = results(one)
    assert not result.done
    assert result.problem is not None
    assert problem in result.problem
    assert "jan" not in result.problem
    assert before.items() <= one.compacted(NAMES.changelog).items()
    assert (one.count(NAMES.commands).read, one.count(NAMES.commands).judged) == (1, 1)


@pytest.mark.parametrize("key", [None, b"", b"\xff", b"no-uuid"])
def test_a_key_that_is_no_id_is_answered_too(key: bytes | None) -> None:
    one = world()
    value = encode_command(command("erase", "s1"))
    one.take(one.record(None, NAMES.commands, key=key, value=value))
    [result] = results(one)
    assert (result.done, result.command_id) == (False, "")


def test_a_person_of_another_partition_is_not_obeyed() -> None:
    one = World(count=12, number=0)
    sent = [order(one, command("erase", f"s{n}")) for n in range(24)]
    one.take(*sent)
    assert {result.done for result in results(one)} == {True, False}


def test_a_duty_that_was_retracted_is_worded_as_it_was() -> None:
    one = world()
    one.change(fixed_policy(withdrawal_grace=days(900))).sweep()
    whole, since = published(one), len(one.kept.batches)
    one.restart(one.policy)
    one.take(order(one, command("rebuild", "s3")))
    duties = {
        name: decode_duty(value)
        for name, value in published(one, since).items()
        if value and name[0] == NAMES.duties
    }
    [(name, duty)] = [one for one in duties.items() if one[1].status is DutyStatus.RETRACTED]
    assert encode_duty(duty) == whole[name]
    reason = ClosingReason.POLICY_CHANGED
    assert duty.explanation_en == texts.duty(Trigger(duty.trigger), duty.status, reason)[0].en
