"""The table of all settings for docs/operations.md, made from the settings themselves."""

from __future__ import annotations

from streams.settings.environment import variable
from streams.settings.load import allowed_values
from streams.settings.model import Settings


def settings_table() -> str:
    """A Markdown table: variable, key, what it is for, what it may be, default."""
    lines = [
        "| variable, TOML key | what it is for | allowed | default |",
        "|---|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        lines.append(
            f"| `{variable(name)}`<br>`{name}` | {field.description} | {allowed_values(name)} | "
            f"{_default(field.default)} |"
        )
    return "\n".join(lines) + "\n"


def _default(value: object) -> str:
    match value:
        case None | "" | ():
            return "unset"
        case tuple():
            return f"`{','.join(map(str, value))}`"
        case bool():
            return f"`{str(value).lower()}`"
        case float():
            return f"`{value:g}`"
        case _:
            return f"`{value}`"
