"""The table of settings for docs/policy.md, made from the parameters."""

from __future__ import annotations

from typing import Any

from streams.core.policy import PARAMETERS, RESERVED
from streams.policy_file.show import as_written
from streams.policy_file.values import SHAPES


def settings_table() -> str:
    """A Markdown table of all settings: number, name, default, what is allowed, source."""
    lines = [
        "| P | key | question | default | allowed | source |",
        "|---|---|---|---|---|---|",
    ]
    for parameter in PARAMETERS:
        default = _default(as_written(parameter.name, parameter.default))
        lines.append(
            f"| {parameter.number} | `{parameter.name}` | {parameter.question} | {default} | "
            f"{SHAPES[parameter.name].allowed} | {parameter.source} |"
        )
    lines.extend(
        f"| {number} | `{name}` | reserved, without effect | `false` | `false` | |"
        for number, name in RESERVED.items()
    )
    return "\n".join(lines) + "\n"


def _default(value: Any) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, list):
        return "`[]`"
    if isinstance(value, dict):
        usual = max(value.values(), key=list(value.values()).count)
        others = [f"{name} `{text}`" for name, text in value.items() if text != usual]
        return ", ".join([*others, f"others `{usual}`"])
    return f"`{value}`"
