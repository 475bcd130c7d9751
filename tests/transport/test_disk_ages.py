"""How long a database on disk may be away before the changelog is read from its start."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from streams.transport.state.disk.rows import LASTS_MS
from tests.transport.disk import LOG, folder, opened
from tests.transport.test_disk_opening import END, reasons, restored

__all__ = ["folder"]


@pytest.mark.parametrize("hours", [-1, 1])
def test_deletions_that_may_be_forgotten_are_waited_for_no_longer(
    folder: Path, hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = time.time() + LASTS_MS / 1000 + hours * 3600
    monkeypatch.setattr("time.time", lambda: later)
    rows = opened(folder)
    with capture_logs() as lines:
        one = restored(rows)
    assert [("so old" in reason) for reason in reasons(lines)] == [True] * (hours > 0)
    assert one.read == (4 if hours > 0 else 2)
    rows.close()


@pytest.mark.parametrize("through", [False, True])
def test_a_restore_that_was_not_through_makes_it_no_younger(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, through: bool
) -> None:
    """Deletions may lie in what it has not read, and be forgotten by the next time."""
    began, most = time.time(), LASTS_MS / 3_600_000
    latest: list[Any] = []
    for hours, end in (most - 1, END), (2 * most - 2, END + 3):
        monkeypatch.setattr("time.time", lambda hours=hours: began + hours * 3600)
        rows = opened(folder)
        with capture_logs() as lines:
            restored(rows, LOG if through else LOG[:3], end=end)
        if through:
            rows.loaded()
        rows.close()
        latest = lines
    assert [("so old" in reason) for reason in reasons(latest)] == [True] * (not through)


def test_an_old_one_from_which_nothing_is_missing_is_good(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = time.time() + 365 * 86_400
    monkeypatch.setattr("time.time", lambda: later)
    rows = opened(folder)
    with capture_logs() as lines:
        assert restored(rows, LOG[:2], end=3).read == 0
    assert lines == []
    rows.close()
