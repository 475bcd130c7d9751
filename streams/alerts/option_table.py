"""What the tables under `[alerts]` of the settings file have in common."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict

from streams.core.instants import Duration

_SINK: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")


def _sink(name: str) -> str:
    if not _SINK.fullmatch(name):
        raise ValueError("a sink is named by at most 40 lower-case letters, digits and -")
    return name


SinkNames = tuple[Annotated[str, AfterValidator(_sink)], ...]
"""Names as in `[sinks.NAME]`."""


def milliseconds(seconds: float) -> Duration:
    """Seconds of the settings file as a duration."""
    return Duration(int(seconds * 1000))


class OptionTable(BaseModel):
    """What all tables have in common: frozen, no unknown key, no value quoted in an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
