"""What is kept of a record that is too large to be kept whole.

Of a field the head stays, with the length and the SHA-256 of the whole. Readers of topics
cut while they unpack, so that memory stays bounded whatever a producer sends; writers of
dead letters cut what would not fit on their topic. Both use the same bounds, so it makes
no difference who was first.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final, NamedTuple, Self

Headers = Sequence[tuple[str, bytes | None]]

HEADERS_AT_MOST: Final = 10_000
"""More headers are never kept of a record, however short they are."""

LEFT_OUT: Final = "consentry-headers-left-out"
"""Name of the last header of a record that lost some; its value is a `LeftOut`."""

_KEY_BYTES: Final = 16_384
_HEADER_BYTES: Final = 40_960
_HEAD_BYTES: Final = 65_536
_AROUND_BYTES: Final = 4_096
"""Room for coordinates, reason, the cuts themselves, and what Kafka puts around a record."""

_HEADER_OVERHEAD: Final = 12
"""Bytes around a header, on the wire and in a dead letter, rounded up."""


class CutBytes(bytes):
    """The head of a field that was cut.

    `length` counts the bytes of the whole field and `sha256` is their hash; None where the
    field was not read to its end.
    """

    length: int | None
    sha256: str | None

    def __new__(cls, head: bytes, length: int | None, digest: str | None) -> Self:
        """Keep a head."""
        self = super().__new__(cls, head)
        self.length = length
        self.sha256 = digest
        return self


class LeftOut(CutBytes):
    """Headers that were left out: empty.

    `headers` is how many the record had, `length` the bytes of all their names and
    values, `sha256` that of all headers one after another (`Digest`).
    """

    headers: int


def left_out(count: int, length: int | None, digest: str | None) -> LeftOut:
    """What stands for headers that were not kept."""
    one = LeftOut(b"", length, digest)
    one.headers = count
    return one


class Keep(NamedTuple):
    """How many bytes of each part are kept of a record that does not fit whole.

    A value up to `value` bytes stays whole; of a longer one the first `head` bytes stay.
    """

    whole: int
    key: int
    value: int
    head: int
    headers: int


def keeping(max_bytes: int) -> Keep:
    """What is kept where a record on the topic may have `max_bytes`, 66,560 at least."""
    whole = max_bytes - _AROUND_BYTES
    value = whole - _KEY_BYTES - _HEADER_BYTES
    return Keep(whole, _KEY_BYTES, value, min(_HEAD_BYTES, value), _HEADER_BYTES)


def cut(field: bytes, head: int) -> CutBytes:
    """The head of a field; what was cut already only gets shorter."""
    if isinstance(field, CutBytes):
        return CutBytes(field[:head], field.length, field.sha256)
    return CutBytes(field[:head], len(field), sha256(field).hexdigest())


class Digest:
    """Takes in headers: how many, how long, and their hash.

    The hash is over each name and value, each behind its length as four bytes, big-endian;
    a null value is FF FF FF FF.
    """

    def __init__(self) -> None:
        self.count = 0
        self.length = 0
        self._hash = sha256()

    def add(self, name: bytes, value: bytes | None) -> None:
        """One more header."""
        self.count += 1
        for part in (name, value):
            self.begin(None if part is None else len(part))
            self.update(part or b"")

    def begin(self, length: int | None) -> None:
        """A name or a value of this length comes; None is a null value."""
        self.length += length or 0
        self._hash.update(b"\xff\xff\xff\xff" if length is None else length.to_bytes(4, "big"))

    def update(self, part: bytes) -> None:
        """Some of its bytes."""
        self._hash.update(part)

    def left_out(self) -> LeftOut:
        """What stands for all of them."""
        return left_out(self.count, self.length, self._hash.hexdigest())


class Fitted(NamedTuple):
    """A record that fits."""

    key: bytes | None
    value: bytes | None
    headers: Headers


def fit(key: bytes | None, value: bytes | None, headers: Headers, max_bytes: int) -> Fitted:
    """A record as it can be kept where `max_bytes` is the limit: headers are cut first.

    What fits stays whole.
    """
    keep = keeping(max_bytes)
    if len(headers) <= HEADERS_AT_MOST and size_of(key, value, headers) <= keep.whole:
        return Fitted(key, value, headers)
    headers = first_headers(headers, keep.headers)
    if size_of(key, value, headers) > keep.whole:
        if key is not None and len(key) > keep.key:
            key = cut(key, keep.key)
        if value is not None and len(value) > keep.value:
            value = cut(value, keep.head)
    return Fitted(key, value, headers)


def room_for_headers(key: bytes, value: bytes | None, max_bytes: int) -> int:
    """How many bytes of headers fit with a key and a value that stay whole."""
    return max(0, keeping(max_bytes).whole - len(key) - len(value or b""))


def readable_bytes(max_bytes: int) -> int:
    """How long a value may be so that all that is written about it fits its topic."""
    return keeping(max_bytes).value


def size_of(key: bytes | None, value: bytes | None, headers: Headers) -> int:
    """About how many bytes a record takes, rounded up."""
    return len(key or b"") + len(value or b"") + sum(map(_size_of_header, headers))


def _size_of_header(header: tuple[str, bytes | None]) -> int:
    # A name in a dead letter can stand there twice, as text and as bytes, and a byte that
    # is no UTF-8 takes three as text (`wire.dead_letters`).
    name, value = header
    return 4 * len(name) + len(value or b"") + _HEADER_OVERHEAD


def first_headers(headers: Headers, max_bytes: int, at_most: int = HEADERS_AT_MOST) -> Headers:
    """The first headers that take so many bytes at most, then what stands for all of them."""
    before = None
    if headers and isinstance(headers[-1][1], LeftOut):
        *headers, (_, before) = headers
    kept: list[tuple[str, bytes | None]] = []
    room = max_bytes
    for header in headers[:at_most]:
        room -= _size_of_header(header)
        if room < 0:
            break
        kept.append(header)
    if before is None and len(kept) < len(headers):
        digest = Digest()
        for name, value in headers:
            digest.add(name_bytes(name), value)
        before = digest.left_out()
    return kept if before is None else (*kept, (LEFT_OUT, before))


def name_bytes(name: str) -> bytes:
    """The bytes of a header's name. Those that are no UTF-8 are surrogates in the text."""
    return name.encode("utf-8", "surrogateescape")


def name_text(name: bytes) -> str:
    """A header's name as text from which `name_bytes` makes the same bytes again."""
    return name.decode("utf-8", "surrogateescape")
