"""Packed files as plain streams, distinguished by their first bytes: gzip, zstd, xz, bzip2.

Unpacked piece by piece: however much a file unpacks to, a buffer of it is held at a time.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import zlib
from importlib import import_module
from typing import IO, TYPE_CHECKING, Any, Final, Protocol, cast

_ZSTD_ERRORS: tuple[type[Exception], ...] = ()
if TYPE_CHECKING:
    from backports import zstd
else:
    try:
        # Newer Pythons have it in their library.
        zstd = import_module("backports.zstd" if sys.version_info < (3, 14) else "compression.zstd")
        _ZSTD_ERRORS = (zstd.ZstdError,)
    except ImportError:
        pass  # said where such a file is read

LOOK_AT: Final = 512
"""Bytes at the beginning that say what a file is."""

BUFFER: Final = 131_072
"""Bytes that are read at a time."""

AT_MOST_WITHIN: Final = 2
"""Packed within packed; nobody packs more often by mistake."""

ZSTD_WINDOW_LOG: Final = 27
"""128 MiB, the widest window that the program zstd unpacks without being asked to."""

XZ_MEMORY: Final = 134_217_728
"""Bytes that unpacking may take; `xz -9` needs half of it."""

GZIP_MAGIC: Final = b"\x1f\x8b"
_MAGICS: Final = {
    GZIP_MAGIC: "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\xfd7zXZ\x00": "xz",
    b"BZh": "bzip2",
}


class DamagedError(Exception):
    """Nothing of the data can be unpacked."""


class NotInstalledError(Exception):
    """The data may be sound, and this installation cannot unpack them."""


UNPACKING_ERRORS: Final[tuple[type[Exception], ...]] = (
    EOFError,
    gzip.BadGzipFile,
    zlib.error,
    lzma.LZMAError,
    *_ZSTD_ERRORS,
)
"""What damaged packed data raise; bzip2 raises a plain OSError without a number."""

_DAMAGE: Final[tuple[type[Exception], ...]] = (*UNPACKING_ERRORS, OSError)


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    @property
    def needs_input(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Unpacked(io.RawIOBase):
    """The bytes of a packed stream of one or more members, as they are asked for."""

    def __init__(self, raw: IO[bytes], packing: str) -> None:
        super().__init__()
        self._raw = raw
        self._packing = packing
        self._member: _Decompressor | None = decompressor(packing)

    def readable(self) -> bool:
        """It is for reading only."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Unpack into a buffer; 0 at the end. Raises EOFError where a member breaks off."""
        size = len(buffer)
        while True:
            member = self._member
            if member is None:
                return 0
            if member.eof:
                self._next(member.unused_data)
                continue
            data = self._raw.read(BUFFER) if member.needs_input else b""
            if not data and member.needs_input:
                raise EOFError("the packed data end within a member")
            found = member.decompress(data, size)
            if found:
                buffer[: len(found)] = found
                return len(found)

    def _next(self, rest: bytes) -> None:
        """Go on with the member that follows; zeros between are padding."""
        while not rest.strip(b"\0"):
            rest = self._raw.read(BUFFER)
            if not rest:
                self._member = None
                return
        self._member = decompressor(self._packing)
        # One that has nothing ahead any more is left out: members may be many.
        stream = self._raw.stream if isinstance(self._raw, _Ahead) else self._raw
        self._raw = cast("IO[bytes]", _Ahead(rest.lstrip(b"\0"), stream))


class _Gunzipped(io.RawIOBase):
    """The library's own reader, which would fill a buffer before it says what it has."""

    def __init__(self, raw: IO[bytes]) -> None:
        super().__init__()
        self._file = gzip.GzipFile(fileobj=raw)

    def readable(self) -> bool:
        """It is for reading only."""
        return True

    def readinto(self, buffer: Any) -> int:
        """What comes next, so that what stands before damage is not lost."""
        found = self._file.read1(len(buffer))
        buffer[: len(found)] = found
        return len(found)


class _Ahead(io.RawIOBase):
    """A stream with bytes before it that were read too early. It closes nothing."""

    def __init__(self, ahead: bytes, stream: IO[bytes]) -> None:
        super().__init__()
        self._ahead = ahead
        self.stream = stream

    def readable(self) -> bool:
        """It is for reading only."""
        return True

    def readinto(self, buffer: Any) -> int:
        """What was ahead, then what the stream has."""
        size = len(buffer)
        ahead, self._ahead = self._ahead[:size], self._ahead[size:]
        found = ahead or self.stream.read(size)
        buffer[: len(found)] = found
        return len(found)


def decompressor(packing: str) -> _Decompressor:
    """One that unpacks a single member of such data, in pieces that its caller bounds.

    Raises NotInstalledError.
    """
    if packing == "zstd":
        if not _ZSTD_ERRORS:
            raise NotInstalledError(
                "it is packed with zstd, which this installation cannot unpack: install the "
                "package backports-zstd"
            )
        options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG}
        return cast("_Decompressor", zstd.ZstdDecompressor(options=options))
    if packing == "xz":
        return lzma.LZMADecompressor(memlimit=XZ_MEMORY)
    return bz2.BZ2Decompressor()


def packing_of(first: bytes) -> str | None:
    """How data that begin so are packed; None: not at all."""
    for magic, packing in _MAGICS.items():
        if first.startswith(magic):
            return packing
    return None


def unpacked(raw: IO[bytes]) -> tuple[io.BufferedReader, bytes, str | None]:
    """The plain bytes of a stream, how they begin, and how it was packed, if it was.

    Raises DamagedError where not one byte can be unpacked, and NotInstalledError.
    """
    first = raw.read(LOOK_AT)
    stream = io.BufferedReader(cast("Any", _Ahead(first, raw)), BUFFER)
    outermost = None
    for within in range(AT_MOST_WITHIN + 1):
        packing = packing_of(first)
        if packing is None or within == AT_MOST_WITHIN:
            break
        outermost = outermost or packing
        inner: Any = _Gunzipped(stream) if packing == "gzip" else _Unpacked(stream, packing)
        stream = io.BufferedReader(inner, BUFFER)
        try:
            first = stream.peek(LOOK_AT)[:LOOK_AT]
        except _DAMAGE as error:
            raise DamagedError(damaged(outermost, error)) from None
    return stream, first, outermost


def damaged(packing: str | None, error: Exception) -> str:
    """What is said of data that cannot be unpacked, or not to their end."""
    if "memory" in str(error).lower():  # as both libraries say where a limit of ours is in the way
        return f"the {packing or 'packed'} data need more memory to unpack than they may take"
    return f"the {packing or 'packed'} data are cut short or damaged"
