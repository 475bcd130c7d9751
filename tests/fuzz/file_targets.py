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
from streams.native.files import holder
from streams.wire.avro_fast_path import avro_fast_paths
from streams.wire.framing import AVRO_HEADER
from tests.fuzz.difference import same


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
        held: dict[bytes, list[Known]] = {}
        theirs: dict[bytes, list[Known]] = {}
        found = native.hold(
            held, lines.file, lines.first, lines.header, lines.block, lines.start, lines.ends, 0, of
        )
        same(found, plain_hold(lines, theirs, 0, of))
        same(list(held.items()), list(theirs.items()))
        for known in held.values():
            facts: list[Fact] = []
            plainly: list[Fact] = []
            same(ordinary.facts(known, facts), plain.facts(known, plainly))
            same(facts, plainly)
        same(ordinary.seen(), plain.seen())
