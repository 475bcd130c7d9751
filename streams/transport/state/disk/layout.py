"""Keys and values of a database.

`R`, CRC-32 of the subject, row key: a row. The subjects stand in the order of their hash,
as in `MemoryRows`; five bytes are enough for the filters to know that somebody is new.
`D`, deadline, subject: the subject is to be looked at after it. Entries that no row calls
for any more are left to be found in vain once. `S`: what the database is, and how far it
has come; written with whatever moves it on.
"""

from __future__ import annotations

import hashlib
import time
from typing import Final

import msgspec

from streams.core.identifiers import SubjectKey
from streams.core.instants import Instant

STATE: Final = b"S"
ROWS: Final = b"R"
AFTER_ROWS: Final = b"S"
DEADLINES: Final = b"D"
PREFIX_BYTES: Final = 5

FORMAT: Final = b"\x02"
"""Version of all this: a database of another one is made again. In 1 deadlines could be missing."""

_SIGN: Final = 1 << 63


class StoreState(msgspec.Struct, frozen=True, kw_only=True):
    """What a database was made from, and how far it has come.

    `topic_id` is the changelog's own id (KIP-516), "" where the broker states none.
    `position` is the offset after the last record that was applied, `seal` that record's
    hash. `as_of` is when it last held all of the changelog, or began to load it from its start (ms
    since the epoch, this machine's clock): later deletions may be missing.
    """

    changelog: str
    topic_id: str
    partition: int
    count: int
    position: int
    seal: bytes
    progress: bytes | None
    as_of: int


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(StoreState).decode


def encode_state(state: StoreState) -> bytes:
    """The state as stored."""
    return FORMAT + _encode(state)


def decode_state(value: bytes) -> StoreState | None:
    """The state as read back; None when it has another format."""
    if value[:1] != FORMAT:
        return None
    try:
        return _decode(value[1:])
    except msgspec.MsgspecError:
        return None


def now_ms() -> int:
    """This machine's clock, in ms since the epoch."""
    return int(time.time() * 1000)


def seal_of(key: bytes | None, value: bytes | None) -> bytes:
    """A short hash of a record of the changelog."""
    content = b"%d\0%b%b" % (len(key or b""), key or b"", value or b"")
    return hashlib.blake2b(content, digest_size=16).digest()


def deadline_entry(deadline: Instant, subject: SubjectKey) -> bytes:
    """The key of a deadline; keys sort by instant, then by subject."""
    return b"".join((DEADLINES, (deadline + _SIGN).to_bytes(8), subject))


def read_deadline(entry: bytes) -> tuple[Instant, SubjectKey]:
    """Instant and subject of such a key."""
    return Instant(int.from_bytes(entry[1:9]) - _SIGN), SubjectKey(entry[9:])


def deadlines_before(clock: Instant) -> bytes:
    """The first key that no deadline strictly before an instant has."""
    return DEADLINES + (clock + _SIGN).to_bytes(8)
