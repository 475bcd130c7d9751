"""A store on disk under a schedule of writes and crashes, beside what it must hold then."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from streams.core.identifiers import SubjectKey, subject_key
from streams.core.instants import Instant
from streams.transport.state.changelog_restore import Restored
from streams.transport.state.disk.rows import DiskRows
from streams.wire.progress import PROGRESS_KEY
from streams.wire.rows import next_deadline, subject_of
from tests.transport.disk import opened
from tests.transport.records import One
from tests.transport.stored_rows import key, row

SUBJECTS = [subject_key("SHOP", name) for name in ("ann", "bob", "cleo")]

QUICK = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - memory, for speed

Step = tuple[str, int, int]
Row = tuple[bytes, bytes | None]

steps = st.lists(
    st.tuples(
        st.sampled_from(
            ("put",) * 6
            + (
                "forget",
                "batch",
                "batch",
                "commit",
                "commit",
                "lag",
                "flush",
                "crash",
                "due",
                "due",
            )
        ),
        st.integers(0, 11),
        st.integers(0, 40),
    ),
    max_size=60,
)


class Wrong(AssertionError):
    """The store is not what it must be."""


class Play:
    """A store, its changelog, and what both should hold."""

    def __init__(self, folder: Path) -> None:
        self._base = folder
        self._lives = 0
        self.folder = folder / "0"
        self.rows: DiskRows = opened(self.folder)
        self.changelog: list[One] = []
        self.batch: list[Row] = []
        self.pending: list[tuple[list[Row], int]] = []
        """With each batch, how often anything had been put by its end."""
        self.unsettled: list[tuple[list[Row], bytes, int, int]] = []
        self.clock = 0
        self.published: set[tuple[bytes, Instant]] = set()

    # What is true.

    def durable(self, end: int | None = None) -> dict[bytes, bytes]:
        """What the changelog says, up to an offset."""
        return replayed((one.key or b"", one.value) for one in self.changelog[:end])

    def judged(self) -> dict[bytes, bytes]:
        """What a judge must see."""
        parts = [*(rows for rows, _ in self.pending), self.batch]
        return replayed([*self.durable().items(), *(one for part in parts for one in part)])

    # Steps.

    def step(self, name: str, which: int, number: int) -> None:
        getattr(self, f"_{name}")(which, number)

    def _put(self, which: int, number: int) -> None:
        at, value = key(SUBJECTS[which % 3], str(which)), row(self.clock + number + 1)
        self._write(at, value)
        self._keep(SUBJECTS[which % 3])

    def _write(self, at: bytes, value: bytes | None) -> None:
        """Put a row; a batch has the last of each, in the place of the first (`agents.once`)."""
        self.rows.put(at, value)
        for place in reversed(range(len(self.batch))):
            if value is None or self.batch[place][1] is None:
                break
            if self.batch[place][0] == at:
                self.batch[place] = at, value
                return
        self.batch.append((at, value))

    def _keep(self, subject: SubjectKey) -> None:
        """As `Subjects.keep` does after each judgement."""
        self.rows.deadlines.set(subject, deadline_of(self.rows.rows_of(subject)))

    def _forget(self, which: int, number: int) -> None:
        del number
        for at in list(self.rows.rows_of(SUBJECTS[which % 3])):
            self._write(at, None)
        self.rows.deadlines.set(SUBJECTS[which % 3], None)

    def _batch(self, *_: int) -> None:
        """Judging goes on with the next batch."""
        self.pending.append((self.batch, self.rows.puts))
        self.batch = []

    def _transaction(self, count: int) -> None:
        """Some batches become a transaction: they are on the changelog from now on."""
        taken = [self.pending.pop(0) for _ in range(min(count, len(self.pending)))]
        if not taken:
            return
        rows = [one for part, _ in taken for one in part]
        progress = b"p%d" % len(self.changelog)
        for at, value in (*rows, (PROGRESS_KEY, progress)):
            self.changelog.append(One("log", 0, len(self.changelog), 0, at, value))
        self.unsettled.append((rows, progress, len(self.changelog), taken[-1][1]))

    def _commit(self, which: int, number: int) -> None:
        """A transaction commits, and the store learns of all there are; once not where they are."""
        self._transaction(which % 3 + 1)
        while self.unsettled:
            rows, progress, end, puts = self.unsettled.pop(0)
            self.rows.committed(rows, progress, None if number == 40 else end, puts)

    def _lag(self, which: int, _: int) -> None:
        """A transaction commits, and the store has not learned of it yet."""
        if not self.unsettled:
            self._transaction(which % 3 + 1)

    def _flush(self, *_: int) -> None:
        self.rows._database._rdict.flush()

    def _crash(self, *_: int) -> None:
        """All that is in memory is gone; the next owner restores the rest."""
        self._lives += 1
        left = self._base / str(self._lives)
        shutil.copytree(self.folder, left)
        self.rows._database._rdict.close()
        self.folder = left
        self.rows = opened(left)
        position = self.rows.position or 0
        stored = everything(self.rows)
        if position > len(self.changelog):
            raise Wrong("it is ahead of the changelog")
        ahead = {at for at in stored if stored[at] != self.durable(position).get(at)}
        ahead |= self.durable(position).keys() - stored.keys()
        # Without a position rows may be there early, and only rows of the changelog.
        later = {one.key: one.value for one in self.changelog[position:]}
        if not ahead <= later.keys() or any(at not in self.durable() and at in stored and
                                            at not in later for at in ahead):  # fmt: skip
            raise Wrong("it holds what is not on the changelog")
        restored = Restored(self.rows)
        begin = restored.begin(0, len(self.changelog))
        if begin < max(0, position - 1):
            raise Wrong("it reads what it has")
        if not restored.apply(self.changelog[begin:]):
            raise Wrong("it takes its own changelog for another")
        if restored.resumed and restored.read != len(self.changelog) - position:
            raise Wrong(f"it read {restored.read}")
        self.batch, self.pending, self.unsettled, self.published = [], [], [], set()
        if everything(self.rows) != self.durable():
            raise Wrong("it is not the changelog after a restore")

    def _due(self, _: int, number: int) -> None:
        """A tick: who has a deadline before it is read, and judged at once."""
        self.clock += number // 4
        wanted = {
            subject_of(at)
            for at, value in self.judged().items()
            if (due := next_deadline(value)) is not None and due < self.clock
        }
        found: set[SubjectKey] = set()
        while (subject := self.rows.deadlines.first_passed(Instant(self.clock))) is not None:
            found.add(subject)
            if len(found) > 100:
                raise Wrong("the deadlines never end")
            for at, value in self.rows.rows_of(subject).items():
                due = next_deadline(value)
                if due is not None and due < self.clock:
                    published = row(self.clock + 1_000 + number)
                    self._write(at, published)
            self._keep(subject)
        if not wanted <= found:
            raise Wrong("a deadline was missed")

    def look(self) -> None:
        """Who reads sees what was judged."""
        judged = self.judged()
        for subject in SUBJECTS:
            own = {at: value for at, value in judged.items() if subject_of(at) == subject}
            if dict(self.rows.rows_of(subject)) != own:
                raise Wrong("it does not show what was judged")


def replayed(rows: Any) -> dict[bytes, bytes]:
    state: dict[bytes, bytes] = {}
    for at, value in rows:
        if at == PROGRESS_KEY:
            continue
        if value is None:
            state.pop(at, None)
        else:
            state[at] = value
    return state


def deadline_of(rows: Any) -> Instant | None:
    ends = [next_deadline(value) for value in rows.values()]
    return min((end for end in ends if end is not None), default=None)


def everything(rows: DiskRows) -> dict[bytes, bytes]:
    return {at: row for _, who in rows.walk() for at, row in rows.rows_of(who).items()}
