"""Rewrite the generated parts of docs/alerts.md: python -m tests.docs.alert_tables."""

from __future__ import annotations

from datetime import datetime, time
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from streams.alerts.options import AlertOptions
from streams.delivery.alert_options import TABLES
from tests.docs import generated

PAGE: Final = Path(__file__).parents[2] / "docs" / "alerts.md"

_WORDS: Final[dict[Any, str]] = {
    bool: "true, false",
    int: "number",
    float: "number",
    time: "local time",
    datetime: "instant",
    AwareDatetime: "instant",
}


def parts() -> dict[str, str]:
    """Each generated part by name: a table of keys."""
    models: dict[str, type[BaseModel]] = {"alerts": AlertOptions, **TABLES}
    return {f"keys of {name}": _table(model) for name, model in models.items()}


def with_parts(text: str) -> str:
    """The page with its generated parts as the code makes them now."""
    return generated.with_parts(
        text, parts(), page="docs/alerts.md", maker="tests.docs.alert_tables"
    )


def _table(model: type[BaseModel]) -> str:
    rows = ["| key | what it is for | allowed | default |", "|---|---|---|---|"]
    rows += [
        f"| `{key}` | {field.description} | {_allowed(field)} | {_default(field)} |"
        for key, field in model.model_fields.items()
        if key not in TABLES or model is not AlertOptions  # they have tables of their own
    ]
    return "\n".join(rows) + "\n"


def _allowed(field: FieldInfo) -> str:
    limits = "".join(
        f" {sign} {getattr(limit, name):.10g}"
        for limit in field.metadata
        for name, sign in (("gt", ">"), ("ge", "≥"), ("lt", "<"), ("le", "≤"))
        if hasattr(limit, name)
    )
    return f"{_type(field.annotation)}{limits}"


def _type(annotation: Any) -> str:
    origin, members = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return ", ".join(f"`{one}`" for one in members)
    if origin is Annotated:
        return _type(members[0])
    if origin in (Union, UnionType):
        return _type(next(one for one in members if one is not type(None)))
    if origin is tuple:
        return f"list of {_type(members[0])}"
    if origin is dict:
        return f"table of {_type(members[1])}s by {_type(members[0])}"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return ", ".join(f"`{one.value}`" for one in annotation)
    return _WORDS.get(annotation, "text")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    match field.default:
        case None:
            return "unset"
        case ():
            return "empty"
        case bool(value):
            return f"`{str(value).lower()}`"
        case Enum() as value:
            return f"`{value.value}`"
        case int(value) | float(value):
            return f"`{value:.10g}`"
        case tuple(value):
            return ", ".join(f"`{one}`" for one in value)
        case value:
            return f"`{value}`"


if __name__ == "__main__":
    PAGE.write_text(with_parts(PAGE.read_text("utf-8")), "utf-8")
