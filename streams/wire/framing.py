"""Which framing a record's value has: the bytes themselves show it.

Three framings are known. A JSON value begins with `{`. An Avro value in the
single-object encoding of the Avro specification begins with the marker C3 01 and the
eight-byte fingerprint of its writer's schema. A value that a Confluent serializer wrote
begins with 00 and the four-byte number of its schema in a registry.
"""

from __future__ import annotations

from enum import Enum
from typing import Protocol

from streams.wire.encodings import encoding_of

AVRO_MARKER = b"\xc3\x01"
AVRO_HEADER = 10
"""Bytes before the Avro body: the marker and the fingerprint."""
CONFLUENT_HEADER = 5
"""Bytes before the body of the Confluent framing: 00 and the schema id."""

_BLANKS = b" \t\r\n"


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

    def schema_id(self, value: bytes) -> int | None:
        """The id in a value with registry framing, or None for any other value."""
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
