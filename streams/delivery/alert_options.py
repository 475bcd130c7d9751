"""Read the table `[alerts]` of the settings file."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from streams.alerts.options import AlertOptions
from streams.errors import ConsentryError
from streams.settings.load import read_toml, settings_file

TABLE: Final = "alerts"


def read_alert_options(
    config: Path | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    sinks: Collection[str] | None = None,
) -> AlertOptions:
    """The alert policy's options; the defaults where there is no file or no table.

    `sinks` are those that the file has; a route to any other is a fault. Raises
    ConsentryError with everything that is wrong, each line with file, table and key.
    """
    path = settings_file(config, os.environ if environ is None else environ)
    table = {} if path is None else read_toml(path).get(TABLE, {})
    try:
        options = AlertOptions.model_validate(table)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        raise _unusable(
            [f"{path}, {_place(one['loc'])}: {_words(one['msg'])}" for one in faults]
        ) from None
    unknown = sorted(options.sink_names() - set(sinks)) if sinks is not None else []
    if unknown:
        known = ", ".join(sorted(sinks or ())) or "none"
        raise _unusable(
            [f"{path}, {TABLE}: there is no sink {name}; there are {known}" for name in unknown]
        )
    return options


def _unusable(problems: list[str]) -> ConsentryError:
    return ConsentryError(
        "the alert policy is not usable:\n" + "\n".join(f"  {line}" for line in problems),
        "All keys are described in docs/alerts.md.",
    )


def _place(location: tuple[int | str, ...]) -> str:
    """`alerts.routes[2].codes` from pydantic's location."""
    text = TABLE
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return text


def _words(message: str) -> str:
    return message.removeprefix("Value error, ").removeprefix("Input ")
