"""Who was erased in one installation stays so where old facts come from another one (GDPR 17)."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from streams.agents.output_encoder import OutputEncoder
from streams.core.erase import erased, erasure
from streams.core.events import Event
from streams.core.identifiers import EventId, SubjectId, subject_key
from streams.core.instants import Instant, hours
from streams.core.state import EventRow, Fact, FactSource, RefusalRow
from streams.core.subject import Subject
from streams.core.vocabulary import Code
from streams.operate.moving.batches import ImportBatches
from streams.operate.moving.erasures import expired
from streams.operate.moving.load import Exports
from streams.transport.commit.output_batch import Bounds
from streams.transport.tasks.state_owner import owner_of
from streams.verify.batch import evaluate
from streams.wire.canonical import payload_hash
from streams.wire.encode import event_record
from streams.wire.rows import decode_any, stored_form
from tests.kafka.stories import CONTROLLER, START, grant, share, withdrawal
from tests.operate.moving.exported import POLICY, exported, refused_row
from tests.policy_effect.stored_bus import SETTINGS

S, OTHER = SubjectId("s-1"), SubjectId("s-2")
ERASED = Instant(START + hours(10))
NAMES = SETTINGS.topics
OLD: list[Event] = [
    grant(S, "grant", START),
    share(S, "early", Instant(START + hours(1))),
    withdrawal(S, "withdrawal", Instant(START + hours(2))),
    share(S, "late", Instant(START + hours(3))),
]
AFTER: list[Event] = [share(S, "after", Instant(ERASED + 1)), share(OTHER, "other", START)]


def erasing(at: Instant = ERASED, name: str = "erasure-1") -> EventRow:
    """The row that stays of the person."""
    event = erasure(CONTROLLER, S, EventId(name), at)
    known = payload_hash(event_record(event), plain=True)
    fact = Fact(event=event, payload_hash=known, ingested_at=at, source=FactSource("c", 0, 1))
    return erased(fact, POLICY, None)[1].rows[0]


@pytest.fixture(params=[False, True], ids=["erased first", "erased last"])
def exports(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Exports:
    """One export has the erasure, another one facts of the same person from before and after."""
    key = subject_key(CONTROLLER, S)
    one, other = tmp_path / "one", tmp_path / "other"
    exported(monkeypatch, [], one, [stored_form(key, erasing())])
    exported(monkeypatch, [*OLD, *AFTER], other, [refused_row(S, "r-1")])
    found = Exports(1)
    for path in (other, one) if request.param else (one, other):
        found.load(path)
    return found


def rows_of(exports: Exports) -> list[EventRow | RefusalRow]:
    return [row for _, (_, row) in exports.partition(0)]


def test_old_facts_of_the_other_are_expired_and_not_taken_in(exports: Exports) -> None:
    rows = rows_of(exports)
    assert {row.fact.event.event_id for row in rows if isinstance(row, EventRow)} == {
        "erasure-1", "after", "other",
    }  # fmt: skip
    assert not any(isinstance(row, RefusalRow) for row in rows)
    assert (exports.expired, exports.rows) == (len(OLD) + 1, 3)
    net = evaluate(CONTROLLER, S, [one for one in rows if one != rows[-1]], POLICY, None)
    assert isinstance(net.subject, Subject)
    codes = [
        published.verdict.code
        for record in net.subject.records.values()
        for published in record.row.published.values()
    ]
    assert codes == [Code.SHARE_AFTER_OBJECTION]


def test_what_was_published_about_them_gets_tombstones(exports: Exports) -> None:
    bounds = Bounds(2, 1 << 20, 1.0)
    batches = ImportBatches(
        exports, NAMES, POLICY, OutputEncoder(), bounds, owner=owner_of(SETTINGS), count=1, ends={}
    )
    pieces = list(batches.unfinished(0, b""))
    gone = {(one.topic, one.key) for piece in pieces for one in piece.outputs if one.value is None}
    assert {topic for topic, _ in gone} == {NAMES.violations, NAMES.duties}
    living = {
        (one.topic, one.key) for piece in pieces for one in piece.outputs if one.value is not None
    }
    assert not gone & living
    assert sum(piece.rows for piece in pieces) == 3
    after = max(one.key or b"" for one in pieces[-1].outputs if one.topic == NAMES.changelog)
    assert list(batches.unfinished(0, after)) == []


def test_of_two_erasures_the_later_one_stays() -> None:
    first, second = erasing(), erasing(Instant(ERASED + 5), "erasure-2")
    stay, gone = expired([(b"1", first), (b"2", second)])
    assert ([row for _, row in stay], [row for _, row in gone]) == ([second], [first])


def test_a_restriction_outlives_the_row_that_bore_its_mark() -> None:
    (_, value) = refused_row(S, "r-1")
    refused = decode_any(value, refused_row(S, "r-1")[0])
    marked = msgspec.structs.replace(refused, restricted_since=START)
    stay, _ = expired([(b"1", erasing()), (b"2", marked)])
    assert [row.restricted_since for _, row in stay] == [START]


def test_of_whom_nobody_erased_all_stays() -> None:
    row = decode_any(refused_row(S, "r-1")[1], refused_row(S, "r-1")[0])
    assert expired([(b"1", row)]) == ([(b"1", row)], [])
