"""How a setting is declared: with its limits, and with words for people."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class SettingsGroup(BaseModel):
    """A group of settings: frozen, strict about names, and silent about values."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True
    )


def setting(default: Any, description: str, allowed: str, **limits: Any) -> Any:
    """Declare a setting: its default, what it is for, what it may be, and the limits."""
    return Field(default, description=description, json_schema_extra={"allowed": allowed}, **limits)
