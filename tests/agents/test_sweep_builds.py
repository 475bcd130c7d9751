"""A record and a sweep wait for persons of very many rows, for two of them or for the same."""

from __future__ import annotations

import pytest

from streams.core.identifiers import parse_subject_key
from streams.core.policy import default_policy
from streams.core.vocabulary import Status
from streams.wire.findings import decode_finding
from tests.agents.long_histories import LENIENT, MANY, batches, in_pieces, judged, of
from tests.agents.world import NAMES, World
from tests.core.builders import share
from tests.transport.records import One


@pytest.fixture(autouse=True)
def _pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    in_pieces(monkeypatch, rows=10, people=3)


def restarted(*people: str) -> World:
    """None of them is live, and the policy is one of no such findings."""
    one = judged(*people)
    assert len(open_findings(one)) == MANY * len(people)
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
    for _ in batches(one, record):
        one.sweep(1)


def test_what_is_built_for_a_record_and_for_a_sweep_is_kept_beside_each_other() -> None:
    one = restarted("s", "t")
    _, last = [key for _, key in one.rows.walk()]
    named = parse_subject_key(last)
    assert named is not None
    judge_with_steps_between(one, *one.story(*of(named[1], share(4, id="late"))))
    assert one.count().balanced
    one.sweep()
    assert open_findings(one) == []


@pytest.mark.parametrize("steps", range(16))
def test_a_record_of_a_person_who_is_being_swept_is_judged_by_what_is_published(
    steps: int,
) -> None:
    """However far the sweep is, the person who is found then has all that it wrote."""
    one = restarted("s").sweep(steps)
    judge_with_steps_between(one, *one.story(*of("s", share(4, id="late"))))
    one.due = bool
    assert open_findings(one.sweep()) == []
    assert {at: row for who in one.subjects for at, row in one.rows.rows_of(who).items()} == (
        one.compacted(NAMES.changelog)
    )
    one.change(default_policy()).sweep()
    assert len(open_findings(one)) == MANY + 1
    revisions = [(finding.violation_id, finding.revision) for finding in one.findings()]
    assert len(revisions) == len(set(revisions))
