"""Questions, the rows of whom they ask about, and answers: on disk, however many there are.

A private temporary database (`streams.files.temporary_database`); of it only the page cache
is in memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby
from typing import Final, NamedTuple

import msgspec

from streams.ask.answers import Answer
from streams.ask.questions import Question, Questions
from streams.check.memory import LEAST_MIB
from streams.core.events import DataShare
from streams.core.identifiers import SubjectKey
from streams.core.state import EventRow, RefusalRow
from streams.files.temporary_database import open_database
from streams.wire.arrival import partition_for
from streams.wire.rows import decode_any, subject_of, subject_prefix

_TABLES: Final = """
CREATE TABLE person (key BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE question (place INTEGER PRIMARY KEY, key BLOB, number INTEGER, raw BLOB);
CREATE TABLE recipient (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE row (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE answer (place INTEGER PRIMARY KEY, covered INTEGER, value BLOB);
"""
_LEAST_CACHE_MIB: Final = 16
_AT_ONCE: Final = 1_000
_BYTES_AT_ONCE: Final = 1 << 22

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Answer).decode

Rows = list[EventRow | RefusalRow]


class Answered(NamedTuple):
    """One question with its answer; `raw` is its line as it came."""

    number: int
    key: SubjectKey
    raw: bytes
    answer: Answer


class KeptQuestions:
    """What is asked, in the order of lines."""

    def __init__(self, reader: Questions, memory_mib: int) -> None:
        """`reader` reads the lines again when they are answered."""
        cache_mib = max(_LEAST_CACHE_MIB, (memory_mib - LEAST_MIB) // 2)
        self._database = open_database(cache_mib * 1024)
        self._database.executescript(_TABLES)
        self._reader = reader
        self._waiting: list[Question] = []
        self._bytes = 0
        self._count = 0
        self._answers: list[tuple[int, bool, bytes]] = []

    def __len__(self) -> int:
        return self._count

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def add(self, question: Question) -> None:
        """Take in one more."""
        self._waiting.append(question)
        self._bytes += len(question.raw)
        self._count += 1
        if len(self._waiting) >= _AT_ONCE or self._bytes >= _BYTES_AT_ONCE:
            self._write()

    def recipients(self) -> Iterator[str]:
        """Who would receive data, each once, in order."""
        self._write()
        for (one,) in self._database.execute("SELECT id FROM recipient ORDER BY id"):
            yield one

    def homes(self, count: int) -> list[int]:
        """The numbers of the partitions, of so many, to which the persons belong."""
        self._write()
        found: set[int] = set()
        for (key,) in self._database.execute("SELECT key FROM person"):
            found.add(partition_for(key, count))
            if len(found) == count:
                break
        return sorted(found)

    def change(self, rows: Mapping[bytes, bytes | None]) -> None:
        """Keep what rows of persons that are asked about say now; None takes one away.

        Raises CorruptRow for a key that is none of a row.
        """
        self._write()
        with self._transaction():
            self._database.executemany(
                "DELETE FROM row WHERE key = ?",
                ((key,) for key, row in rows.items() if row is None),
            )
            self._database.executemany(
                "INSERT OR REPLACE INTO row "
                "SELECT ?2, ?3 WHERE EXISTS (SELECT 1 FROM person WHERE key = ?1)",
                ((subject_of(key), key, row) for key, row in rows.items() if row is not None),
            )

    def persons(self) -> Iterator[tuple[SubjectKey, Rows, Iterator[tuple[int, Question]]]]:
        """Each person with the stored rows, and the questions with their places.

        Raises CorruptRow.
        """
        self._write()
        self._database.execute("CREATE INDEX question_by_person ON question (key, place)")
        found = self._database.execute(
            "SELECT key, place, number, raw FROM question ORDER BY key, place"
        )
        for key, asked in groupby(found, lambda one: SubjectKey(one[0])):
            yield (
                key,
                self.rows_of(key),
                ((place, self._reader.again(number, raw)) for _, place, number, raw in asked),
            )

    def answer(self, place: int, answer: Answer) -> None:
        """Keep the answer to a question."""
        self._answers.append((place, answer.covered, _encode(answer)))
        if len(self._answers) >= _AT_ONCE:
            self._write_answers()

    def answers(self, *, covered: bool | None = None) -> Iterator[Answered]:
        """All questions with their answers, in order; or those that are covered, or are not."""
        self._write_answers()
        which = "" if covered is None else "WHERE covered = ?"
        found = self._database.execute(
            "SELECT number, key, raw, value FROM question JOIN answer USING (place) "  # noqa: S608 - ours
            f"{which} ORDER BY place",
            () if covered is None else (covered,),
        )
        for number, key, raw, value in found:
            yield Answered(number, SubjectKey(key), raw, _decode(value))

    def rows_of(self, key: SubjectKey) -> Rows:
        """The stored rows of a person. Raises CorruptRow."""
        prefix = subject_prefix(key)
        rows = self._database.execute(
            "SELECT key, value FROM row WHERE key >= ? AND key < ? ORDER BY key",
            (prefix, prefix[:-1] + b"\x01"),
        )
        return [decode_any(value, name) for name, value in rows]

    def _write(self) -> None:
        if not self._waiting:
            return
        waiting, first = self._waiting, self._count - len(self._waiting)
        shares = {one.event.recipient_id for one in waiting if isinstance(one.event, DataShare)}
        many = self._database.executemany
        with self._transaction():
            many("INSERT OR IGNORE INTO person VALUES (?)", ((one.key,) for one in waiting))
            many("INSERT OR IGNORE INTO recipient VALUES (?)", ((one,) for one in shares))
            many(
                "INSERT INTO question VALUES (?, ?, ?, ?)",
                ((at, one.key, one.number, one.raw) for at, one in enumerate(waiting, first)),
            )
        self._waiting, self._bytes = [], 0

    def _write_answers(self) -> None:
        with self._transaction():
            self._database.executemany("INSERT INTO answer VALUES (?, ?, ?)", self._answers)
        self._answers.clear()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._database.execute("BEGIN")
        yield self._database
        self._database.execute("COMMIT")
