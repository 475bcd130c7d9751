"""An entry of a deadline on disk stays as long as a row waits for it that was not judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.core.identifiers import SubjectKey
from streams.core.instants import Instant
from streams.transport.state.disk.rows import DiskRows
from tests.transport.disk import opened
from tests.transport.stored_rows import ANN, BOB, A, key, row

ONE, TWO = key(ANN, "1"), key(ANN, "2")
DUE, CLOCK, LATER = Instant(1), Instant(5), Instant(1_000)
"""`A` waits until DUE, which has passed at CLOCK."""


def judged(rows: DiskRows, written: dict[bytes, bytes], deadline: Instant) -> None:
    """Rows of Ann are put and committed; then the earliest deadline of hers is `deadline`."""
    for at, value in written.items():
        rows.put(at, value)
    rows.deadlines.set(ANN, deadline)
    rows.committed(written.items(), b"progress", rows.puts, rows.puts)


@pytest.fixture
def rows(tmp_path: Path) -> DiskRows:
    """Two rows with the same deadline, hence with one entry."""
    made = opened(tmp_path)
    judged(made, {ONE: A, TWO: A}, DUE)
    return made


def passed(rows: DiskRows) -> SubjectKey | None:
    """Who is taken out."""
    return rows.deadlines.first_passed(CLOCK)


def test_it_stays_while_not_all_its_rows_are_judged(rows: DiskRows, tmp_path: Path) -> None:
    assert passed(rows) == ANN
    judged(rows, {ONE: row(LATER)}, DUE)
    assert passed(rows) == ANN
    rows.close()
    again = opened(tmp_path)
    assert passed(again) == ANN
    again.close()


def test_it_is_deleted_when_they_are(rows: DiskRows, tmp_path: Path) -> None:
    for at, deadline in ((ONE, DUE), (TWO, LATER)):
        assert passed(rows) == ANN
        judged(rows, {at: row(LATER)}, deadline)
    assert passed(rows) is None
    rows.close()
    again = opened(tmp_path)
    assert passed(again) is None
    again.close()


def test_what_is_given_back_is_taken_out_again(rows: DiskRows) -> None:
    assert passed(rows) == ANN
    rows.deadlines.give_back(ANN, CLOCK)
    assert passed(rows) == ANN
    assert passed(rows) is None
    rows.close()


def test_so_is_what_is_pending(rows: DiskRows) -> None:
    assert passed(rows) == ANN
    rows.put(key(BOB, "1"), A)
    rows.deadlines.set(BOB, DUE)
    assert passed(rows) == BOB
    rows.deadlines.give_back(BOB, CLOCK)
    assert passed(rows) == BOB
    assert passed(rows) is None
    rows.close()
