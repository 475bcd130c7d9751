"""What is kept on disk comes back subject by subject, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from streams.core.identifiers import EventId, PayloadHash, SubjectKey, subject_key
from streams.verify.spill import Kept, Spill
from streams.wire.rows import row_key

HASH = PayloadHash("ab" * 32)
# One id is the beginning of another, and one the beginning of a controller's.
SUBJECTS = [subject_key("SHOP", "s1"), subject_key("SHOP", "s"), subject_key("SHOP2", "a")]


def fill(spill: Spill, subject: SubjectKey, *, row: bool, published: bool, arrived: bool) -> None:
    key = row_key(subject, EventId("e"), HASH)
    if row:
        spill.execute("INSERT INTO row VALUES (?, ?)", key, b"row")
    if published:
        values = subject.decode(), 0, subject, b"published", 7, 1
        spill.execute("INSERT INTO output VALUES (?, ?, ?, ?, ?, ?)", *values)
    if arrived:
        spill.execute("INSERT INTO arrival VALUES (?, 0, 3, 9, 9, NULL, NULL, NULL)", key)


def shape(kept: Kept) -> tuple[bytes, int, int, int]:
    return kept.subject, len(kept.rows), len(kept.published), len(kept.arrivals)


def test_each_subject_once_with_all_that_belongs_to_it() -> None:
    spill = Spill()
    fill(spill, SUBJECTS[0], row=True, published=True, arrived=False)
    fill(spill, SUBJECTS[1], row=True, published=False, arrived=True)
    fill(spill, SUBJECTS[2], row=False, published=True, arrived=True)
    found = [shape(kept) for kept in spill.subjects()]
    assert found == [(SUBJECTS[1], 1, 0, 1), (SUBJECTS[0], 1, 1, 0), (SUBJECTS[2], 0, 1, 1)]
    for subject in SUBJECTS[1:]:
        spill.suspect(subject)
    assert [shape(kept) for kept in spill.take_suspects()] == [found[0], found[2]]
    assert not list(spill.take_suspects())
    spill.close()


def test_nothing_is_kept_nothing_comes() -> None:
    spill = Spill()
    assert not list(spill.subjects())
    spill.close()


_FILL = """
import json
from pathlib import Path
from streams.verify.spill import Spill

spill = Spill()
# More than the cache holds, so that it must be on disk.
rows = ((b"%d" % number, bytes(1_000_000)) for number in range(80))
spill.many("INSERT INTO row VALUES (?, ?)", rows)
files = [file for file in Path("/proc/self/fd").iterdir() if file.is_symlink()]
print(json.dumps([(str(file.readlink()), file.stat().st_mode & 0o777) for file in files
                  if file.exists()]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc shows which files are open")
def test_the_file_is_private_and_has_no_name(tmp_path: Path) -> None:
    # A process of its own: SQLite looks for the folder once.
    done = subprocess.run(
        [sys.executable, "-c", _FILL],
        env=os.environ | {"SQLITE_TMPDIR": str(tmp_path)},
        capture_output=True,
        check=True,
    )
    files = [(name, mode) for name, mode in json.loads(done.stdout) if str(tmp_path) in name]
    assert files
    assert all(name.endswith("(deleted)") and mode == 0o600 for name, mode in files)
    assert not list(tmp_path.iterdir())
