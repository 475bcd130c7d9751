"""The frame of an Avro object container file: its header, and its blocks unpacked.

The library reads a block whatever it unpacks to, and what is a damaged block, a missing
codec and a bomb all look alike in what it raises. So the frame is read here, by the
specification (https://avro.apache.org/docs/1.12.0/specification/#object-container-files),
and the library reads the records.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import IO, Final, NamedTuple

from streams.files.container_codecs import unreadable
from streams.files.unpack import UNPACKING_ERRORS, decompressor

CONTAINER_MAGIC: Final = b"Obj\x01"

MAX_BLOCK: Final = 67_108_864
"""Bytes of a block, packed or not; writers make them of some ten thousand."""

MAX_HEADER: Final = 4_194_304
"""Bytes of the header; a schema has some ten thousand."""

_SYNC: Final = 16
_DAMAGE: Final[tuple[type[Exception], ...]] = (*UNPACKING_ERRORS, OSError, ValueError)
_CUT_SHORT: Final = "the Avro file is cut short or damaged from here on"


class BrokenContainerError(Exception):
    """The rest of the file cannot be read; the text says why."""


class Block(NamedTuple):
    """Some records, one after the other."""

    records: int
    data: bytes


def read_header(stream: IO[bytes]) -> dict[str, bytes]:
    """The metadata of a file, with its marker of blocks under `sync`.

    Raises BrokenContainerError.
    """
    if _exactly(stream, len(CONTAINER_MAGIC)) != CONTAINER_MAGIC:
        raise BrokenContainerError("it is no Avro container file")
    header: dict[str, bytes] = {}
    left = MAX_HEADER
    while count := _long(stream):
        if count < 0:
            count = -count
            _long(stream)  # the size of what follows
        for _ in range(count):
            name, value = _bytes(stream, left), _bytes(stream, left)
            left -= len(name) + len(value) + 2
            header[name.decode("utf-8", "replace")] = value
    header["sync"] = _exactly(stream, _SYNC)
    return header


def read_blocks(stream: IO[bytes], header: dict[str, bytes]) -> Iterator[Block]:
    """The blocks of a file, unpacked. Raises BrokenContainerError where the rest is lost."""
    codec = header.get("avro.codec", b"null").decode("utf-8", "replace")
    if (why := unreadable(codec)) is not None:
        raise BrokenContainerError(why)
    unpack = _CODECS[codec]
    while first := stream.read(1):
        count = _long(stream, first)
        size = _long(stream)
        if count < 0 or size < 0:
            raise BrokenContainerError(_CUT_SHORT)
        if size > MAX_BLOCK:
            raise BrokenContainerError(f"a block is longer than {MAX_BLOCK} bytes")
        packed = _exactly(stream, size)
        if _exactly(stream, _SYNC) != header["sync"]:
            raise BrokenContainerError(_CUT_SHORT)
        try:
            data = unpack(packed)
        except _DAMAGE:
            raise BrokenContainerError(
                f"a block of the Avro file is damaged: its {codec} data cannot be unpacked"
            ) from None
        if len(data) > MAX_BLOCK:
            raise BrokenContainerError(f"a block unpacks to more than {MAX_BLOCK} bytes")
        yield Block(count, data)


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise BrokenContainerError(_CUT_SHORT)
    return data


def _long(stream: IO[bytes], first: bytes = b"") -> int:
    number = shift = 0
    while shift <= 63:
        byte = (first or _exactly(stream, 1))[0]
        first = b""
        number |= (byte & 0x7F) << shift
        if byte <= 0x7F:
            return (number >> 1) ^ -(number & 1)
        shift += 7
    raise BrokenContainerError(_CUT_SHORT)


def _bytes(stream: IO[bytes], at_most: int) -> bytes:
    size = _long(stream)
    if size < 0:
        raise BrokenContainerError(_CUT_SHORT)
    if size > at_most:
        raise BrokenContainerError(f"its header is longer than {MAX_HEADER} bytes")
    return _exactly(stream, size)


def _deflate(packed: bytes) -> bytes:
    member = zlib.decompressobj(-15)
    data = member.decompress(packed, MAX_BLOCK + 1)
    if not member.eof and len(data) <= MAX_BLOCK:
        raise EOFError
    return data


def _snappy(packed: bytes) -> bytes:
    """Raw snappy with a check sum behind it, of what it unpacks to."""
    from cramjam import snappy

    body, check = packed[:-4], packed[-4:]
    if snappy.decompress_raw_len(body) > MAX_BLOCK:
        raise BrokenContainerError(f"a block unpacks to more than {MAX_BLOCK} bytes")
    data = bytes(snappy.decompress_raw(body))
    if zlib.crc32(data) != int.from_bytes(check, "big"):
        raise ValueError("the check sum is another")
    return data


def _member(packing: str) -> Callable[[bytes], bytes]:
    def unpack(packed: bytes) -> bytes:
        member = decompressor(packing)
        data = member.decompress(packed, MAX_BLOCK + 1)
        if not member.eof and len(data) <= MAX_BLOCK:
            raise EOFError
        return data

    return unpack


_CODECS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "null": bytes,
    "deflate": _deflate,
    "snappy": _snappy,
    "zstandard": _member("zstd"),
    "bzip2": _member("bzip2"),
    "xz": _member("xz"),
}
