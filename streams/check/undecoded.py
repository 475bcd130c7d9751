"""Records that are held as their bytes, and read when their subject is judged.

An event in Avro takes some hundred and fifty bytes and eight times as much as objects. So what
a file holds in a schema of ours is sorted by subject without being read: a record of ours
begins with three texts, and two of them are whose it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from streams.check.held import Known, Undecoded, Waiting
from streams.check.names import Names
from streams.core.events import Event
from streams.core.instants import LATEST, Instant
from streams.core.law import FUTURE_TOLERANCE
from streams.core.state import Fact, FactSource
from streams.core.vocabulary import EventType
from streams.files.records import Lines
from streams.native.files import holder, key_checksum
from streams.native.library import LIBRARY
from streams.wire.avro_fast_path import avro_fast_paths
from streams.wire.framing import AVRO_HEADER

if TYPE_CHECKING:
    from streams.native._native import Piles

_SEPARATOR: Final = b"\x1f"
_LEADING: Final = 3

NO_PARTITION: Final = -1
"""The partition of a source that is a file (streams.core.state.FactSource)."""


def leading_key(value: bytes, at: int) -> bytes | None:
    """The subject's key of a record that begins at `at` with the ids of event, controller, subject.

    None where it is cut short, or an id is longer than any.
    """
    size = len(value)
    start = end = before = ended = 0
    for _ in range(_LEADING):
        before, ended = start, end
        if at >= size:
            return None
        length = value[at]
        at += 1
        if length > 0x7F:
            if at >= size or value[at] > 0x7F:
                return None
            length = (length & 0x7F) | value[at] << 7
            at += 1
        start = at
        at += length >> 1
        if length & 1 or at > size:
            return None
        end = at
    return value[before:ended] + _SEPARATOR + value[start:end]


checksum: Final = key_checksum(LIBRARY)
"""Of the key of a subject: which of several processes has it."""


def new_piles() -> Piles | None:
    """Where records are held by subject, in C; None: they are held in lists alone."""
    if _native is None:
        return None
    piles: Piles = LIBRARY.Piles()
    return piles


def hold(
    lines: Lines, lists: dict[bytes, list[Known]], piles: Piles | None, share: int, of: int
) -> tuple[list[int], int, int]:
    """Hold the records of one of several shares by the key of their subject.

    They go to its list, where there is one, else to its pile. Returns the places of those that
    name no subject, how many are held, and their bytes.
    """
    if piles is None:
        return plain_hold(lines, lists, share, of)
    found: tuple[list[int], int, int] = _native.hold(
        piles, lists, lines.file, lines.first, lines.header, lines.block, lines.start, lines.ends,
        share, of,
    )  # fmt: skip
    return found


def plain_hold(
    lines: Lines,
    lists: dict[bytes, list[Known]],
    share: int,
    of: int,
    checked: Callable[[bytes], int] = checksum,
) -> tuple[list[int], int, int]:
    """As `hold`, in Python and to lists alone; `checked` is what shares go by."""
    left: list[int] = []
    count, size = 0, 0
    for place in range(len(lines.ends)):
        line = lines.line(place)
        value = line.value
        key = leading_key(value, AVRO_HEADER)
        if key is None:
            left.append(place)
            continue
        if of > 1 and checked(key) % of != share:
            continue
        count += 1
        size += len(value)
        lists.setdefault(key, []).append(Undecoded(line.file, line.number, value))
    return left, count, size


def one_by_one(waiting: Waiting) -> list[Known]:
    """All that is known of a subject as a list; a pile is read by that."""
    if isinstance(waiting, list):
        return waiting
    known: list[Known] = _native.records(waiting, len(waiting))
    return known


def in_pieces(waiting: Waiting, many: int) -> Iterator[list[Known]]:
    """The same, of a pile so many at a time: as objects they take twice as much memory."""
    if isinstance(waiting, list):
        yield waiting
        return
    while some := _native.records(waiting, many):
        yield some


class OrdinaryFacts:
    """Reads records that are as most are, and sees what is counted of them."""

    def __init__(self, clock: Instant | None, names: Names) -> None:
        """`clock` is what the events are compared with, None: they may be of any time."""
        self._paths = dict(avro_fast_paths())
        self._names = names
        self._clock = clock
        self._latest = LATEST if clock is None else Instant(clock + FUTURE_TOLERANCE)
        self._counts: dict[bytes, int] = {}
        self._first_at: Instant | None = None
        self._last_at: Instant | None = None
        readers = tuple([path.native for path in self._paths.values()])
        self.native: Any = holder(
            LIBRARY, Undecoded, Fact, FactSource, readers, clock, self._latest
        )
        """The same in C, where there is one."""

    def facts(self, held: Waiting, first: int, many: int, found: list[Fact]) -> list[Known]:
        """Add the facts of `many` records from `first` on; they are hashed when their id comes again.

        Those before must have been read before. Returns what is left: records for the long way,
        and what was read before.
        """
        before = len(found)
        left: list[Known]
        if self.native is None:
            left = self.plain_facts(_some(held, first, many), found)
        elif isinstance(held, list):
            left = self.native.facts(held[first : first + many], found)
        else:
            left = self.native.pile_facts(held, many, found)
        names = self._names
        for place in range(before, len(found)):
            names.note(found[place].event)
        return left

    def plain_facts(self, held: list[Known], found: list[Fact]) -> list[Known]:
        """As `facts`, in Python, without noting the names."""
        left: list[Known] = []
        for one in held:
            fact = self._fact(one) if isinstance(one, Undecoded) else None
            if fact is None:
                left.append(one)
            else:
                found.append(fact)
        return left

    def _fact(self, one: Undecoded) -> Fact | None:
        value = one.value
        header = value[:AVRO_HEADER]
        event: Event | None = self._paths[header].event(value)
        if event is None:
            return None
        at = event.occurred_at
        if at > self._latest:
            return None
        self._counts[header] = self._counts.get(header, 0) + 1
        if self._first_at is None or at < self._first_at:
            self._first_at = at
        if self._last_at is None or at > self._last_at:
            self._last_at = at
        return Fact(
            event=event,
            # Offline nothing is ingested: the clock stands for it, or when it was recorded.
            ingested_at=event.recorded_at if self._clock is None else self._clock,
            source=FactSource(one.file, NO_PARTITION, one.number),
        )

    def seen(self) -> tuple[dict[EventType, int], Instant | None, Instant | None]:
        """How many events of each type were read, and when the first and the last occurred."""
        if self.native is None:
            return self._by_type(self._counts), self._first_at, self._last_at
        counts, first_at, last_at = self.native.seen()
        by_header = {
            header: count for header, count in zip(self._paths, counts, strict=True) if count
        }
        if not by_header:
            return {}, None, None
        return self._by_type(by_header), first_at, last_at

    def _by_type(self, by_header: dict[bytes, int]) -> dict[EventType, int]:
        found: dict[EventType, int] = {}
        for header, count in by_header.items():
            kind = self._paths[header].kind
            found[kind] = found.get(kind, 0) + count
        return found


def _some(waiting: Waiting, first: int, many: int) -> list[Known]:
    if isinstance(waiting, list):
        return waiting[first : first + many]
    some: list[Known] = _native.records(waiting, many)
    return some


_native: Final[Any] = holder(LIBRARY, Undecoded, Fact, FactSource, (), None, 0)
"""What holds records, in C; None where there is none."""
