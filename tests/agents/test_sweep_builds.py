"""A record and a sweep wait for persons of very many rows, for two of them or for the same."""

from __future__ import annotations

import msgspec
import pytest

from streams.agents import half_built, subjects, sweeper
from streams.core.events import Event
from streams.core.identifiers import SubjectId, parse_subject_key
from streams.core.instants import days
from streams.core.policy import default_policy, fixed_policy
from streams.core.vocabulary import Status
from streams.transport.fetch.poll_batch import OffsetSpan, PollBatch
from streams.wire.findings import decode_finding
from tests.agents.world import NAMES, World
from tests.core.builders import grant, share, withdraw
from tests.transport.records import One

LENIENT = fixed_policy(withdrawal_grace=days(900))
"""A policy under which no withdrawal of these histories has an effect yet."""

SHARES = 20


@pytest.fixture(autouse=True)
def _pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (subjects, half_built):
        monkeypatch.setattr(module, "ROWS_AT_ONCE", 10)
    monkeypatch.setattr(sweeper, "AT_ONCE", 3)


def _of(event: Event, who: str) -> Event:
    return msgspec.structs.replace(event, subject_id=SubjectId(who))


def restarted(*people: str) -> World:
    """People with many shares after a withdrawal, none live, and a policy of no such findings."""
    one = World()
    for who in people:
        shares = [share(2 + n / 60, id=f"s{n:02d}") for n in range(SHARES)]
        one.take(*one.story(*[_of(event, who) for event in (grant(0), withdraw(1), *shares)]))
    assert len(open_findings(one)) == SHARES * len(people)
    one.restart(LENIENT)
    assert one.judge.sweeper.on
    one.due = lambda: True
    return one


def open_findings(one: World) -> list[tuple[str, str]]:
    found = [decode_finding(value) for value in one.compacted(NAMES.violations).values()]
    return sorted(
        (str(f.subject_id), str(f.event_id)) for f in found if f.status is not Status.RETRACTED
    )


def judge_with_steps_between(one: World, record: One) -> None:
    """Judge a record; after each batch the sweep has a turn."""
    spans = {record.topic: OffsetSpan(0, record.offset + 1)}
    poll = PollBatch(one.partition.number, 1, spans, (record,))
    for number, batch in enumerate(one.judge.batches(poll, one.due)):
        assert number < 100, "it is never over"
        one.partition.hand_over(batch.output)
        one.sweep(1)


def test_what_is_built_for_a_record_and_for_a_sweep_is_kept_beside_each_other() -> None:
    one = restarted("s", "t")
    _, last = [key for _, key in one.rows.walk()]
    named = parse_subject_key(last)
    assert named is not None
    judge_with_steps_between(one, *one.story(_of(share(4, id="late"), named[1])))
    assert one.count().balanced
    one.sweep()
    assert open_findings(one) == []


@pytest.mark.parametrize("steps", range(16))
def test_a_record_of_a_person_who_is_being_swept_is_judged_by_what_is_published(
    steps: int,
) -> None:
    """However far the sweep is, the person who is found then has all that it wrote."""
    one = restarted("s").sweep(steps)
    judge_with_steps_between(one, *one.story(_of(share(4, id="late"), "s")))
    one.due = bool
    assert open_findings(one.sweep()) == []
    assert {at: row for who in one.subjects for at, row in one.rows.rows_of(who).items()} == (
        one.compacted(NAMES.changelog)
    )
    one.change(default_policy()).sweep()
    assert len(open_findings(one)) == SHARES + 1
    revisions = [(finding.violation_id, finding.revision) for finding in one.findings()]
    assert len(revisions) == len(set(revisions))
