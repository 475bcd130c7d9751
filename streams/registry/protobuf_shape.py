"""A Protobuf schema as a JSON Schema: which fields there are, and which symbols."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from streams.registry.faults import UnreadableSchema
from streams.registry.protobuf import compiled_file

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor, FieldDescriptor

_PLAIN: Final = "google.protobuf."
"""Timestamps and wrappers come as plain values (`streams.registry.protobuf`)."""


def json_shape(text: str, parts: Mapping[str, str]) -> dict[str, Any]:
    """The first message of a schema. Raises UnreadableSchema, and ConsentryError without the extra."""
    messages = list(compiled_file(text, parts).message_types_by_name.values())
    if not messages:
        raise UnreadableSchema("it has no message")
    known: dict[str, Any] = {}
    return {"$schema": "", **_message(messages[0], known), "$defs": known}


def _message(kind: Descriptor, known: dict[str, Any]) -> dict[str, Any]:
    name = kind.full_name
    if name not in known:
        known[name] = {}
        properties = {field.name: _field(field, known) for field in kind.fields}
        known[name] = {"type": "object", "properties": properties}
    return {"$ref": f"#/$defs/{name}"}


def _field(field: FieldDescriptor, known: dict[str, Any]) -> dict[str, Any]:
    kind = field.message_type
    if kind is not None and kind.GetOptions().map_entry:
        return {"type": "object", "additionalProperties": _one(kind.fields_by_name["value"], known)}
    shape = _one(field, known)
    return {"type": "array", "items": shape} if field.is_repeated else shape


def _one(field: FieldDescriptor, known: dict[str, Any]) -> dict[str, Any]:
    if field.enum_type is not None:
        return {"enum": [value.name for value in field.enum_type.values]}
    if field.message_type is None or field.message_type.full_name.startswith(_PLAIN):
        return {}
    return _message(field.message_type, known)
