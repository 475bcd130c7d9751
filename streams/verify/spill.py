"""What is read of one partition number, kept on disk and given back subject by subject.

A private temporary database of SQLite: a file that only this process can open, unlinked as
soon as it is made (folder: SQLITE_TMPDIR, TMPDIR or /var/tmp), so that nothing stays behind
however the process ends. In memory it takes its page cache.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, NamedTuple

from streams.core.identifiers import SubjectKey
from streams.files.temporary_database import open_database
from streams.wire.rows import subject_of, subject_prefix

CACHE_KIB = 65_536
"""Pages that SQLite keeps in memory."""

_TABLES = """
CREATE TABLE row (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE output (
    id TEXT, duty INTEGER, subject BLOB, value BLOB, offset INTEGER, last INTEGER,
    PRIMARY KEY (id, duty)
) WITHOUT ROWID;
CREATE INDEX output_by_subject ON output (subject);
CREATE TABLE later (
    duty INTEGER, offset INTEGER, id TEXT, value BLOB, batch INTEGER,
    PRIMARY KEY (duty, offset)
) WITHOUT ROWID;
CREATE TABLE arrival (
    key BLOB, topic INTEGER, offset INTEGER, occurred_at INTEGER, arrived_at INTEGER,
    source_topic TEXT, source_partition INTEGER, source_offset INTEGER
);
CREATE TABLE refused_id (key BLOB, topic INTEGER, offset INTEGER, occurred_at INTEGER);
CREATE TABLE refused (ref TEXT PRIMARY KEY, topic INTEGER, offset INTEGER, quarantined INTEGER)
    WITHOUT ROWID;
CREATE TABLE aside (ref TEXT PRIMARY KEY, quarantined INTEGER) WITHOUT ROWID;
CREATE TABLE problem (
    id TEXT, duty INTEGER, offset INTEGER, unreadable INTEGER, difference BLOB,
    PRIMARY KEY (id, duty, offset)
) WITHOUT ROWID;
CREATE TABLE suspect (subject BLOB PRIMARY KEY) WITHOUT ROWID;
"""


class StoredOutput(NamedTuple):
    """The last record of a finding or duty as of the cut."""

    violation_id: str
    duty: bool
    value: bytes
    offset: int


class Arrival(NamedTuple):
    """A record of an input topic that holds an event which belongs here.

    `topic` is the place of its topic in the order of reading; the source is None where
    the record stands where its producer put it.
    """

    key: bytes
    topic: int
    offset: int
    occurred_at: int
    arrived_at: int
    source_topic: str | None
    source_partition: int | None
    source_offset: int | None


class RefusedArrival(NamedTuple):
    """A record that was refused under the type and id of an event, beside its subject.

    `key` is that of the row, `occurred_at` None where it cannot be read.
    """

    key: bytes
    topic: int
    offset: int
    occurred_at: int | None


class Kept(NamedTuple):
    """All that is known of one subject."""

    subject: SubjectKey
    rows: list[tuple[bytes, bytes]]
    published: list[StoredOutput]
    arrivals: list[Arrival]
    refused: list[RefusedArrival]


class Spill:
    """One partition number."""

    def __init__(self) -> None:
        self.database = open_database(CACHE_KIB)
        self.database.executescript(_TABLES)
        self._arrivals_by_key = False

    def close(self) -> None:
        """Let go of the file."""
        self.database.close()

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        """Run one statement."""
        return self.database.execute(statement, values)

    def many(self, statement: str, values: Iterable[tuple[Any, ...]]) -> None:
        """Run one statement for many rows, as one transaction."""
        self.database.execute("BEGIN")
        self.database.executemany(statement, values)
        self.database.execute("COMMIT")

    def count(self, table: str) -> int:
        """How many there are of one kind."""
        found: int = self.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - ours
        return found

    def suspect(self, subject: SubjectKey) -> None:
        """Remember a subject to look at again in a later cut."""
        self.execute("INSERT OR IGNORE INTO suspect VALUES (?)", subject)

    def take_suspects(self) -> Iterator[Kept]:
        """What is known of the subjects that were remembered, and forget that they were."""
        if not self._arrivals_by_key:
            self.execute("CREATE INDEX arrival_by_key ON arrival (key)")
            self.execute("CREATE INDEX refused_by_key ON refused_id (key)")
            self._arrivals_by_key = True
        self.execute("CREATE TABLE taken AS SELECT subject FROM suspect ORDER BY subject")
        self.execute("DELETE FROM suspect")
        for (subject,) in self.execute("SELECT subject FROM taken"):
            prefix = subject_prefix(subject)
            bounds = prefix, prefix[:-1] + b"\x01"
            yield Kept(
                subject,
                self.execute(_ROWS.format("WHERE key >= ? AND key < ?"), *bounds).fetchall(),
                [
                    StoredOutput(*one[1:])
                    for one in self.execute(_OUTPUTS.format("AND subject = ?"), subject)
                ],
                [
                    Arrival(*one)
                    for one in self.execute(_ARRIVALS.format("WHERE key >= ? AND key < ?"), *bounds)
                ],
                [
                    RefusedArrival(*one)
                    for one in self.execute(_REFUSED.format("WHERE key >= ? AND key < ?"), *bounds)
                ],
            )
        self.execute("DROP TABLE taken")

    def subjects(self) -> Iterator[Kept]:
        """What is known of every subject, in the order of their keys."""
        rows = groupby(self.execute(_ROWS.format("")), lambda one: subject_of(one[0]))
        published = groupby(self.execute(_OUTPUTS.format("")), lambda one: SubjectKey(one[0]))
        arrivals = groupby(self.execute(_ARRIVALS.format("")), lambda one: subject_of(one[0]))
        refused = groupby(self.execute(_REFUSED.format("")), lambda one: subject_of(one[0]))
        streams: list[Iterator[tuple[SubjectKey, Iterator[Any]]]]
        streams = [rows, published, arrivals, refused]
        heads = [next(stream, None) for stream in streams]
        while True:
            keys = [head[0] for head in heads if head is not None]
            if not keys:
                return
            subject = min(keys)
            found: list[list[Any]] = [[], [], [], []]
            for place, head in enumerate(heads):
                if head is not None and head[0] == subject:
                    found[place] = list(head[1])
                    heads[place] = next(streams[place], None)
            yield Kept(
                subject,
                found[0],
                [StoredOutput(*one[1:]) for one in found[1]],
                [Arrival(*one) for one in found[2]],
                [RefusedArrival(*one) for one in found[3]],
            )


_ROWS = "SELECT key, value FROM row {} ORDER BY key"
_OUTPUTS = (
    "SELECT subject, id, duty, value, offset FROM output WHERE value IS NOT NULL {} "
    "ORDER BY subject"
)
_ARRIVALS = "SELECT * FROM arrival {} ORDER BY key, topic, offset"
_REFUSED = "SELECT * FROM refused_id {} ORDER BY key, topic, offset"
