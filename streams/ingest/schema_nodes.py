"""Avro and JSON schemas as one kind of tree: which members there are, and which symbols."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Protocol

_REFERENCES_FOLLOWED: Final = 20


class SchemaNode(Protocol):
    """A place of a schema, which may be one of several types at once."""

    def member(self, name: str) -> SchemaNode | None:
        """The member of an object by its name; None where the schema has none."""

    def element(self) -> SchemaNode | None:
        """The elements of a list, or the values of a map; None where it is neither."""

    def symbols(self) -> frozenset[str]:
        """The symbols, where the schema closes them; else nothing."""


_Named = dict[str, tuple[Mapping[str, Any], str]]
"""Types by name, and the namespace that holds within each."""


class AvroNode:
    """A type of an Avro schema."""

    def __init__(self, schema: Any, named: _Named | None = None, space: str = "") -> None:
        self._named = dict(_names_in(schema, "")) if named is None else named
        self._types = list(self._flat(schema, space))

    def _flat(self, schema: Any, space: str) -> Iterator[tuple[Mapping[str, Any], str]]:
        """The types of a union, names resolved; null and other plain types are left out."""
        if isinstance(schema, list):
            for one in schema:
                yield from self._flat(one, space)
        elif isinstance(schema, str):
            known = self._named.get(f"{space}.{schema}") or self._named.get(schema)
            if known is not None:
                yield known
        elif isinstance(schema, Mapping):
            if schema.get("type") in ("record", "enum", "array", "map", "error"):
                yield schema, str(schema.get("namespace", space))
            elif "type" in schema:
                yield from self._flat(schema["type"], space)

    def member(self, name: str) -> SchemaNode | None:
        """A field of the record, or a value of the map."""
        for one, space in self._types:
            if one["type"] == "map":
                return AvroNode(one["values"], self._named, space)
            for field in one.get("fields", ()):
                if field["name"] == name:
                    return AvroNode(field["type"], self._named, space)
        return None

    def element(self) -> SchemaNode | None:
        """The items of the array, or the values of the map."""
        for one, space in self._types:
            for key in ("items", "values"):
                if key in one:
                    return AvroNode(one[key], self._named, space)
        return None

    def symbols(self) -> frozenset[str]:
        """The symbols of the enum."""
        return frozenset(symbol for one, _ in self._types for symbol in one.get("symbols", ()))


def _names_in(schema: Any, space: str) -> Iterator[tuple[str, tuple[Mapping[str, Any], str]]]:
    """Every named type of a schema, with its namespace and without."""
    if isinstance(schema, list):
        for one in schema:
            yield from _names_in(one, space)
    elif isinstance(schema, Mapping):
        within = str(schema.get("namespace", space))
        if "name" in schema and schema.get("type") in ("record", "enum", "fixed", "error"):
            yield str(schema["name"]), (schema, within)
            yield f"{within}.{schema['name']}", (schema, within)
        for key in ("type", "items", "values"):
            if isinstance(schema.get(key), list | Mapping):
                yield from _names_in(schema[key], within)
        for field in schema.get("fields", ()):
            yield from _names_in(field["type"], within)


class JsonNode:
    """A place of a JSON Schema; what `anyOf` and the like offer is all taken."""

    def __init__(self, schema: Any, root: Any = None) -> None:
        self._root = schema if root is None else root
        self._types = list(self._flat(schema, _REFERENCES_FOLLOWED))

    def _flat(self, schema: Any, left: int) -> Iterator[Mapping[str, Any]]:
        if not isinstance(schema, Mapping) or left == 0:
            return
        yield schema
        reference = schema.get("$ref")
        if isinstance(reference, str) and reference.startswith("#"):
            yield from self._flat(self._at(reference), left - 1)
        for key in ("anyOf", "oneOf", "allOf"):
            for one in schema.get(key, ()):
                yield from self._flat(one, left - 1)

    def _at(self, reference: str) -> Any:
        found = self._root
        for part in reference.removeprefix("#").strip("/").split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            if name:
                found = found.get(name) if isinstance(found, Mapping) else None
        return found

    def member(self, name: str) -> SchemaNode | None:
        """A property that the schema names, or what it says of all others."""
        for one in self._types:
            if name in one.get("properties", {}):
                return JsonNode(one["properties"][name], self._root)
        for one in self._types:
            if isinstance(one.get("additionalProperties"), Mapping):
                return JsonNode(one["additionalProperties"], self._root)
        return None

    def element(self) -> SchemaNode | None:
        """The items of the array, or what the schema says of all members."""
        for one in self._types:
            for key in ("items", "additionalProperties"):
                if isinstance(one.get(key), Mapping):
                    return JsonNode(one[key], self._root)
            if one.get("properties"):
                return JsonNode({"anyOf": list(one["properties"].values())}, self._root)
        return None

    def symbols(self) -> frozenset[str]:
        """The texts of `enum` and `const`."""
        found = [text for one in self._types for text in one.get("enum", ())]
        found += [one["const"] for one in self._types if "const" in one]
        return frozenset(text for text in found if isinstance(text, str))


def avro_node(document: Any, parts: Iterable[Any]) -> SchemaNode:
    """The tree of an Avro schema; `parts` hold the types that it refers to by name."""
    named: _Named = {}
    for part in (*parts, document):
        named |= dict(_names_in(part, ""))
    return AvroNode(document, named)


def schema_node(document: Any) -> SchemaNode | None:
    """The tree of a schema document, or None where it is neither of the two kinds."""
    if isinstance(document, list) or (
        isinstance(document, Mapping) and document.get("type") in ("record", "array", "map")
        and not {"properties", "$schema"} & set(document)
    ):  # fmt: skip
        node = AvroNode(document)
        return node if document else None
    if isinstance(document, Mapping) and {"$schema", "properties", "$ref", "items", "anyOf",
                                          "oneOf", "allOf"} & set(document):  # fmt: skip
        return JsonNode(document)
    return None
