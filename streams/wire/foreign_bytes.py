"""Bytes that are no event: which other format they are in, and what to do about it.

Only asked once a value is refused, so it may look closely. Words name formats, never
what a value holds.
"""

from __future__ import annotations

import binascii
from io import BytesIO
from typing import Final

from fastavro import schemaless_reader

from streams.wire.encodings import encoding_of
from streams.wire.framing import CONFLUENT_HEADER
from streams.wire.schemas import INPUTS, schemas

KNOWN: Final = (
    "send one JSON object (it begins with {, in UTF-8 without a byte order mark), or Avro in the "
    "single-object encoding (it begins with C3 01)"
)
_COMPRESSED: Final = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"\xff\x06\x00\x00sNaPpY", "snappy"),
    (b"\x82SNAPPY\x00", "snappy"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"PK\x03\x04", "zip"),
    (b"\x78\x01", "zlib"),
    (b"\x78\x5e", "zlib"),
    (b"\x78\x9c", "zlib"),
    (b"\x78\xda", "zlib"),
)
_OTHERS: Final = (
    (b"Obj\x01", "an Avro container file: a record on a topic holds one event, not a file"),
    (b"PAR1", "a Parquet file: a record on a topic holds one event, not a file"),
    (b"ORC", "an ORC file: a record on a topic holds one event, not a file"),
    (b"ARROW1", "an Arrow file: a record on a topic holds one event, not a file"),
    (b"\xac\xed\x00\x05", "an object that Java serialized: use a JSON or Avro serializer"),
    (b":)\n", "Smile, a binary form of JSON: write JSON as text"),
    (b"<", "XML or HTML: events are JSON or Avro"),
    (b"---", "YAML: events are JSON or Avro"),
    (b"[", "a JSON array: send each event as a record of its own"),
    (b'"', "a JSON text and no object: the event was probably encoded twice"),
)
_OF_TEXTS: Final = frozenset({b"<", b"---", b"[", b'"'})
"""Beginnings that bytes of any kind may have: the rest must be text too."""
_UTF_8_MARK: Final = b"\xef\xbb\xbf"
_GLUE: Final = (b"\x03\x00", b"\x03\x05")
_TRIED_AT_MOST: Final = 65_536
"""An event has some five hundred bytes; what is longer is not tried as Avro or Protobuf."""


def words_for(value: bytes) -> str:
    """Why these bytes have no known framing: what they seem to be, and what to send."""
    return f"the value is {_format_of(value)}"


def utf_words(encoding: str) -> str:
    """The same for text in another encoding than UTF-8."""
    return f"the value is text in {encoding}: write JSON in UTF-8, without a byte order mark"


def framing_words(schema_id: int, value: bytes) -> str:
    """A value behind the number of its schema in a registry, and nobody to ask for it."""
    other = _of_registry(value)
    if other is not None:
        return f"the value is {other}"
    inner = "JSON" if value[CONFLUENT_HEADER:][:1] == b"{" else "Avro or Protobuf"
    return (
        f"the record has the Confluent framing (schema id {schema_id}, then {inner}), and no "
        "schema registry is configured: set registry_url, or let the producer write Avro in the "
        "single-object encoding, or JSON without a registry header"
    )


def _format_of(value: bytes) -> str:
    if value.startswith(_UTF_8_MARK):
        return "text behind a byte order mark (EF BB BF): write the JSON without it"
    encoding = encoding_of(value)
    if encoding is not None:
        return utf_words(encoding).removeprefix("the value is ")
    for magic, name in _COMPRESSED:
        if value.startswith(magic):
            return (
                f"compressed with {name} by the producing program: send the event itself, and "
                "let compression.type of the producer compress the batch"
            )
    stripped = value.lstrip(b" \t\r\n")
    for magic, words in _OTHERS:
        if stripped.startswith(magic) and (magic not in _OF_TEXTS or _is_utf_8(stripped)):
            return words
    return (
        _of_registry(value)
        or _bare_avro(value)
        or _of_text(stripped)
        or _of_binary(value)
        or f"in no format that is known here: {KNOWN}"
    )


def _is_utf_8(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _of_registry(value: bytes) -> str | None:
    send = "send Avro in the single-object encoding or JSON, without a registry header"
    if value.startswith(_GLUE) and len(value) > 18:
        return f"framed for the AWS Glue Schema Registry: {send}"
    if value[:4] == b"\0\0\0\0" and len(value) > 36 and _is_hex(value[4:36]):
        return f"framed for the Azure Schema Registry: {send}"
    if value[:5] == b"\0\0\0\0\0" and len(value) > 9 and any(value[5:9]):
        return (
            "framed with a schema id of eight bytes, as Apicurio does: set registry_url and "
            f"registry_id_bytes = 8, or {send}"
        )
    if value.strip(b"\0") == b"":
        return f"zeros only: {KNOWN}"
    return None


def _is_hex(text: bytes) -> bool:
    return all(one in b"0123456789abcdefABCDEF" for one in text)


def _bare_avro(value: bytes) -> str | None:
    """Our own schema without the header that names it."""
    if len(value) > _TRIED_AT_MOST:
        return None
    for name in INPUTS.values():
        body = BytesIO(value)
        try:
            schemaless_reader(body, schemas().current[name].parsed, None)
        except Exception:  # noqa: BLE001, S112 - a reader of hostile bytes may raise anything
            continue
        if body.tell() == len(value):
            return (
                f"Avro of the schema {name} without its header: write the single-object "
                "encoding, C3 01 and the fingerprint of the schema before it"
            )
    return None


def _of_text(stripped: bytes) -> str | None:
    if stripped[:4] in {b"eyJ0", b"eyJh", b"eyJl", b"eyJi", b"eyJj"} or stripped.startswith(b"eyI"):
        try:
            inner = binascii.a2b_base64(stripped, strict_mode=False)
        except binascii.Error:
            inner = b""
        if inner.startswith(b"{"):
            return "JSON in base64: send the JSON itself"
    # A vertical tab or form feed is a blank to `split`, and none to JSON.
    head = next(iter(stripped.split(maxsplit=1)), b"")
    if head in {b"true", b"false", b"null"} or _is_number(head):
        return "JSON, but not an object: send one event as a JSON object"
    if not stripped:
        return f"blanks only: {KNOWN}"
    try:
        text = stripped[:1000].decode("utf-8")
    except UnicodeDecodeError:
        return None
    return f"text, but not JSON: {KNOWN}" if text.replace("\n", "").isprintable() else None


def _is_number(text: bytes) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _of_binary(value: bytes) -> str | None:
    if value[0] in range(0x80, 0x90) or value[0] in {0xDE, 0xDF}:
        return "perhaps MessagePack: events are JSON or Avro"
    if value[0] in range(0xA0, 0xC0):
        return "perhaps CBOR: events are JSON or Avro"
    if len(value) >= 5 and int.from_bytes(value[:4], "little") == len(value):
        return "perhaps BSON: events are JSON or Avro"
    return "perhaps Protobuf: events are JSON or Avro" if _is_protobuf(value) else None


def _is_protobuf(value: bytes) -> bool:
    """Whether the bytes are fields of Protobuf from the first to the last."""
    if not 4 <= len(value) <= _TRIED_AT_MOST:
        return False
    at = fields = 0
    while at < len(value):
        tag, at = _varint(value, at)
        kind = tag & 7
        if not 1 <= tag >> 3 < 10_000 or kind not in {0, 1, 2, 5}:
            return False
        if kind == 0:
            _, at = _varint(value, at)
        else:
            length, at = _varint(value, at) if kind == 2 else ({1: 8, 5: 4}[kind], at)
            at += length
        fields += 1
        if at > len(value):
            return False
    return fields > 1


def _varint(value: bytes, at: int) -> tuple[int, int]:
    """A number and the offset behind it; behind the end where it is cut short."""
    number = shift = 0
    while at < len(value) and shift < 64:
        byte = value[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7
    return 0, len(value) + 1
