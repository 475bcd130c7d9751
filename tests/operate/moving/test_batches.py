"""What an import writes: each row, what was published about it, and how far it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from streams.agents.output_encoder import OutputEncoder
from streams.core.findings import Duty, Finding
from streams.core.instants import Instant, days
from streams.core.judge import judge, judge_deadlines
from streams.core.state import EventRow, RefusalRow
from streams.core.subject import Subject
from streams.errors import ConsentryError
from streams.operate.moving.batches import ImportBatches
from streams.operate.moving.load import Exports
from streams.operate.moving.outputs import outputs_of
from streams.operate.moving.own_sources import own_sources
from streams.transport.commit.output_batch import Bounds
from streams.transport.state.changelog_restore import Restored
from streams.transport.state.memory import MemoryRows
from streams.transport.tasks.preconditions import stored_progress
from streams.transport.tasks.state_owner import owner_of
from streams.wire.findings import decode_duty, decode_finding
from streams.wire.imports import Import
from streams.wire.progress import (
    BATCH_HEADER,
    PROGRESS_KEY,
    Progress,
    decode_progress,
    encode_progress,
)
from streams.wire.rows import decode_refusal, decode_row, row_key
from tests.kafka.stories import CONTROLLER, START, stories, story
from tests.operate.moving.exported import POLICY, exported, key_of, manifest_of, refused_row
from tests.policy_effect.stored_bus import SETTINGS, stored_rows
from tests.verify.outputs import fact_of

NAMES = SETTINGS.topics


def test_what_is_published_is_what_was_published_last() -> None:
    """Revised, labelled FINAL and overdue ones among them; only `detected_at` may be another."""
    subject = Subject(CONTROLLER, story(1)[0].subject_id)
    found: dict[str, Finding | Duty] = {}
    decisions = [
        judge(subject, fact_of(event, number), POLICY, None)
        for number, event in enumerate(reversed(story(1)))
    ]
    decisions.append(judge_deadlines(subject, Instant(START + days(400)), POLICY))
    for decision in decisions:
        found |= {one.violation_id: one for one in decision.findings}
        found |= {one.duty_id: one for one in decision.duties}
    again = [
        replace(one, detected_at=found[_id(one)].detected_at)
        for record in subject.records.values()
        for one in outputs_of(key_of("subject-1"), record.row, POLICY)
    ]
    assert {_id(one): one for one in again} == found
    assert {one.revision for one in again} > {1}


def _id(one: Finding | Duty) -> str:
    return one.violation_id if isinstance(one, Finding) else one.duty_id


def batches(path: Path, records: int) -> ImportBatches:
    """Of one export, for one partition, with at most so many records in a transaction."""
    exports = Exports(1)
    exports.load(path)
    bounds = Bounds(records, 1 << 20, 1.0)
    return ImportBatches(
        exports, NAMES, POLICY, OutputEncoder(), bounds, owner=owner_of(SETTINGS), count=1, ends={}
    )


def test_every_transaction_says_how_far_it_is_and_a_later_run_goes_on_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path, events = tmp_path / "facts", stories(5)
    exported(monkeypatch, events, path, [refused_row("subject-2", "r-1")])
    pieces = list(batches(path, 4).unfinished(0, b""))
    assert sum(piece.rows for piece in pieces) == len(events) + 1
    assert len(pieces) > 4
    for place, piece in enumerate(pieces):
        *outputs, last = piece.outputs
        assert last.key == PROGRESS_KEY
        progress = decode_progress(last.value or b"")
        assert progress.positions == {}
        assert progress.imported is not None
        assert not progress.imported.through
        rows = [one.key for one in outputs if one.topic == NAMES.changelog]
        assert progress.imported.after == rows[-1]
        rest = list(batches(path, 4).unfinished(0, progress.imported.after))
        assert rest == pieces[place + 1 :]
        for one in outputs:
            if one.topic == NAMES.violations:
                decode_finding(one.value or b"")
            elif one.topic == NAMES.duties:
                decode_duty(one.value or b"")
            assert (one.topic != NAMES.changelog) == ((BATCH_HEADER, b"0") in one.headers)


def test_a_worker_stops_at_a_state_that_is_not_all_there() -> None:
    begun = Progress(positions={}, imported=Import("d", after=b"k"))
    rows = MemoryRows()
    restored = Restored(rows)
    rows.progress = encode_progress(begun)
    with pytest.raises(ConsentryError, match="not all of them are there") as refused:
        stored_progress(restored, "log", 3)
    assert "facts import" in refused.value.remedy
    rows.progress = encode_progress(replace(begun, imported=Import("d", through=True)))
    assert stored_progress(restored, "log", 3) is not None


def test_a_source_elsewhere_is_named_so_once() -> None:
    named = own_sources([manifest_of()])
    [(key, value), *_] = stored_rows(story(1)[:1], POLICY)
    row = decode_row(value)
    once = named(row)
    assert isinstance(once, EventRow)
    assert once.fact.source.topic == f"shop/{row.fact.source.topic}"
    assert named(once) == once
    assert replace(once, fact=row.fact) == row
    assert key == row_key(key_of("subject-1"), row.fact.event.event_id, row.fact.hash)
    refusal = decode_refusal(refused_row("subject-1", "r-1")[1])
    assert isinstance(refusal, RefusalRow)
    assert named(refusal) == refusal
