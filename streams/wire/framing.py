"""Which framing a record's value has: the bytes themselves show it.

Three framings are known. A JSON value begins with `{`. An Avro value in the
single-object encoding of the Avro specification begins with the marker C3 01 and the
eight-byte fingerprint of its writer's schema. A value that a Confluent serializer wrote
begins with 00 and the four-byte number of its schema in a registry. Newer serializers of
Confluent's leave the value alone and put the schema into a header: 01 and the GUID of the
schema, or 00 and its number, and for Protobuf the place of the message. Such a value is read
with its header in front of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final, Protocol

from streams.wire.encodings import encoding_of

AVRO_MARKER = b"\xc3\x01"
AVRO_HEADER = 10
"""Bytes before the Avro body: the marker and the fingerprint."""
CONFLUENT_HEADER = 5
"""Bytes before the body of the Confluent framing: 00 and the schema id."""

SCHEMA_HEADER: Final = "__value_schema_id"
"""The header in which Confluent's serializers name the schema of a value."""
GUID_HEADER: Final = 17
"""Bytes before the body where the schema is named by its GUID: 01 and the GUID."""

_BLANKS = b" \t\r\n"


class HeaderFramed(bytes):
    """A value behind 01 and the GUID of its schema, which a header of its record held."""


def with_schema_header(
    value: bytes | None, headers: Sequence[tuple[str, bytes | None]]
) -> bytes | None:
    """The value as it is read: behind the last header that names its schema, where one does."""
    if type(value) is not bytes:
        return value  # none, or one that was cut
    for name, held in reversed(headers):
        if name == SCHEMA_HEADER and held is not None:
            if held[:1] == b"\x01" and len(held) >= GUID_HEADER:
                return HeaderFramed(held + value)
            if held[:1] == b"\0" and len(held) >= CONFLUENT_HEADER:
                return held + value
            return value
    return value


class Framing(Enum):
    """What the first bytes say."""

    JSON = "json"
    AVRO = "avro"
    CONFLUENT = "confluent"
    UNKNOWN = "unknown"


def framing_of(value: bytes) -> Framing:
    """The framing of a value of at least one byte. Looks at the first bytes only."""
    first = value[0]
    if first == 0x7B and value[1:2] != b"\0":
        return Framing.JSON
    if 0 in value[:2] and encoding_of(value) is not None:
        return Framing.UNKNOWN  # UTF-16 and UTF-32 have zeros where a schema id has some
    if value.startswith(AVRO_MARKER):
        return Framing.AVRO
    if first == 0x00:
        # Registries number schemas from 1: zeros are no Confluent framing, just zeros.
        known = len(value) >= CONFLUENT_HEADER and confluent_schema_id(value) > 0
        return Framing.CONFLUENT if known else Framing.UNKNOWN
    if first in _BLANKS and value.lstrip(_BLANKS).startswith(b"{"):
        return Framing.JSON
    return Framing.UNKNOWN


def confluent_schema_id(value: bytes) -> int:
    """The number of the schema in the producer's registry."""
    return int.from_bytes(value[1:CONFLUENT_HEADER], "big")


class RegistryDecoder(Protocol):
    """What reads values that a registry's serializer wrote; it asks nobody, and never waits.

    The caller had their schemas fetched before (`streams.registry`).
    """

    def schema_id(self, value: bytes) -> int | str | None:
        """The id or GUID in a value with registry framing, or None for any other value."""
        ...

    def single_object(self, value: bytes) -> bytes | None:
        """The value in the single-object encoding, where a schema of this package wrote it."""
        ...

    def read(self, value: bytes) -> dict[str, object]:
        """The plain record of a value with registry framing, as JSON would give it.

        Instants are RFC 3339 texts. Raises WireError for a schema that the registry does not
        know or that cannot be read, and for a body that does not fit.
        """
        ...
