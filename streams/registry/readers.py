"""From a schema of a registry to what reads its records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from streams.registry.avro import avro_reader
from streams.registry.client import Registered
from streams.registry.faults import UnreadableSchema
from streams.wire.errors import WireError
from streams.wire.jsonl import read_json

KINDS: Final = ("AVRO", "JSON", "PROTOBUF")


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaReader:
    """Reads what one schema wrote.

    `fingerprint` is that of a schema of this package, where this is one: its records are
    read as those in the single-object encoding. `fault` is why it reads nothing.
    """

    kind: str
    body: Callable[[bytes], dict[str, Any]] | None = None
    fingerprint: bytes | None = None
    fault: str | None = None

    def read(self, body: bytes) -> dict[str, Any]:
        """The plain record. Raises WireError."""
        if self.body is None:
            raise WireError(f"its schema cannot be read: {self.fault}")
        return self.body(body)


def reader_of(
    schema: Registered, parts: Mapping[str, Registered], *, of_events: bool = True
) -> SchemaReader:
    """The reader of a schema; `parts` are those that it refers to, deepest first.

    `of_events`: its records are to be events of ours, else anything.

    Raises UnreadableSchema for one that is not well-formed, ConsentryError where a package
    is missing.
    """
    match schema.kind:
        case "AVRO":
            body, fingerprint = avro_reader(schema.text, [one.text for one in parts.values()])
            return SchemaReader(kind="AVRO", body=body, fingerprint=fingerprint)
        case "JSON":
            # What the schema asks for was checked by the writer; what an event needs is
            # checked here, whichever schema it had.
            return SchemaReader(kind="JSON", body=read_json)
        case "PROTOBUF":
            from streams.registry.protobuf import protobuf_reader

            texts = {name: one.text for name, one in parts.items()}
            body = protobuf_reader(schema.text, texts, of_events=of_events)
            return SchemaReader(kind="PROTOBUF", body=body)
        case _:
            raise UnreadableSchema(f"only {', '.join(KINDS)} are read")
