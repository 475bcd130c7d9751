"""The hash is Kafka's own."""

from __future__ import annotations

from aiokafka.partitioner import murmur2 as reference
from hypothesis import given
from hypothesis import strategies as st

from streams.wire.arrival import partition_for
from streams.wire.murmur2 import murmur2


@given(st.binary(max_size=80))
def test_it_is_that_of_the_clients(key: bytes) -> None:
    assert murmur2(key) == reference(key) & 0xFFFFFFFF
    assert partition_for(key, 7) == (reference(key) & 0x7FFFFFFF) % 7


def test_kafkas_own_example() -> None:
    """From Kafka's UtilsTest: hashes as Java has them, signed."""
    assert murmur2(b"21") - (1 << 32) == -973932308
    assert murmur2(b"foobar") - (1 << 32) == -790332482
    assert murmur2(b"a-little-bit-long-string") - (1 << 32) == -985981536
