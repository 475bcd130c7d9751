"""The records of a container file: where they end, whose they are, and their facts."""

from __future__ import annotations

from typing import Any

from streams.check.held import Undecoded, Waiting
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

AT_ONCE = 2
"""Records of a subject that are read together."""


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
        held: dict[bytes, Waiting] = {}
        again: dict[bytes, Waiting] = {}
        theirs: dict[bytes, Waiting] = {}
        block = (
            lines.file, lines.first, lines.header, lines.block, lines.start, lines.ends, 0, of
        )  # fmt: skip
        native.hold(again, *block)
        found = native.hold(held, *block)
        same(found, plain_hold(lines, theirs, 0, of))
        same(list(held), list(theirs))
        for key, known in held.items():
            same(native.records(again[key], len(known)), theirs[key])
            facts: list[Fact] = []
            plainly: list[Fact] = []
            for first in range(0, len(known), AT_ONCE):
                same(
                    ordinary.facts(known, first, AT_ONCE, facts),
                    plain.facts(theirs[key], first, AT_ONCE, plainly),
                )
            same(facts, plainly)
            same(native.records(known, 1), [])
        same(ordinary.seen(), plain.seen())
