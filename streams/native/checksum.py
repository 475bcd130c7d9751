"""CRC-32C, the checksum of a record batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from aiokafka.record.util import calc_crc32c

from streams.native.library import LIBRARY


def _stock(data: bytes, at: int = 0) -> int:
    found: int = calc_crc32c(data[at:] if at else data)
    return found


def crc32c_of(library: Any) -> Callable[[bytes, int], int]:
    """The function of a library, or aiokafka's."""
    found: Callable[[bytes, int], int] = _stock if library is None else library.crc32c
    return found


crc32c: Final = crc32c_of(LIBRARY)
"""The checksum of bytes from a place on."""
