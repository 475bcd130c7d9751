"""Rewrite the generated parts of docs/sinks.md: python -m tests.docs.sink_tables."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from streams.sinks.http_client import HttpOptions
from streams.sinks.kinds import KINDS
from streams.sinks.options import SinkOptions, UpdateOptions
from streams.sinks.tls import TlsOptions
from tests.docs import generated

PAGE: Final = Path(__file__).parents[2] / "docs" / "sinks.md"

_SHARED: Final[dict[str, type[BaseModel]]] = {
    "all kinds": SinkOptions,
    "kinds that take findings": UpdateOptions,
    "TLS": TlsOptions,
}


def parts() -> dict[str, str]:
    """Each generated part by name: a table of keys."""
    found = {}
    known: set[str] = {"type"}
    for name, model in _SHARED.items():
        found[f"keys of {name}"] = key_table(model, set(model.model_fields) - known)
        known |= set(model.model_fields)
    known |= set(HttpOptions.model_fields)
    for kind, model in KINDS.items():
        own = {
            key
            for key, field in model.model_fields.items()
            if key not in known or _differs(key, field, model)
        }
        if issubclass(model, HttpOptions):
            own.add("allow_http")
        found[f"keys of {kind}"] = key_table(model, own)
    return found


def with_parts(text: str) -> str:
    """The page with its generated parts as the code makes them now."""
    return generated.with_parts(text, parts(), page="docs/sinks.md", maker="tests.docs.sink_tables")


def _differs(key: str, field: FieldInfo, model: type[SinkOptions]) -> bool:
    """Whether a kind has a default of its own for a shared key."""
    shared = next(
        (base.model_fields[key] for base in _SHARED.values() if key in base.model_fields), None
    )
    return shared is not None and key != "type" and shared.default != field.default


def key_table(model: type[Any], keys: Iterable[str]) -> str:
    """A Markdown table of some keys of a model, in its order."""
    chosen = set(keys)
    secrets = model.secrets() if issubclass(model, SinkOptions) else ()
    rows = ["| key | what it is for | allowed | default |", "|---|---|---|---|"]
    for key, field in model.model_fields.items():
        if key not in chosen:
            continue
        shown = f"`{key}_file` or variable" if key in secrets else f"`{key}`"
        allowed = "a secret" if key in secrets else _allowed(field)
        rows.append(f"| {shown} | {field.description} | {allowed} | {_default(field)} |")
    return "\n".join(rows) + "\n"


def _allowed(field: FieldInfo) -> str:
    limits = "".join(
        f" {sign} {_number(getattr(limit, name))}"
        for limit in field.metadata
        for name, sign in (("gt", ">"), ("ge", "≥"), ("le", "≤"))
        if hasattr(limit, name)
    )
    return f"{_type(field.annotation)}{limits}"


def _type(annotation: Any) -> str:
    origin, members = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return ", ".join(f"`{one}`" for one in members)
    if origin in (typing.Union, types.UnionType):
        return _type(next(one for one in members if one is not type(None)))
    if origin is tuple:
        return f"list of {_type(members[0])}"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return ", ".join(f"`{one.value}`" for one in annotation)
    return {bool: "true, false", int: "number", float: "number", Path: "path"}.get(
        annotation, "text"
    )


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    match field.default:
        case None:
            return "unset"
        case bool(value):
            return f"`{str(value).lower()}`"
        case Enum() as value:
            return f"`{value.value}`"
        case int(value) | float(value):
            return f"`{_number(value)}`"
        case tuple(value):
            return ", ".join(f"`{one}`" for one in value)
        case value:
            return f"`{value}`"


def _number(value: Any) -> str:
    return f"{value:.10g}"


if __name__ == "__main__":
    PAGE.write_text(with_parts(PAGE.read_text("utf-8")), "utf-8")
