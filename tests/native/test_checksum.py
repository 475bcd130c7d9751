"""CRC-32C is that of its RFC, by the instruction and by the table."""

from __future__ import annotations

import pytest
from aiokafka.record.util import calc_crc32c
from hypothesis import given
from hypothesis import strategies as st

from streams.native.checksum import crc32c_of
from tests.native.compiled_here import is_built, native

VECTORS = {
    b"": 0,
    b"123456789": 0xE3069283,
    bytes(32): 0x8A9136AA,
    b"\xff" * 32: 0x62A8AB43,
    bytes(range(32)): 0x46DD794E,
}
"""RFC 3720, B.4, and the usual check value."""

BY_TABLE = False
"""In the place of whether the processor's instruction may be used."""


@pytest.mark.parametrize("data", VECTORS)
def test_aiokafkas_is_that_of_the_rfc(data: bytes) -> None:
    assert crc32c_of(None)(b"xy" + data, 2) == VECTORS[data]


@is_built
@pytest.mark.parametrize("data", VECTORS)
def test_ours_is_that_of_the_rfc(data: bytes) -> None:
    assert crc32c_of(native())(b"x" + data, 1) == VECTORS[data]
    assert native().crc32c(data, 0, BY_TABLE) == VECTORS[data]


@is_built
@given(st.binary(max_size=200), st.integers(0, 200))
def test_both_ways_give_the_same(data: bytes, at: int) -> None:
    if at > len(data):
        with pytest.raises(ValueError, match="outside"):
            native().crc32c(data, at)
        return
    expected = calc_crc32c(data[at:])
    assert native().crc32c(data, at) == native().crc32c(data, at, BY_TABLE) == expected
