"""The record that a webhook becomes: its bytes, and the headers that were asked for."""

from __future__ import annotations

from typing import Final, NamedTuple

from streams.receive.load import Source
from streams.receive.request import Inbound

SOURCE_HEADER: Final = "consentry-source"
"""Header with the name of the source."""

ID_MAX_CHARS: Final = 256


class RawRecord(NamedTuple):
    """Key, value and headers, as Kafka has them."""

    key: bytes | None
    value: bytes
    headers: list[tuple[str, bytes]]


def raw_record(source: Source, request: Inbound) -> RawRecord:
    """The record of an accepted request.

    The key is the id of the webhook, where its sender gives one: then attempts of the same
    one stand on one partition. Names of headers are in lower case. Raises RequestRefused for a
    header that is there twice, or is too long.
    """
    kept = [(SOURCE_HEADER, source.name.encode())]
    for name in ("content-type", *(header.lower() for header in source.options.headers)):
        value = request.header(name)
        if value:
            kept.append((name, value.encode("utf-8", "replace")))
    return RawRecord(_key(source, request), request.body, kept)


def _key(source: Source, request: Inbound) -> bytes | None:
    name = source.options.id_header
    value = None if name is None else request.header(name)
    return value[:ID_MAX_CHARS].encode("utf-8", "replace") if value else None
