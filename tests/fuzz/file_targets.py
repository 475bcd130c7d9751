"""The records of a container file: where they end, whose they are, and their facts."""

from __future__ import annotations

from typing import Any

from streams.check.held import Known, Undecoded
from streams.check.names import Names
from streams.check.undecoded import OrdinaryFacts, plain_hold
from streams.core.instants import Instant
from streams.core.state import Fact, FactSource
from streams.files.avro_blocks import Block
from streams.files.containers import plain_ends
from streams.files.records import Lines
from streams.native.checksum import crc32c_of
from streams.native.files import holder
from streams.wire.avro_fast_path import avro_fast_paths
from streams.wire.framing import AVRO_HEADER
from tests.fuzz.difference import same

AT_ONCE = 3
"""Records of a subject that are read together."""


def _checksum(key: bytes) -> int:
    """That of C, from a library: the Python that the C is compared with may have none."""
    return crc32c_of(None)(key, 0)


def _occurred_at(fact: Fact) -> Instant:
    return fact.event.occurred_at


class Blocks:
    """A block of what an input says, once or several times."""

    def __init__(self, library: Any, readers: dict[bytes, Any]) -> None:
        self._library = library
        self._readers = readers

    def run(self, data: bytes) -> bool:
        """Raises Difference where C and Python do."""
        header, body = data[:AVRO_HEADER], data[AVRO_HEADER:]
        if header not in self._readers:
            header = list(self._readers)[len(data) % len(self._readers)]
        again = 1 + sum(data) % 3
        block = body * again
        ends = self._readers[header].ends(block, again)
        same(ends, plain_ends(avro_fast_paths()[header], Block(again, block)))
        # Records that end where they need not: who holds them looks at their ids only.
        some = ends or [len(body) * (place + 1) for place in range(again)]
        if not block:
            return False
        self._hold(Lines("f", 1 + sum(data) % 700, header, block, 0, some), len(data))
        return ends is not None

    def _hold(self, lines: Lines, number: int) -> None:
        clock = None if number % 2 else Instant(number * 10_000_000_000)
        ordinary, plain = OrdinaryFacts(clock, Names()), OrdinaryFacts(clock, Names())
        plain.native = None
        native = holder(
            self._library, Undecoded, Fact, FactSource, tuple(self._readers.values()), clock,
            ordinary._latest,
        )  # fmt: skip
        assert native is not None
        ordinary.native = native
        of = 1 + number % 3
        held, again = self._library.Piles(), self._library.Piles()
        theirs: dict[bytes, list[Known]] = {}
        lists: dict[bytes, list[Known]] = {}
        block = (
            lines.file, lines.first, lines.header, lines.block, lines.start, lines.ends, 0, of
        )  # fmt: skip
        native.hold(again, {}, *block)
        found = native.hold(held, {}, *block)
        same(found, plain_hold(lines, theirs, 0, of, _checksum))
        same(len(held), len(theirs))
        # One of them has a list: what comes of it goes there, and not to a pile.
        listed = next(iter(theirs), None)
        if listed is not None:
            lists[listed] = native.records(again.pop(listed), len(theirs[listed]))
            same(again.pop(listed), None)
            same(lists[listed], theirs[listed])
            native.hold(again, lists, *block)
            same(lists[listed], theirs[listed] * 2)
            same(again.pop(listed), None)
        for (key, known), (name, records) in zip(held, theirs.items(), strict=True):
            same(key, name)
            if key != listed:
                same(native.records(again.pop(key), 2 * len(known)), records * 2)
            facts: list[Fact] = []
            plainly: list[Fact] = []
            for first in range(0, len(known), AT_ONCE):
                some: list[Fact] = []
                same(
                    ordinary.facts(known, first, AT_ONCE, facts),
                    plain.facts(records, first, AT_ONCE, some),
                )
                # Those of a pile come in the order of time.
                plainly += sorted(some, key=_occurred_at)
            same(facts, plainly)
            same(native.records(known, 1), [])
        same(len(held), 0)
        same(ordinary.seen(), plain.seen())
