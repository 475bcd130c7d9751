"""The canonical JSON form of an event and its hash (legal model 4.5).

Keys sorted by code point, no blanks, UTF-8, nulls and empty arrays left out, instants
as `YYYY-MM-DDTHH:MM:SS.mmmZ`. The hash leaves out `trace_id` and `schema_version` too,
so that the same event has the same hash in JSON and in Avro, from whatever release of
a producer it comes.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any, Final

import msgspec

from streams.core.event_hash import NOT_HASHED, without_blanks
from streams.core.identifiers import PayloadHash
from streams.core.instants import Instant, format_instant

_encode = msgspec.json.Encoder(order="sorted").encode


def deeply_without_blanks(record: dict[str, Any]) -> dict[str, Any]:
    """The same at any depth; only unknown fields nest.

    Elements of arrays stay: leaving one out would change what the others mean.
    """
    return {key: _cleaned(one) for key, one in without_blanks(record).items()}


def _cleaned(member: Any) -> Any:
    if isinstance(member, dict):
        return deeply_without_blanks(member)
    if isinstance(member, list):
        return [_cleaned(element) for element in member]
    return member


def canonical_bytes(record: dict[str, Any], *, plain: bool) -> bytes:
    """The canonical form of a record without blanks, whose instants are canonical texts.

    `plain` says that it holds strings, booleans and arrays of strings only. Then msgspec
    writes the same bytes as the json module in a fifth of the time; for numbers, which
    only unknown fields hold, the two differ, and the json module's form is the norm.
    """
    if plain:
        return _encode(record)
    record = deeply_without_blanks(record)
    text = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def instant_text(instant: Instant) -> str:
    """As `format_instant`, for many instants of few days."""
    rest = instant % 86_400_000
    minute = rest // 60_000
    rest -= minute * 60_000
    day = _day_text(instant // 86_400_000)
    return day + _MINUTES[minute] + _SECONDS[rest // 1000] + _MILLIS[rest % 1000]


_MINUTES: Final = [f"T{number // 60:02d}:{number % 60:02d}:" for number in range(1440)]
_SECONDS: Final = [f"{number:02d}." for number in range(60)]
_MILLIS: Final = [f"{number:03d}Z" for number in range(1000)]


# A history of ten years has fewer days.
@lru_cache(maxsize=4096)
def _day_text(day: int) -> str:
    """`2026-09-01` for days since the epoch."""
    return format_instant(Instant(day * 86_400_000))[:10]


def payload_hash(record: dict[str, Any], *, plain: bool) -> PayloadHash:
    """SHA-256 of the canonical form without the fields that name no fact."""
    if "trace_id" in record or "schema_version" in record:
        record = {key: member for key, member in record.items() if key not in NOT_HASHED}
    return PayloadHash(hashlib.sha256(canonical_bytes(record, plain=plain)).hexdigest())
