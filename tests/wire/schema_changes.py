"""Changes of a schema that readers of released versions would not survive."""

from __future__ import annotations

from typing import Any


def field_of(schema: dict[str, Any], name: str) -> dict[str, Any]:
    return next(field for field in schema["fields"] if field["name"] == name)


def add_mandatory(schema: dict[str, Any]) -> None:
    schema["fields"].append({"name": "fresh", "type": "string"})


def remove_default(schema: dict[str, Any]) -> None:
    """A field that earlier writers did not have loses what stood in for it."""
    schema["fields"].append({"name": "fresh", "type": ["null", "string"]})


def change_type(schema: dict[str, Any]) -> None:
    field_of(schema, "recipient_id")["type"] = "long"


def forbid_null(schema: dict[str, Any]) -> None:
    field_of(schema, "share_id")["type"] = "string"
    field_of(schema, "share_id").pop("default")


def rename_field(schema: dict[str, Any]) -> None:
    field_of(schema, "recipient_id")["name"] = "receiver_id"


def drop_symbol_without_default(schema: dict[str, Any]) -> None:
    purpose = field_of(schema, "purpose")["type"]
    purpose["symbols"].remove("ANALYTICS")
    purpose.pop("default")


def rename_record(schema: dict[str, Any]) -> None:
    schema["name"] = "Share"
