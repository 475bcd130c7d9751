"""Facts of two installations become one state, that of a batch of all of them after a sweep."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from streams.core.events import Event
from streams.core.instants import Instant, hours
from streams.core.reassess import in_time, sweep
from streams.core.state import EventRow, RefusalRow
from streams.core.subject import Subject
from streams.core.vocabulary import ClosingReason, Purpose, Status
from streams.operate.moving.lines import Manifest, decode_line, encode_line, line_of
from streams.operate.moving.load import Exports
from streams.operate.moving.merge import merged, same_row
from streams.verify.batch import evaluate
from streams.wire.rows import decode_any, decode_refusal
from tests.kafka.stories import CONTROLLER, START, grant, share, withdrawal
from tests.operate.moving.exported import POLICY, exported, refused_row
from tests.policy_effect.stored_bus import stored_rows

S = "s-1"
ONE: list[Event] = [
    share(S, "early", START),
    grant(S, "grant", Instant(START + hours(1))),
    share(S, "fine", Instant(START + hours(2))),
    share(S, "late", Instant(START + hours(4))),
    share(S, "r-1", Instant(START + hours(5))),
]
OTHER: list[Event] = [
    withdrawal(S, "withdrawal", Instant(START + hours(3))),
    share(S, "fine", Instant(START + hours(2))),
    replace(share(S, "early", START), purpose=Purpose.OWN_DIRECT_MARKETING),
]


def of_both(
    monkeypatch: pytest.MonkeyPatch, folder: Path, *, turned: bool
) -> list[EventRow | RefusalRow]:
    """The rows of both exports, as they would be imported."""
    first, second = folder / "one", folder / "other"
    exported(monkeypatch, ONE, first)
    exported(monkeypatch, OTHER, second, [refused_row(S, "r-1")])
    exports = Exports(1)
    for path in (second, first) if turned else (first, second):
        exports.load(path)
    rows = [row for _, (_, row) in exports.partition(0)]
    exports.close()
    return rows


@pytest.mark.parametrize("turned", [False, True])
def test_after_the_sweep_all_is_as_in_one_batch(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    turned: bool,  # noqa: FBT001 - a parameter
) -> None:
    rows = of_both(monkeypatch, tmp_path, turned=turned)
    assert len(rows) == len({*ONE, *OTHER}) + 1
    subject = Subject.from_rows(CONTROLLER, ONE[0].subject_id, rows)
    before = published(subject)
    sweep(
        subject,
        in_time(subject, subject.records),
        POLICY,
        None,
        at=None,
        cause=ClosingReason.LATE_EVIDENCE,
    )
    net = evaluate(CONTROLLER, ONE[0].subject_id, rows, POLICY, None)
    assert standing(subject) == standing(net.subject)
    assert "EVENT_ID_CONFLICT" in {code for _, _, code in standing(subject)}
    # No revision that was published is forgotten, whichever payload counts now.
    after = published(subject)
    assert all(after[place] >= revision for place, revision in before.items())


def published(subject: Subject) -> dict[tuple[str, str], int]:
    return {
        (key, slot): one.revision
        for key, record in subject.records.items()
        for slot, one in record.row.published.items()
    }


def standing(subject: Subject) -> set[tuple[str, str, str]]:
    return {
        (key, slot, one.verdict.code.name)
        for key, record in subject.records.items()
        for slot, one in record.row.published.items()
        if one.status is not Status.RETRACTED
    }


def test_only_the_payload_that_counts_has_anything_published(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rows = of_both(monkeypatch, tmp_path, turned=False)
    subject = Subject.from_rows(CONTROLLER, ONE[0].subject_id, rows)
    others = [one for record in subject.records.values() for one in record.others]
    assert len(others) == 1
    assert not others[0].published
    [record] = [record for record in subject.records.values() if record.others]
    assert record.row.published


def test_a_refused_id_is_closed_where_its_event_came_from_the_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rows = of_both(monkeypatch, tmp_path, turned=False)
    [refusal] = [row for row in rows if isinstance(row, RefusalRow)]
    assert (refusal.status, refusal.revision) == (Status.REMEDIATED, 2)


def test_a_refused_id_of_both_keeps_the_earlier_arrival_and_the_higher_revision() -> None:
    one = decode_refusal(refused_row(S, "r-1")[1])
    other = replace(one, arrived_at=Instant(3), revision=4, occurred_at=Instant(2))
    for found in (same_row(one, other), same_row(other, one)):
        assert isinstance(found, RefusalRow)
        assert (found.arrived_at, found.revision, found.occurred_at) == (3, 4, 2)


def test_rows_of_one_export_stay_as_they_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "one"
    exported(monkeypatch, ONE, path)
    exports = Exports(1)
    exports.load(path)
    rows = [placed for _, placed in exports.partition(0)]
    exports.close()
    assert merged(rows) == rows
    assert all(isinstance(row, EventRow) for _, row in rows)


def test_a_restriction_of_either_goes_on_since_the_earlier_and_moves_with_the_row() -> None:
    """GDPR 18."""
    event_row = next(one for one in rows_of_one() if isinstance(one, EventRow))
    key, value = refused_row(S, "r-1")
    for row in (event_row, decode_refusal(value, key)):
        one = replace(row, restricted_since=START)
        other = replace(row, restricted_since=Instant(START + 5))
        assert same_row(other, one).restricted_since == START
        assert same_row(row, other).restricted_since == START + 5
        line = decode_line(encode_line(line_of(CONTROLLER, ONE[0].subject_id, one)))
        assert not isinstance(line, Manifest)
        assert line.row == one


def rows_of_one() -> list[EventRow | RefusalRow]:
    """The rows of one installation."""
    return [decode_any(value, key) for key, value in stored_rows(ONE, POLICY)]
