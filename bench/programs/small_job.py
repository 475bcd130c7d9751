"""The small job that every peer does, in Python: who may get what, by the latest word.

Standard library and fastavro only, since peers have environments of their own.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from fastavro import parse_schema, schemaless_reader
from fastavro.schema import fingerprint, to_parsing_canonical_form

CONSENT = "consent-change"
SHARE = "data-share"
KINDS = (CONSENT, SHARE, "purchase", "marketing-message", "recipient-notification")

SCHEMAS = Path(__file__).parents[2] / "schemas"
HEADER = 10
"""Bytes before the body: the marker and the fingerprint of the writer's schema."""


class Event(NamedTuple):
    """An event as a peer reads it; `kind` is the name of its topic in the schemas."""

    kind: str
    fields: dict[str, Any]


class Events:
    """Reads Avro single-object values. Instants stay whole numbers: dates cost twice."""

    def __init__(self) -> None:
        self._schemas: dict[bytes, tuple[str, Any]] = {}
        self._sources: dict[str, Any] = {}
        for kind in KINDS:
            source = json.loads((SCHEMAS / f"{kind.replace('-', '_')}.avsc").read_text())
            self._sources[kind] = source
            # Eight bytes, little-endian, as they stand in front of a value.
            print_ = fingerprint(to_parsing_canonical_form(source), "CRC-64-AVRO")
            self._schemas[bytes.fromhex(print_)] = kind, parse_schema(_plain(source))

    def read(self, value: bytes) -> Event:
        """The event of a value."""
        kind, schema = self._schemas[value[2:HEADER]]
        record: Any = schemaless_reader(io.BytesIO(value[HEADER:]), schema, None)
        return Event(kind, record)

    def schema_of(self, kind: str) -> Any:
        """The schema of a type as it stands in its file."""
        return self._sources[kind]


def _plain(schema: Any) -> Any:
    """A schema without logical types."""
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if isinstance(schema, dict):
        return {name: _plain(part) for name, part in schema.items() if name != "logicalType"}
    return schema


class Latest:
    """The small job: who may get what for which purpose, by the latest that was said."""

    def __init__(self) -> None:
        self._latest: dict[tuple[str, str, str], tuple[int, bool]] = {}

    def consents(self, event: dict[str, Any]) -> Iterator[tuple[tuple[str, str, str], bytes]]:
        """Take in a consent event; what changed, as keys and values to be kept."""
        at, granted = event["occurred_at"], event["action"] == "GRANTED"
        subject = event["subject_id"]
        for purpose in event["purposes"]:
            for recipient in event["recipient_ids"]:
                place = subject, purpose, recipient
                before = self._latest.get(place)
                if before is None or before[0] <= at:
                    self._latest[place] = at, granted
                    yield place, b"%d %d" % (at, granted)

    def covers(self, event: dict[str, Any]) -> bool:
        """Whether the latest that was said about a share is a grant."""
        place = event["subject_id"], event["purpose"], event["recipient_id"]
        found = self._latest.get(place)
        return found is not None and found[1]
