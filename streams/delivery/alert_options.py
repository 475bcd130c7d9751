"""Read the table `[alerts]` of the settings file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from streams.alerts.alarm_options import Heartbeat, Silence, Unconsented
from streams.alerts.options import AlertOptions, Quiet
from streams.alerts.routes import Route, Waiver
from streams.errors import ConsentryError
from streams.policy_file.lines import key_lines
from streams.settings.load import settings_file, toml_and_text
from streams.sinks.load import Configured

TABLE: Final = "alerts"
REMEDY: Final = "The table and all of its keys are described in docs/alerts.md."

TABLES: Final[Mapping[str, type[BaseModel]]] = {
    "routes": Route,
    "waivers": Waiver,
    "quiet": Quiet,
    "heartbeat": Heartbeat,
    "silence": Silence,
    "unconsented": Unconsented,
}


def read_alert_options(
    config: Path | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    sinks: Mapping[str, Configured] | None = None,
) -> AlertOptions:
    """The alert policy; without a file or a table the one that notifies nobody.

    `config` is the settings file, by default the one that CONSENTRY_CONFIG names. With
    `sinks`, as `streams.sinks.load.configured` gives them, names of sinks are looked up.
    Raises ConsentryError with everything that is wrong, each line with file, line of the
    file where it is known, table and key.
    """
    path = settings_file(config, os.environ if environ is None else environ)
    if path is None:
        return AlertOptions()
    document, text = toml_and_text(path)
    table = document.get(TABLE, {})
    lines = key_lines(text)
    problems: list[str] = []
    options = AlertOptions()
    if not isinstance(table, dict):
        problems.append(_problem(path, lines, (TABLE,), "must be a table [alerts]"))
    else:
        try:
            options = AlertOptions.model_validate(table)
        except ValidationError as error:
            problems += [
                _problem(path, lines, (TABLE, *fault["loc"]), _what(fault))
                for fault in error.errors(include_url=False, include_context=False)
            ]
    if sinks is not None and not problems:
        for place, name in _named(options):
            what = _unfit(name, sinks)
            if what:
                problems.append(_problem(path, lines, (TABLE, *place), what))
    if problems:
        raise ConsentryError(
            "the alert policy is not usable:",
            REMEDY,
            problems=problems,
        )
    return options


def _problem(path: Path, lines: Mapping[Any, int], place: tuple[int | str, ...], what: str) -> str:
    line = next((lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in lines), None)
    return f"{path}, {_spelt(place)}: {what}" + (f" (line {line})" if line else "")


def _spelt(place: tuple[int | str, ...]) -> str:
    """`alerts.routes[2].sinks`; entries are counted from 1, as people do."""
    text = ""
    for part in place:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _what(fault: ErrorDetails) -> str:
    if fault["type"] == "missing":
        return "is missing"
    if fault["type"] == "extra_forbidden":
        word = str(fault["loc"][-1])
        near = get_close_matches(word, _keys(fault["loc"]), n=1)
        return "there is no such key" + (f"; did you mean {near[0]}?" if near else "")
    return fault["msg"].removeprefix("Value error, ").removeprefix("Input ")


def _keys(place: tuple[int | str, ...]) -> list[str]:
    model = TABLES.get(cast("str", place[0]), AlertOptions) if len(place) > 1 else AlertOptions
    return list(model.model_fields)


def _named(options: AlertOptions) -> list[tuple[tuple[int | str, ...], str]]:
    """Every sink that is named, with its place in the table."""
    named: list[tuple[tuple[int | str, ...], str]] = [
        (("routes", number, "sinks"), name)
        for number, route in enumerate(options.routes)
        for name in route.sinks
    ]
    for key in ("heartbeat", "silence", "unconsented"):
        table = getattr(options, key)
        named += [] if table is None else [((key, "sinks"), name) for name in table.sinks]
    return named


def _unfit(name: str, sinks: Mapping[str, Configured]) -> str | None:
    sink = sinks.get(name)
    if sink is None:
        return f"there is no sink {name}; there are {', '.join(sorted(sinks)) or 'none'}"
    if sink.takes != "alerts":
        return (
            f"{name} takes findings, not alerts: it gets them all without a route; alerts go to "
            "sinks for people"
        )
    return None
