"""The keys of rows in the changelog: a stored format (architecture 4).

A key is `controller 0x1F subject 0x00 E event-id hash`, the hash 32 bytes, so that the
rows of a subject stand together. Of what a producer sent in Avro, unless another payload came
first, it is `controller 0x1F subject 0x00 F event-key`. Of records that were refused under an
event's type and id (Q01) it is `controller 0x1F subject 0x00 R event-key`, the key of
`streams.core.events.key_of`. No controller or subject id holds a control character, hence the
first 0x00 ends the subject.
"""

from __future__ import annotations

import hashlib
from typing import Final

from streams.core.event_kinds import event_key
from streams.core.identifiers import EventId, EventKey, PayloadHash, SubjectKey
from streams.core.state import Fact

_END: Final = b"\x00"
_EVENT: Final = b"E"
_REFUSAL: Final = b"R"
_FIRST: Final = b"F"
_KINDS: Final = (_EVENT, _REFUSAL, _FIRST)
_REFUSED: Final = _END + _REFUSAL
_HASH_BYTES: Final = 32


class CorruptRow(Exception):
    """A stored row that cannot be read: the worker must stop, never judge on less.

    `key_hash` names the row without its subject: SHA-256 of its key, 16 hexadecimal
    digits, or None where the key was not given.
    """

    def __init__(self, problem: str, key: bytes | None = None) -> None:
        self.problem = problem
        self.key_hash = None if key is None else hashlib.sha256(key).hexdigest()[:16]
        named = "" if self.key_hash is None else f" (key hash {self.key_hash})"
        super().__init__(f"a stored row {problem}{named}")


def row_key(subject_key: SubjectKey, event_id: EventId, payload_hash: PayloadHash) -> bytes:
    """The key of the row of one payload of one event."""
    return b"".join((subject_key, _END, _EVENT, event_id.encode(), bytes.fromhex(payload_hash)))


def first_key(subject_key: SubjectKey, key: EventKey) -> bytes:
    """The key of the row of the first payload of an event, as its producer sent it."""
    return b"".join((subject_key, _END, _FIRST, key.encode()))


def fact_key(subject_key: SubjectKey, fact: Fact) -> bytes:
    """The key of the row of a fact.

    The first payload of an event stands under its type and id, without being hashed; what came
    in another way or beside it, under id and hash.
    """
    if fact.payload_hash is None:
        return first_key(subject_key, event_key(fact.event))
    return row_key(subject_key, fact.event.event_id, fact.payload_hash)


def hashed_key(subject_key: SubjectKey, fact: Fact) -> bytes:
    """The key under which every fact can be compared, wherever its row stands."""
    return row_key(subject_key, fact.event.event_id, fact.hash)


def refusal_key(subject_key: SubjectKey, event_key: EventKey) -> bytes:
    """The key of the row of the records that were refused under an event's type and id."""
    return b"".join((subject_key, _REFUSED, event_key.encode()))


def is_refusal(key: bytes) -> bool:
    """Whether a row's key is that of refused records."""
    return key.startswith(_REFUSED, key.find(_END))


def subject_of(key: bytes) -> SubjectKey:
    """The subject that a row belongs to. Raises CorruptRow for a key that is no row's."""
    subject, end, rest = key.partition(_END)
    if not subject or not end or not rest.startswith(_KINDS):
        raise CorruptRow("has a key of an unknown kind", key)
    return SubjectKey(subject)


def event_of(key: bytes) -> EventId:
    """The event id that a row's key names. Raises CorruptRow for a key that is no row's."""
    subject = subject_of(key)
    rest = key[len(subject) + len(_REFUSED) :]
    try:
        # A refused id, and a first payload's, stand behind the letter of the type; others
        # before the hash.
        by_type = not key.startswith(_EVENT, len(subject) + 1)
        return EventId(rest.decode()[1:] if by_type else rest[:-_HASH_BYTES].decode())
    except UnicodeDecodeError:
        raise CorruptRow("has a key that cannot be read", key) from None


def subject_prefix(subject_key: SubjectKey) -> bytes:
    """What the keys of all rows of a subject begin with, and no others."""
    return subject_key + _END
