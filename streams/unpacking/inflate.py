"""Compressed bytes to plain ones, a piece at a time, in every codec of Kafka."""

from __future__ import annotations

import importlib
import struct
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

PIECE: Final = 1 << 20
"""Bytes that are unpacked in one go."""

SNAPPY_BLOCK: Final = 1 << 26
"""A block of snappy can only be unpacked whole; a larger one is not."""

GZIP, SNAPPY, LZ4, ZSTD = 1, 2, 3, 4

LIBRARIES: Final[Mapping[int, str]] = MappingProxyType(
    {
        GZIP: "zlib",
        SNAPPY: "cramjam",
        LZ4: "lz4.frame",
        ZSTD: "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd",
    }
)
"""The module that unpacks each codec."""

_XERIAL: Final = b"\x82SNAPPY\x00"
_XERIAL_HEADER: Final = 16
_GZIP_WINDOW: Final = 31


class NotUnpacked(Exception):
    """Compressed bytes that are damaged, or that cannot be unpacked within bounds."""


class Unavailable(Exception):
    """A codec that this release does not know, or whose library is missing."""


def inflated(codec: int, data: bytes) -> Iterator[bytes]:
    """Plain bytes in pieces of at most `PIECE`, but for snappy.

    Raises NotUnpacked and Unavailable, the second before anything is unpacked.
    """
    pieces = _PIECES.get(codec)
    if pieces is None:
        raise Unavailable
    try:
        yield from pieces(data)
    except (NotUnpacked, Unavailable):
        raise
    except Exception as error:
        raise NotUnpacked("the compressed bytes are damaged") from error


def _library(codec: int) -> Any:
    try:
        return importlib.import_module(LIBRARIES[codec])
    except ImportError:
        raise Unavailable from None


def _gzip(data: bytes) -> Iterator[bytes]:
    while data:
        one = zlib.decompressobj(_GZIP_WINDOW)
        while not one.eof:
            piece = one.decompress(data, PIECE)
            data = one.unconsumed_tail
            if piece:
                yield piece
            elif not data:
                break
        if not one.eof:
            raise NotUnpacked("the compressed bytes are cut short")
        data = one.unused_data


def _framed(codec: int, name: str) -> Callable[[bytes], Iterator[bytes]]:
    def pieces(data: bytes) -> Iterator[bytes]:
        new = getattr(_library(codec), name)
        while data:
            one = new()
            piece = one.decompress(data, PIECE)
            while not one.eof:
                if piece:
                    yield piece
                elif one.needs_input:
                    raise NotUnpacked("the compressed bytes are cut short")
                piece = one.decompress(b"", PIECE)
            if piece:
                yield piece
            data = one.unused_data or b""

    return pieces


def _snappy(data: bytes) -> Iterator[bytes]:
    """Blocks with their lengths before them, as Java writes; or one block, as librdkafka does."""
    snappy = _library(SNAPPY).snappy
    if not data.startswith(_XERIAL):
        yield _block(snappy, data)
        return
    at = _XERIAL_HEADER
    while at < len(data):
        (length,) = struct.unpack_from(">i", data, at)
        at += 4
        if not 0 < length <= len(data) - at:
            raise NotUnpacked("the compressed bytes are cut short")
        yield _block(snappy, data[at : at + length])
        at += length


def _block(snappy: Any, data: bytes) -> bytes:
    if snappy.decompress_raw_len(data) > SNAPPY_BLOCK:
        raise NotUnpacked("a block of snappy is too large")
    return bytes(snappy.decompress_raw(data))


_PIECES: Final[dict[int, Callable[[bytes], Iterator[bytes]]]] = {
    GZIP: _gzip,
    SNAPPY: _snappy,
    LZ4: _framed(LZ4, "LZ4FrameDecompressor"),
    ZSTD: _framed(ZSTD, "ZstdDecompressor"),
}
