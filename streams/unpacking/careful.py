"""Reading one record part by part, keeping of it what can be kept."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from hashlib import sha256
from math import inf
from typing import Any, Final, NamedTuple, TypeVar

from streams.unpacking.cut import (
    HEADERS_AT_MOST,
    LEFT_OUT,
    CutBytes,
    Digest,
    Keep,
    left_out,
    name_text,
)
from streams.unpacking.flow import Flow
from streams.unpacking.inflate import NotUnpacked

PAUSE_BYTES: Final = 1 << 24
"""After so many bytes a `Pause` comes: a tenth of a second, more on a busy machine."""

Place = Callable[[int, int], tuple[int, int, int]]

_T = TypeVar("_T")
Parts = Generator["Pause", None, _T]
"""Reads a part, with pauses."""


class Pause:
    """Comes among the records of a batch that takes long, so that other work gets its turn.

    aiokafka takes it for a record that is not behind the position, and goes on at
    `offset` + 1: who hands it on (`topics.reader`) sets that to where reading is.
    """

    offset: float = inf


class BatchRecord(NamedTuple):
    """A record of a batch, as aiokafka's own."""

    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: Any
    checksum: None = None


class Careful:
    """Reads a record that is long, or that aiokafka does not read."""

    def __init__(self, flow: Flow, place: Place, keep: Keep) -> None:
        """`place` gives offset, timestamp and its type from what a record says itself."""
        self._flow = flow
        self._place = place
        self._keep = keep

    def record(self) -> Parts[BatchRecord]:
        """The next record. Raises NotUnpacked before its offset is known."""
        flow, keep = self._flow, self._keep
        length = flow.varint()
        flow.take(1)
        place = self._place(flow.varint(), flow.varint())
        whole = length <= keep.whole
        key: bytes | None = None
        value: bytes | None = CutBytes(b"", None, None)
        headers: Any = ((LEFT_OUT, left_out(0, None, None)),)
        # The flow gives nothing more once it cannot be read, so what follows is unread too.
        with suppress(NotUnpacked):
            key = yield from self._field(length if whole else keep.key, keep.key)
            value = yield from self._field(length if whole else keep.value, keep.head)
            headers = yield from self._headers(length if whole else keep.headers)
        return BatchRecord(*place, key, value, headers)

    def _field(self, whole: int, head: int) -> Parts[bytes | None]:
        length = self._flow.varint()
        if length < 0:
            return None
        if length <= whole:
            return self._flow.take(length)
        kept, digest = b"", sha256()
        try:
            for part in self._flow.pour(length):
                digest.update(part)
                if len(kept) < head:
                    kept += part[: head - len(kept)]
                yield from self._pause()
        except NotUnpacked:
            self._flow.end()
            return CutBytes(kept, length, None)
        return CutBytes(kept, length, digest.hexdigest())

    def _pause(self) -> Iterator[Pause]:
        if self._flow.unpacked >= PAUSE_BYTES:
            self._flow.unpacked = 0
            yield Pause()

    def _headers(self, room: int) -> Parts[Any]:
        """The first headers, as far as there is room, and what stands for all of them."""
        kept: list[tuple[str, bytes | None]] = []
        digest = Digest()
        count = self._flow.varint()
        for _ in range(count):
            name, room = yield from self._part(digest, room)
            value, room = yield from self._part(digest, room)
            digest.count += 1
            if room >= 0 and len(kept) < HEADERS_AT_MOST:
                kept.append((name_text(name or b""), value))
        if len(kept) < count:
            kept.append((LEFT_OUT, digest.left_out()))
        return kept

    def _part(self, digest: Digest, room: int) -> Parts[tuple[bytes | None, int]]:
        """A name or a value, and the room that is left; below 0 nothing is kept any more."""
        length = self._flow.varint()
        digest.begin(None if length < 0 else length)
        if length < 0:
            return None, room
        room -= length
        if room < 0:
            for part in self._flow.pour(length):
                digest.update(part)
                yield from self._pause()
            return b"", room
        field = self._flow.take(length)
        digest.update(field)
        return field, room


def all_of(parts: Parts[_T]) -> _T:
    """What is read at last, without pauses."""
    while True:
        try:
            next(parts)
        except StopIteration as end:
            found: _T = end.value
            return found
