"""Live subjects: those in use, bounded in number and in bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final

from mypy_extensions import mypyc_attr

from streams.core.identifiers import SubjectKey
from streams.core.subject import Subject

SUBJECT_BYTES: Final = 1_650
"""About what a subject adds to the memory of a process without rows (CPython 3.11, 64 bits)."""

EVENT_BYTES: Final = 500
"""About what an event takes as objects whatever its row holds."""

INDEX_BYTES: Final = 14_000
"""About what the indexes of a subject take beside that, where it has any, with all of their parts,
since the others may be asked for later (core.indexes)."""

INDEXED_BYTES: Final = 300
"""About what an event takes in them."""

BYTES_A_WRITTEN_BYTE: Final = 1.6
"""About how much it takes beside that for each byte of its row as stored: the texts that come again
and again, of recipients and systems, are shared by all events that were read from their topics. One
that is forgotten takes its own room less."""

BYTES_A_STORED_BYTE: Final = 5.2
"""The same of rows that a subject was built from, whose texts are its own. Subjects are built again
where others were let go, so what this leaves free in between is in it."""

CHANCES: Final = 100
"""How many subjects are passed over at once because they were used: where all were, no event waits
until a million of them have been looked at."""

TURNS_AT_ONCE: Final = 1_000
"""Of so many subjects it is looked up at once who is next: what is taken from the front of a
dictionary leaves gaps there, which each look passes until the dictionary is made again."""


@mypyc_attr(acyclic=True)
class Live:
    """A subject, its number of rows, and about how many bytes those that were counted take."""

    __slots__ = ("bytes", "counted", "size", "subject", "used")

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.counted = 0
        self.size = 0.0
        self.bytes = 0
        self.used = False
        """Whether it was used since it was put in, or was to be let go."""


class SubjectCache:
    """Subjects by key. Above a bound those are let go that were not used for the longest.

    Those used since their turn came before get another one behind all others: to put each
    in order at each use would touch its neighbours, which lie anywhere in memory.

    The size of a subject is estimated: a constant, another one where it has indexes, and for each
    of its events and refused ids the mean of what the rows take that it was built from or that
    were written since. Rows that replace others do not add up. At least one subject is kept.
    """

    def __init__(self, most: int, max_bytes: int) -> None:
        self.most = max(1, most)
        self.max_bytes = max_bytes
        self._live: dict[SubjectKey, Live] = {}
        """In the order in which their turns come."""
        self._turns: list[SubjectKey] = []
        """The first of them, who is next at the end; all of them are live."""
        self.bytes = 0
        """The estimate for all of them."""
        self.let_go: Callable[[SubjectKey], object] | None = None
        """Called for each subject that goes over a bound; None: nobody asks."""

    def __len__(self) -> int:
        return len(self._live)

    def __bool__(self) -> bool:
        return bool(self._live)

    def __contains__(self, key: SubjectKey) -> bool:
        return key in self._live

    def get(self, key: SubjectKey) -> Subject | None:
        """A subject, which is used by it."""
        live = self.touch(key)
        return None if live is None else live.subject

    def touch(self, key: SubjectKey) -> Live | None:
        """A subject's entry, which is used by it."""
        live = self._live.get(key)
        if live is not None:
            live.used = True
        return live

    def entry(self, key: SubjectKey) -> Live | None:
        """A subject's entry, which is not used by it."""
        return self._live.get(key)

    def peek(self, key: SubjectKey) -> Subject | None:
        """A subject, which is not used by it."""
        live = self._live.get(key)
        return None if live is None else live.subject

    def keep(
        self,
        key: SubjectKey,
        subject: Subject,
        rows: Iterable[bytes],
        *,
        built: bool = False,
        forgotten: int = 0,
    ) -> None:
        """Keep a subject, which is used by it. `rows` are new, or those that it was `built` from.

        So many bytes of them are `forgotten`: they are written again from what they say.
        """
        live = self._live.get(key)
        if live is None or live.subject is not subject:
            self.drop(key)
            live = self._live[key] = Live(subject)
        else:
            live.used = True
        factor = BYTES_A_STORED_BYTE if built else BYTES_A_WRITTEN_BYTE
        for row in rows:
            live.counted += 1
            live.size += factor * len(row)
        live.size -= forgotten
        self._estimate(live)

    def grew(self, live: Live, row_bytes: int, forgotten: int) -> None:
        """One more row of a subject that is at hand, of so many bytes; the rest is as in `keep`."""
        live.counted += 1
        live.size += BYTES_A_WRITTEN_BYTE * row_bytes - forgotten
        self._estimate(live)

    def _estimate(self, live: Live) -> None:
        subject = live.subject
        mean = live.size / live.counted if live.counted else 0.0
        events = len(subject.records) + len(subject.refusals)
        now = SUBJECT_BYTES + int((EVENT_BYTES + mean) * events)
        if subject.index is not None:
            now += INDEX_BYTES + INDEXED_BYTES * events
        self.bytes += now - live.bytes
        live.bytes = now
        self._shrink(live)

    def bound(self, most: int, max_bytes: int) -> None:
        """Other bounds from here on."""
        self.most, self.max_bytes = max(1, most), max_bytes
        self._shrink(None)

    def _shrink(self, at_hand: Live | None) -> None:
        chances = CHANCES
        while len(self._live) > 1 and (self.bytes > self.max_bytes or len(self._live) > self.most):
            key = self._next()
            old = self._live.pop(key)
            if old is at_hand or (old.used and chances > 0):
                chances -= 1
                old.used = False
                self._live[key] = old
                continue
            self.bytes -= old.bytes
            if self.let_go is not None:
                self.let_go(key)

    def _next(self) -> SubjectKey:
        if not self._turns:
            self._turns = list(islice(self._live, TURNS_AT_ONCE))
            self._turns.reverse()
        return self._turns.pop()

    def drop(self, key: SubjectKey) -> None:
        """Let a subject go."""
        old = self._live.pop(key, None)
        if old is not None:
            self.bytes -= old.bytes
            # It may be among them, and may come back behind all others.
            self._turns.clear()
