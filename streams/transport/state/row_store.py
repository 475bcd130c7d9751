"""What keeps the rows of one partition number: in memory or on disk, by one protocol.

Rows are bytes, grouped by subject. They change by the same keys and values as the records
of the changelog; live subjects are built from them on demand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol
from zlib import crc32

from streams.core.identifiers import SubjectKey
from streams.core.instants import Instant
from streams.core.subject import Subject

if TYPE_CHECKING:
    from streams.wire.record import Record


def place_of(subject: SubjectKey) -> bytes:
    """Where a subject stands in every store: four bytes, spread evenly, that a walk follows."""
    return crc32(subject).to_bytes(4)


class SubjectDeadlines(Protocol):
    """When to look at subjects again; `core.deadlines.Deadlines` by subject is one."""

    def __contains__(self, key: SubjectKey) -> bool:
        """Whether the deadline of a subject is known."""

    def set(self, key: SubjectKey, deadline: Instant | None) -> None:
        """Replace the deadline of a subject; None when it has none."""

    def first_passed(self, clock: Instant) -> SubjectKey | None:
        """Take out the subject with the earliest deadline if it lies strictly before `clock`."""

    def give_back(self, key: SubjectKey, clock: Instant) -> None:
        """The subject that was taken out last cannot be judged yet: it is taken out again."""


class RowStore(Protocol):
    """Where the rows of one partition number are kept.

    What is `put` is seen at once and lasts, if the store lasts at all, from `committed`
    on: a store that was ahead of the changelog would take lost events for duplicates.
    """

    @property
    def lasts(self) -> bool:
        """Whether it is there again after a restart."""

    @property
    def holds_subjects(self) -> bool:
        """Whether a live subject can stand in the place of its rows."""

    @property
    def puts(self) -> int:
        """How often anything was put; 0 where nothing lasts."""

    @property
    def deadlines(self) -> SubjectDeadlines | None:
        """The deadlines of all subjects, where the store keeps them; else a walk finds them."""

    @property
    def position(self) -> int | None:
        """The changelog offset after the last record that is kept; None: nothing is."""

    @property
    def progress(self) -> bytes | None:
        """The progress row at that position."""

    def put(self, key: bytes, row: bytes | None) -> None:
        """Keep a row, or forget it when there is None. Raises CorruptRow for a foreign key."""

    def rows_of(self, subject: SubjectKey) -> Mapping[bytes, bytes]:
        """Rows of a subject by row key; empty for an unknown one."""

    def hold(self, key: SubjectKey, subject: Subject) -> None:
        """The rows of a subject are from here on what it says itself; again after each change.

        Asked of stores that hold subjects only. What is `put` for it takes its place.
        """

    def release(self, key: SubjectKey) -> None:
        """The rows of a subject stand for themselves again, if it was held."""

    def walk(self, start: bytes = b"") -> Iterator[tuple[bytes, SubjectKey]]:
        """Every subject that has rows and the place where it stands, from a place on.

        Places rise; their order is the same in every store, lasts over a restart, and
        says nothing of who stands there. Rows may change between two steps: who is there
        all along is met, who came or went meanwhile may be.
        """

    def __len__(self) -> int:
        """How many rows there are; on disk an estimate."""

    def load(self, records: Sequence[Record]) -> None:
        """Apply records of the changelog, progress rows among them.

        Raises CorruptRow when one cannot be read; how much of them is kept then is open.
        """

    def committed(
        self,
        rows: Iterable[tuple[bytes, bytes | None]],
        progress: bytes,
        end: int | None,
        puts: int,
    ) -> None:
        """Rows that were put are on the changelog, in the order in which they were put.

        Asked of stores that last only. `puts` is what `puts` was when the last of them was there: a
        row that was put twice for one batch is in it once.
        `progress` was written after them; `end` is the offset after it, None if unknown.
        """

    def unfit(self, start: int, end: int) -> str | None:
        """Why it cannot go on from `position` on a changelog that reaches from start to end."""

    def holds(self, record: Record) -> bool:
        """Whether the last record that is kept is this one, at its place on the changelog."""

    def rebuild(self, reason: str) -> None:
        """Forget everything, to be loaded again; the log says why."""

    def loaded(self) -> None:
        """All of the changelog has been loaded."""

    def close(self) -> None:
        """Nothing more is asked of it."""
