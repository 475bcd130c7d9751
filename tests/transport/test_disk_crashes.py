"""Whatever the moment of a crash, a store on disk is a beginning of the changelog, whole.

A schedule puts rows, commits them in the order of the product (the transaction first, the
store after it), asks for deadlines, writes to disk, and crashes: what RocksDB has on disk
at that moment is all that the next owner finds. A slow reference keeps the changelog as a
list and state as dictionaries.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings

from streams.core.identifiers import SubjectKey
from streams.core.instants import Instant
from streams.transport.state.disk.deadlines import DiskDeadlines
from streams.transport.state.disk.rows import DiskRows
from tests.transport.disk_play import QUICK, Play, Step, Wrong, steps


def play(schedule: list[Step]) -> None:
    folder = Path(tempfile.mkdtemp(prefix="consentry-crash-", dir=QUICK))
    one = Play(folder)
    try:
        for name, which, number in [*schedule, ("crash", 0, 0), ("due", 0, 40), ("crash", 0, 0)]:
            one.step(name, which, number)
            one.look()
    finally:
        one.rows._database._rdict.close()
        shutil.rmtree(folder)


@settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(steps)
def test_after_any_crash_it_is_a_beginning_of_the_changelog(schedule: list[Step]) -> None:
    play(schedule)


# What is taken out, and what then goes wrong.


def written_when_put(patch: pytest.MonkeyPatch) -> None:
    """The store is ahead of the changelog: lost findings would pass for duplicates."""
    put = DiskRows.put

    def early(self: DiskRows, at: bytes, value: bytes | None) -> None:
        put(self, at, value)
        self._write([(at, value)], self._state.progress, None)

    patch.setattr(DiskRows, "put", early)


def pending_is_not_read(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("streams.transport.state.disk.pending.Pending.lay_over", lambda *_: None)


def a_commit_takes_pending_rows_of_its_keys_away(patch: pytest.MonkeyPatch) -> None:
    """As if the latest value of a key were the one that committed."""

    def settle(self: Any, puts: int) -> list[SubjectKey]:
        taken = [self._order.popleft() for _ in range(self.settled, puts)]
        for subject, at in taken:
            self._rows.get(subject, {}).pop(at, None)
        self.settled = puts
        return [subject for subject, _ in taken if not self._rows.get(subject)]

    patch.setattr("streams.transport.state.disk.pending.Pending.settle", settle)


def a_deadline_is_deleted_when_it_is_read(patch: pytest.MonkeyPatch) -> None:
    """Before the rows that follow from it are committed."""
    first_passed = DiskDeadlines.first_passed

    def deleting(self: DiskDeadlines, clock: Instant) -> SubjectKey | None:
        found = first_passed(self, clock)
        for entry in self._taken:
            self._database._rdict.delete(entry, write_opt=self._database._unlogged)
            self._database._rdict.flush()
        return found

    patch.setattr(DiskDeadlines, "first_passed", deleting)


def the_position_runs_ahead(patch: pytest.MonkeyPatch) -> None:
    """It is written before the rows, in a write of its own."""
    write = DiskRows._write

    def twice(self: DiskRows, rows: Any, progress: Any, reached: Any) -> None:
        write(self, [], progress, reached)
        self._database._rdict.flush()
        if len(rows) != 2:
            write(self, rows, progress, reached)

    patch.setattr(DiskRows, "_write", twice)


def pending_deadlines_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(DiskDeadlines, "set", lambda *_: None)


@contextmanager
def patched(taken_out: Callable[[pytest.MonkeyPatch], None]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        taken_out(patch)
        yield


@pytest.mark.parametrize(
    "taken_out",
    [
        written_when_put,
        pending_is_not_read,
        a_commit_takes_pending_rows_of_its_keys_away,
        a_deadline_is_deleted_when_it_is_read,
        the_position_runs_ahead,
        pending_deadlines_are_forgotten,
    ],
)
def test_a_schedule_is_found_in_which_less_goes_wrong(
    taken_out: Callable[[pytest.MonkeyPatch], None],
) -> None:
    def goes_wrong(schedule: list[Step]) -> bool:
        try:
            play(schedule)
        except (Wrong, KeyError):
            return True
        return False

    with patched(taken_out):
        find(
            steps,
            goes_wrong,
            settings=settings(
                max_examples=2_000,
                deadline=None,
                derandomize=True,
                database=None,
                suppress_health_check=list(HealthCheck),
                phases=[Phase.generate],
            ),
        )
