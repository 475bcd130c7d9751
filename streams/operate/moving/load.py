"""Reading exports into a database on disk, checked whole before anything is written to a bus."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from streams.core.identifiers import SubjectKey
from streams.core.render import event_type
from streams.core.state import EventRow, RefusalRow
from streams.errors import ConsentryError
from streams.files.temporary_database import open_database
from streams.operate.moving.erasures import Placed, expired
from streams.operate.moving.lines import FORMAT, FactLine, Line, Manifest, decode_line, stored
from streams.operate.moving.merge import merged, same_row
from streams.wire.arrival import partition_for
from streams.wire.rows import (
    decode_any,
    encode_row,
    stored_form,
    stored_refusal,
    subject_of,
    subject_prefix,
)

_CACHE_KIB: Final = 65_536
_LINES_AT_ONCE: Final = 5_000


class Exports:
    """The rows of one or several exports, by the partition number that they go to."""

    def __init__(self, count: int) -> None:
        """`count` is the number of partitions that they are for."""
        self.count = count
        self._database = open_database(_CACHE_KIB)
        self._database.execute(
            "CREATE TABLE row (partition INTEGER, key BLOB, value BLOB NOT NULL, "
            "PRIMARY KEY (partition, key)) WITHOUT ROWID"
        )
        self._database.execute("CREATE TABLE gone (partition INTEGER, key BLOB, value BLOB)")
        self._erased: set[SubjectKey] = set()
        self.manifests: list[Manifest] = []
        self._expired = 0

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    @property
    def digest(self) -> str:
        """Names the exports, whatever order they were given in."""
        digests = sorted(one.digest for one in self.manifests)
        return hashlib.sha256("".join(digests).encode()).hexdigest()

    @property
    def rows(self) -> int:
        """How many rows there are."""
        self._expire()
        found: int = self._database.execute("SELECT count(*) FROM row").fetchone()[0]
        return found

    def load(self, path: Path, read: Callable[[int], object] | None = None) -> Manifest:
        """Take in one export; `read` is called with the bytes of each piece.

        Raises ConsentryError naming file and line for what is no export, or not a whole one.
        """
        try:
            with path.open("rb") as file:
                return self.load_file(file, path, read)
        except OSError as error:
            raise ConsentryError(
                f"{path}: {error.strerror}", "Name a file that `consentry facts export` wrote."
            ) from None

    def load_file(
        self, file: BinaryIO, path: Path, read: Callable[[int], object] | None = None
    ) -> Manifest:
        """The same of an open file, which errors name by `path`. Raises OSError too."""
        seen = _Seen(path)
        while lines := file.readlines(1 << 20):
            self._take(lines, seen)
            if read is not None:
                read(sum(map(len, lines)))
        manifest = seen.whole()
        if manifest.digest in {one.digest for one in self.manifests}:
            raise ConsentryError(f"{path} is the same export again", "Name each export once.")
        self.manifests.append(manifest)
        return manifest

    @property
    def expired(self) -> int:
        """How many rows are from before an erasure of their person, and not among the rows."""
        self._expire()
        return self._expired

    def _expire(self) -> None:
        """Take them away, once all exports are loaded; nothing where it was done."""
        while self._erased:
            subject = self._erased.pop()
            number, prefix = partition_for(subject, self.count), subject_prefix(subject)
            rows = self._database.execute(
                "SELECT key, value FROM row WHERE partition = ? AND key >= ? AND key < ?",
                (number, prefix, prefix[:-1] + b"\x01"),
            ).fetchall()
            stay, gone = expired([(key, decode_any(value, key)) for key, value in rows])
            self._database.executemany(
                "INSERT OR REPLACE INTO row VALUES (?, ?, ?)",
                [(number, key, encode_row(row)) for key, row in stay],
            )
            places = [(number, key) for key, _ in gone]
            self._database.executemany(
                "INSERT INTO gone SELECT * FROM row WHERE partition = ? AND key = ?", places
            )
            self._database.executemany("DELETE FROM row WHERE partition = ? AND key = ?", places)
            self._expired += len(gone)

    def gone(self, number: int) -> Iterator[Placed]:
        """The expired rows of a partition number: what they say may have been published once."""
        self._expire()
        rows = self._database.execute("SELECT key, value FROM gone WHERE partition = ?", (number,))
        for key, value in rows:
            yield key, decode_any(value, key)

    def partition(self, number: int, after: bytes = b"") -> Iterator[tuple[SubjectKey, Placed]]:
        """The rows of a partition number behind a key, in the order of keys, as they are to stand."""
        self._expire()
        begin = subject_of(after) if after else b""
        rows = self._database.execute(
            "SELECT key, value FROM row WHERE partition = ? AND key >= ? ORDER BY key",
            (number, begin),
        )
        several = len(self.manifests) > 1
        for subject, group in groupby(rows, lambda one: subject_of(one[0])):
            found = [(key, decode_any(value, key)) for key, value in group]
            for key, row in merged(found) if several else found:
                if key > after:
                    yield subject, (key, row)

    def _take(self, lines: Sequence[bytes], seen: _Seen) -> None:
        self._database.execute("BEGIN")
        for text in lines:
            line = seen.line(text)
            if line is None or isinstance(line, Manifest):
                continue
            subject, key, value = stored(line)
            if isinstance(line, FactLine) and line.row.erases:
                self._erased.add(subject)
            place = partition_for(subject, self.count), key
            before = self._database.execute(
                "SELECT value FROM row WHERE partition = ? AND key = ?", place
            ).fetchone()
            if before is not None:
                value = _as_stored(subject, same_row(decode_any(before[0], key), line.row))
            self._database.execute("INSERT OR REPLACE INTO row VALUES (?, ?, ?)", (*place, value))
        self._database.execute("COMMIT")


def _as_stored(subject: SubjectKey, row: EventRow | RefusalRow) -> bytes:
    if isinstance(row, EventRow):
        return stored_form(subject, row)[1]
    return stored_refusal(subject, row)[1]


class _Seen:
    """What was read of one file so far."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._hash = hashlib.sha256()
        self._number = 0
        self._facts: Counter[str] = Counter()
        self._refused = 0
        self._manifest: Manifest | None = None

    def line(self, text: bytes) -> Line | None:
        """The next line, None for an empty one behind the manifest."""
        self._number += 1
        if self._manifest is not None:
            if text.strip():
                raise self._error("something stands behind the manifest")
            return None
        try:
            line = decode_line(text)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            # The original error may quote a value.
            raise self._error("this is no line of an export") from None
        if isinstance(line, Manifest):
            self._manifest = line
            return line
        self._hash.update(text)
        if isinstance(line, FactLine):
            self._facts[event_type(line.row.fact.event).value] += 1
        else:
            self._refused += 1
        return line

    def whole(self) -> Manifest:
        """The manifest, which agrees with what was read."""
        manifest = self._manifest
        if manifest is None:
            raise self._error("the manifest is missing, so the file was cut")
        if manifest.format > FORMAT:
            raise self._error(f"format {manifest.format} is of a later release")
        counted = dict(sorted(self._facts.items())), self._refused
        if counted != (manifest.facts, manifest.refused):
            raise self._error("the manifest counts other lines than there are")
        if self._hash.hexdigest() != manifest.digest:
            raise self._error("the digest of the manifest is another than that of the lines")
        return manifest

    def _error(self, problem: str) -> ConsentryError:
        return ConsentryError(
            f"{self._path}, line {self._number}: {problem}",
            "Nothing was imported. Export again, and copy the file whole.",
        )
