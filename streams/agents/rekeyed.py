"""Records that were re-keyed: how, and by whose header, in words for a log line.

A record does not say which client sent it. What producers often put into headers does,
and is shown only where it looks like the name of a program: short, plain, without long
numbers, without personal data, and without the subject of the record.
"""

from __future__ import annotations

import re
from collections import Counter
from enum import StrEnum
from typing import Final, NamedTuple

from streams.core.identifiers import SubjectKey, parse_subject_key
from streams.unpacking.cut import Headers
from streams.wire.looks import EVERYTHING
from streams.wire.pii import raw_kind
from streams.wire.record import Record

PRODUCER_HEADERS: Final = (
    "ce_source",  # CloudEvents, Kafka binding
    "source",
    "producer",
    "producer-id",
    "client-id",
    "client_id",
    "client.id",
    "service.name",  # OpenTelemetry
    "service",
    "application",
    "app",
)
"""Headers that name a producer, the most specific first; case does not matter."""

UNKNOWN: Final = "unknown"

_NAME = re.compile(r"[A-Za-z0-9._:/\-]{1,80}", re.ASCII)
# Of a person or an event more likely than of a program.
_LONG_NUMBER = re.compile(r"[0-9]{6}")


class Cause(StrEnum):
    """Why a record did not stand where its subject belongs."""

    NO_KEY = "no key"
    OTHER_KEY = "another key than the subject's"
    OTHER_PARTITION = "another partition than the key's"


class RekeyedRecord(NamedTuple):
    """One kind of re-keyed record; `producer` is what a header says, or `UNKNOWN`."""

    topic: str
    cause: Cause
    producer: str


RekeyedCounts = Counter[RekeyedRecord]


def rekeyed_record(record: Record, key: SubjectKey) -> RekeyedRecord:
    """What kind a re-keyed record is; `key` is its subject's."""
    return RekeyedRecord(record.topic, _cause(record.key, key), producer_of(record, key))


def _cause(key: bytes | None, subject: SubjectKey) -> Cause:
    if not key:
        return Cause.NO_KEY
    return Cause.OTHER_PARTITION if key == subject else Cause.OTHER_KEY


def producer_of(record: Record, key: SubjectKey) -> str:
    """The producer that the headers name, where the name may be shown."""
    identity = parse_subject_key(key)
    return producer_named(record.headers, None if identity is None else identity[1])


def producer_named(given: Headers, subject: str | None = None) -> str:
    """The same of headers; `subject` is the person whom the record is about, if that is known."""
    headers = {name.lower(): value for name, value in given if value}
    for name in PRODUCER_HEADERS:
        value = headers.get(name)
        if value is None:
            continue
        text = value.decode("ascii", "replace")
        if (
            _NAME.fullmatch(text)
            and not _LONG_NUMBER.search(text)
            and not raw_kind(text, EVERYTHING)
            and not (subject and subject in text)
        ):
            return text
    return UNKNOWN
