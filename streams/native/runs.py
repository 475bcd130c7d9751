"""Records of a batch in C, many at a time."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Final, NamedTuple

RUN_BYTES: Final = 1 << 20
"""About how much memory the records of a run take, so that nothing has to wait for many."""

_RECORD: Final = ("topic", "partition", "offset", "timestamp", "key", "value", "headers")


class Run(list[Any]):
    """Records that are handed on as if they were one: the last, at `offset`.

    `bytes` is about how much memory they take.
    """

    offset: int
    bytes: int


class Times(NamedTuple):
    """Where the records of a batch count from, and whether its time is that of all of them."""

    base_offset: int
    time: int
    append_time: bool


class RunMaker:
    """Makes the records of one topic and partition."""

    def __init__(
        self, unpacker: Any, topic: str, partition: int, next_offset: int, headers_at_most: int
    ) -> None:
        """Records before `next_offset` were handed on. `unpacker` is that of `unpacker_of`."""
        self._unpacker = unpacker
        self._topic = topic
        self._partition = partition
        self._next_offset = next_offset
        self._headers_at_most = headers_at_most

    def runs(self, body: bytes, at: int, count: int, times: Times) -> Generator[Run, None, bool]:
        """So many records that stand in `body`. Returns False where aiokafka must read them.

        Those that were given before that are passed over by their offsets.
        """
        records = self._unpacker.records
        while count > 0:
            found = records(
                body, at, count, self._topic, self._partition, *times,
                self._next_offset, self._headers_at_most, RUN_BYTES,
            )  # fmt: skip
            if found is None:
                return False
            made, at, size, self._next_offset = found
            count -= len(made)
            run = Run(made)
            run.offset, run.bytes = self._next_offset - 1, size
            yield run
        return at == len(body)


def unpacker_of(library: Any, record: type[Any]) -> Any:
    """An `Unpacker` of the library for records of a class; None where there can be none."""
    if library is None:
        return None
    try:
        return library.Unpacker(record, _RECORD)
    except TypeError:
        return None
