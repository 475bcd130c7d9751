"""Local state that cannot be used is distinguished from the truth, and made again from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from streams.transport import process_exit
from streams.transport.state.changelog_restore import Restored
from streams.transport.state.disk.database import DISTRUST
from streams.transport.state.disk.layout import STATE
from streams.transport.state.disk.options import Memory
from streams.transport.state.disk.rows import DiskRows
from streams.transport.state.disk.stores import open_rows
from streams.wire.progress import PROGRESS_KEY
from tests.transport.disk import LOG, WANTED, folder, opened
from tests.transport.producers import Ended, exits
from tests.transport.records import One
from tests.transport.stored_rows import ANN, A, B, key

__all__ = ["exits", "folder"]

END = 6


def restored(rows: DiskRows, log: list[One] = LOG, start: int = 0, end: int = END) -> Restored:
    """What a restore makes of it, as `read_to_end` does."""
    one = Restored(rows)
    begin = one.begin(start, end)
    if not one.apply([record for record in log if record.offset >= begin]):
        one.apply(log)
    return one


def reasons(lines: list[Any]) -> list[str]:
    return [line["reason"] for line in lines if line["event"] == "store.rebuilt"]


def test_only_what_is_missing_is_read(folder: Path) -> None:
    rows = opened(folder)
    assert (rows.position, rows.progress) == (2, b"p1")
    one = restored(rows)
    assert (one.read, one.resumed, one.progress) == (2, True, b"p2")
    assert rows.rows_of(ANN) == {key(ANN, "1"): A, key(ANN, "2"): B}
    rows.close()
    rows = opened(folder)
    one = restored(rows)
    assert (one.read, one.resumed, one.progress) == (0, True, b"p2")
    assert rows.rows_of(ANN) == {key(ANN, "1"): A, key(ANN, "2"): B}
    rows.close()


def test_memory_is_bounded_as_set_also_in_a_folder_that_exists(folder: Path) -> None:
    """RocksDB would take the options that it finds there, and a cache of 8 MiB."""
    memory = Memory(24 << 20, 2 << 20)
    for _ in range(2):
        rows = open_rows(folder / "0", memory, WANTED)
        assert rows._database.cache_bytes == 24 << 20
        rows.close()


def test_a_new_folder_says_nothing_of_being_rebuilt(tmp_path: Path) -> None:
    with capture_logs() as lines:
        rows = opened(tmp_path)
        assert restored(rows).read == len(LOG)
    rows.close()
    assert lines == []
    assert (tmp_path / "0").stat().st_mode & 0o077 == 0, "pseudonyms are for nobody else"


def flipped(folder: Path) -> None:
    """RocksDB goes on with what its list of files says before the broken place."""
    for file in (folder / "0").glob("MANIFEST-*"):
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 0xFF
        file.write_bytes(bytes(data))


def cut(folder: Path) -> None:
    for file in (folder / "0").glob("*.sst"):
        file.write_bytes(file.read_bytes()[:100])


def taken_away(folder: Path) -> None:
    for file in (folder / "0").glob("*.sst"):
        file.unlink()


def of_a_newer_release(folder: Path) -> None:
    rows = opened(folder)
    database = rows._database
    stored = database.get(STATE)
    assert stored is not None
    database._rdict.put(STATE, b"\xff" + stored[1:])
    rows.close()


def distrusted(folder: Path) -> None:
    (folder / "0" / DISTRUST).touch()


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (flipped, "it holds nothing"),
        (cut, "RocksDB cannot open it: Corruption"),
        (taken_away, "RocksDB cannot open it"),
        (of_a_newer_release, "in a format that this one does not know"),
        (distrusted, "a worker could not read it"),
    ],
)
def test_a_database_that_cannot_be_used_is_made_again(
    folder: Path, harm: Callable[[Path], None], why: str
) -> None:
    harm(folder)
    with capture_logs() as lines:
        rows = opened(folder)
    [reason] = reasons(lines)
    assert why in reason
    assert (rows.position, dict(rows.rows_of(ANN))) == (None, {})
    assert restored(rows).read == len(LOG)
    rows.close()
    with capture_logs() as lines:
        opened(folder).close()
    assert lines == [], "once is enough"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"changelog": "other-subjects-changelog"}, "from another changelog, log"),
        ({"topic_id": "another"}, "the changelog was recreated"),
        ({"partition": 3}, "made for partition 0"),
        ({"count": 12}, "made for 1 partitions"),
    ],
)
def test_what_belongs_to_something_else_is_not_gone_on_from(
    folder: Path, change: dict[str, Any], why: str
) -> None:
    with capture_logs() as lines:
        rows = opened(folder, wanted=msgspec.structs.replace(WANTED, **change))
    assert why in reasons(lines)[0]
    assert rows.position is None
    assert dict(rows.rows_of(ANN)) == {}
    rows.close()


OTHER = [LOG[0], One("log", 0, 1, 0, PROGRESS_KEY, b"other"), *LOG[2:]]


@pytest.mark.parametrize(
    ("log", "start", "end", "why"),
    [
        ([], 0, 0, "ahead of the changelog"),
        (LOG[:1], 0, 1, "ahead of the changelog"),
        (LOG[3:], 4, END, "lost what follows"),
        (OTHER, 0, END, "another record at its place"),
    ],
)
def test_a_changelog_that_is_not_its_own_is_read_from_the_start(
    folder: Path, log: list[One], start: int, end: int, why: str
) -> None:
    rows = opened(folder)
    with capture_logs() as lines:
        one = restored(rows, log, start, end)
    assert why in reasons(lines)[0]
    assert not one.resumed
    assert one.read == len(log)
    assert one.progress == (log[-1].value if log and log[-1].key == PROGRESS_KEY else None)
    rows.close()


def test_a_place_that_compaction_took_is_no_reason(folder: Path) -> None:
    rows = opened(folder)
    with capture_logs() as lines:
        one = restored(rows, LOG[2:])
    assert (lines, one.read) == ([], 2)
    rows.close()


def test_a_broken_block_ends_the_process_and_the_next_one_makes_it_again(
    tmp_path: Path, exits: list[int]
) -> None:
    folder = tmp_path
    rows = opened(folder)
    Restored(rows).apply([One("log", 0, n, 0, key(ANN, str(n)), A) for n in range(500)])
    rows.close()
    [file] = (folder / "0").glob("*.sst")
    data = bytearray(file.read_bytes())
    data[20] ^= 0xFF  # within the first block, which is of rows
    file.write_bytes(bytes(data))
    rows = opened(folder)
    with pytest.raises(Ended):
        rows.rows_of(ANN)
    with pytest.raises(Ended):
        list(rows.walk())
    assert exits == [process_exit.CRASHED] * 2, "and never nobody"
    rows._database._rdict.close()
    with capture_logs() as lines:
        opened(folder).close()
    assert "could not read it" in reasons(lines)[0]
