"""CloudEvents 1.0 around an event: structured (one JSON object), or binary (headers `ce_*`).

The event is the data. The attributes say of it what it may leave out: `id` is its event_id,
`time` its occurred_at, and the last part of `type` its event_type, where that is one. What
the event states itself counts. https://github.com/cloudevents/spec, kafka-protocol-binding.
"""

from __future__ import annotations

import binascii
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from streams.core.vocabulary import EventType
from streams.wire.errors import WireError
from streams.wire.jsonl import read_json

Headers = Sequence[tuple[str, bytes | None]]

_STRUCTURED: Final = "application/cloudevents+json"
_BATCH: Final = "application/cloudevents-batch"
_PREFIX: Final = "ce_"
_VERSION: Final = "1.0"
_TYPES: Final = frozenset(kind.value for kind in EventType)


def opened(value: bytes, headers: Headers) -> tuple[bytes, dict[str, str]] | None:
    """The data, and what the attributes say of the event; None where it is no CloudEvent.

    Raises WireError for a CloudEvent that cannot be read.
    """
    given = {name.lower(): one for name, one in headers}
    contents = _text(given.get("content-type")).lower()
    if contents.startswith(_BATCH):
        raise WireError("the record is a batch of CloudEvents; send each as a record of its own")
    if contents.startswith(_STRUCTURED):
        return _structured(value)
    if f"{_PREFIX}specversion" in given:
        attributes = {
            name.removeprefix(_PREFIX): _text(one)
            for name, one in given.items()
            if name.startswith(_PREFIX)
        }
        return value, _stated(attributes)
    # Headers are lost where records are copied by tools: the object says it as well.
    if value[:1] == b"{" and b'"specversion"' in value:
        record = read_json(value)
        if {"specversion", "id", "source", "type"} <= record.keys():
            return _structured(value)
    return None


def _structured(value: bytes) -> tuple[bytes, dict[str, str]]:
    record = read_json(value)
    stated = _stated(record)
    if "data_base64" in record:
        text = record["data_base64"]
        if not isinstance(text, str) or "data" in record:
            raise WireError("data_base64 must be a text, and stand without data", "data_base64")
        try:
            inner = binascii.a2b_base64(text, strict_mode=True)
        except (binascii.Error, ValueError):
            raise WireError("data_base64 is no Base64 (RFC 4648, 4)", "data_base64") from None
        if inner[:1] == b"\0":
            raise WireError(
                "data_base64 holds the framing of a schema registry; send the value itself, with "
                "the attributes as headers (binary mode)",
                "data_base64",
            )
        return inner, stated
    data = record.get("data")
    if not isinstance(data, dict):
        raise WireError("data must be an object: the event itself", "data")
    return msgspec.json.encode(data), stated


def _stated(attributes: Mapping[str, Any]) -> dict[str, str]:
    if attributes.get("specversion") != _VERSION:
        raise WireError(f"specversion must be {_VERSION}", "specversion")
    for name in ("id", "source", "type"):
        if not isinstance(attributes.get(name), str) or not attributes[name]:
            raise WireError(f"{name} must be a text of at least one character", name)
    found = {"event_id": str(attributes["id"])}
    kind = str(attributes["type"]).rpartition(".")[2]
    if kind in _TYPES:
        found["event_type"] = kind
    at = attributes.get("time")
    if at is not None and at != "":
        if not isinstance(at, str):
            raise WireError("time must be an RFC 3339 instant", "time")
        found["occurred_at"] = at
    return found


def _text(value: bytes | None) -> str:
    return "" if value is None else value.decode("utf-8", "replace")
