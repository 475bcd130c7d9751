"""The hash that Kafka's own producers choose a partition by: murmur2, 32 bits."""

from __future__ import annotations

from typing import Final

from mypy_extensions import i64

_SEED: Final = 0x9747B28C
_FACTOR: Final[i64] = 0x5BD1E995
_MASK: Final[i64] = 0xFFFFFFFF


def murmur2(key: bytes) -> int:
    """The hash, not negative. `aiokafka.partitioner` has the same, many times as slow."""
    length = len(key)
    hashed: i64 = _SEED ^ length
    word: i64
    whole = length & ~3
    for at in range(0, whole, 4):
        word = key[at] | key[at + 1] << 8 | key[at + 2] << 16 | key[at + 3] << 24
        # What overflows lies above the 32 bits that are kept.
        word = word * _FACTOR & _MASK
        word = (word ^ (word >> 24)) * _FACTOR & _MASK
        hashed = (hashed * _FACTOR & _MASK) ^ word
    if whole < length:
        word = 0
        for at in range(length - 1, whole - 1, -1):
            word = word << 8 | key[at]
        hashed = (hashed ^ word) * _FACTOR & _MASK
    hashed ^= hashed >> 13
    hashed = hashed * _FACTOR & _MASK
    return hashed ^ (hashed >> 15)
