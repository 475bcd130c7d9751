"""Records of any class are read field by field, also where one is read in the midst of another."""

from __future__ import annotations

from typing import Any
from zlib import crc32

from streams.transport.fetch.unpacked_records import Received
from tests.native.compiled_here import is_built, native

pytestmark = is_built

SHIFT = 20
KEY, ROW = b"somebody\x00Fc1", b"row"


def loaded(record: Any) -> dict[bytes, bytes]:
    """The rows that a record brings."""
    buckets: dict[int, dict[bytes, dict[bytes, bytes]]] = {}
    native().load_rows([record], buckets, SHIFT, b"progress", None)
    return buckets.get(crc32(b"somebody") >> SHIFT, {}).get(b"somebody", {})


class Nested:
    """One that has another one read when it is asked for its partition.

    It has a slot wherever that has one, so that a field of it in their place is seen.
    """

    __slots__ = ("s0", "s1", "s2", "s3", "s4", "s5", "s6")

    topic, offset, timestamp, key, value = "t", 0, 0, KEY, ROW

    def __init__(self) -> None:
        for name in self.__slots__:
            setattr(self, name, b"none of its fields")

    @property
    def partition(self) -> int:
        """Where it was read from."""
        assert loaded(Received("t", 0, 0, 0, KEY, b"other", ())) == {KEY: b"other"}
        return 0


def test_a_record_is_read_to_its_end_though_one_of_another_class_is_read_in_between() -> None:
    assert loaded(Nested()) == {KEY: ROW}
