"""Read the tables `[sinks.NAME]` of the settings file, and their secrets from elsewhere."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import TypeAdapter, ValidationError

from streams.errors import ConsentryError
from streams.settings.environment import SINK_PREFIX, is_of_kubernetes
from streams.settings.load import read_toml, settings_file
from streams.settings.paths import from_file, with_paths
from streams.sinks.contract import Sink
from streams.sinks.kinds import KINDS
from streams.sinks.options import SinkName, SinkOptions

TABLE: Final = "sinks"
_NAME: Final = TypeAdapter[str](SinkName)


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """A sink as it stands in the settings file, not opened yet."""

    name: str
    options: SinkOptions

    @property
    def takes(self) -> Literal["updates", "alerts"]:
        """What the sink is handed."""
        return self.options.takes

    def open(self) -> Sink[Any]:
        """The sink; it connects when it is first needed.

        Raises ConsentryError when something that it needs is not installed.
        """
        return self.options.open()


def configured(
    config: Path | None = None, environ: Mapping[str, str] | None = None
) -> dict[str, Configured]:
    """All sinks by name, in the order of the file; none where there is no file or no table.

    `config` is the settings file, by default the one that CONSENTRY_CONFIG names. Raises
    ConsentryError with everything that is wrong, each line with file, table and key; what
    stands in the file is not quoted, since it may be a secret in the wrong place.
    """
    environ = os.environ if environ is None else environ
    path = settings_file(config, environ)
    if path is None:
        return {}
    tables = read_toml(path).get(TABLE, {})
    reading = _Reading(path, environ)
    found = reading.read(tables)
    if reading.problems:
        raise ConsentryError(
            "the sinks are not usable:",
            "All kinds of sinks and their keys are described in docs/sinks.md.",
            problems=reading.problems,
        )
    return found


def secret_variable(name: str, key: str) -> str:
    """The variable that holds a secret of a sink."""
    return f"{SINK_PREFIX}{name.replace('-', '_').upper()}_{key.upper()}"


def unknown_variables(
    sinks: Mapping[str, Configured], environ: Mapping[str, str] | None = None
) -> list[str]:
    """Variables that begin like a sink's secret and are none: most likely misspelt."""
    known = {
        secret_variable(sink.name, key) for sink in sinks.values() for key in sink.options.secrets()
    }
    names = os.environ if environ is None else environ
    return sorted(
        name
        for name, value in names.items()
        if name.startswith(SINK_PREFIX) and name not in known and not is_of_kubernetes(name, value)
    )


@dataclass(slots=True)
class _Reading:
    path: Path
    environ: Mapping[str, str]
    problems: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    """Which sink a variable belongs to: `a-b` with `token` and `a` with `b_token` share one."""

    def read(self, tables: object) -> dict[str, Configured]:
        if not isinstance(tables, dict):
            self.problems.append(f"{self.path}, {TABLE}: must be tables [{TABLE}.NAME]")
            return {}
        found = {}
        for name, table in tables.items():
            options = self._options(name, table)
            if options is not None:
                found[name] = Configured(name=name, options=options)
        return found

    def _options(self, name: str, table: object) -> SinkOptions | None:
        where = f"{self.path}, {TABLE}.{name}"
        try:
            _NAME.validate_python(name)
        except ValidationError:
            self.problems.append(
                f"{where}: a name has at most 40 lower-case letters, digits and -, a letter first"
            )
            return None
        if not isinstance(table, dict):
            self.problems.append(f"{where}: must be a table [{TABLE}.{name}]")
            return None
        kind = table.get("type")
        model = KINDS.get(kind) if isinstance(kind, str) else None
        if model is None:
            near = _near(kind, KINDS) if isinstance(kind, str) else ""
            answer = "is missing" if kind is None else f"there is no such kind{near}"
            self.problems.append(f"{where}, type: {answer}; the kinds are {', '.join(KINDS)}")
            return None
        before = len(self.problems)
        values = self._values(name, table, model)
        try:
            options = model.model_validate(with_paths(values, model, self.path))
        except ValidationError as error:
            self._explain(error, name, model)
            return None
        return options if len(self.problems) == before else None

    def _values(
        self, name: str, table: Mapping[str, object], model: type[SinkOptions]
    ) -> dict[str, object]:
        """What the table and the secrets' places hold, without keys that do not exist."""
        secrets = model.secrets()
        files = {f"{key}_file": key for key in secrets}
        plain = [key for key in model.model_fields if key not in secrets]
        values: dict[str, object] = {}
        for key, value in table.items():
            where = f"{self.path}, {TABLE}.{name}, {key}"
            if key in plain:
                values[key] = value
            elif key in secrets:
                self.problems.append(
                    f"{where}: a secret does not belong in a settings file; use {key}_file or "
                    f"the variable {secret_variable(name, key)}"
                )
                values[key] = "-"  # said already; it must not count as missing too
            elif key in files:
                values[files[key]] = self._from_file(value, where)
            else:
                self.problems.append(f"{where}: there is no such key{_near(key, (*plain, *files))}")
        for key in secrets:
            variable = secret_variable(name, key)
            other = self.variables.setdefault(variable, name)
            text = self.environ.get(variable)
            if not text:
                continue
            where = f"{self.path}, {TABLE}.{name}"
            if other != name:
                self.problems.append(
                    f"{where}, {key}: {variable} belongs to {TABLE}.{other} as well; use {key}_file"
                )
            if f"{key}_file" in table:
                self.problems.append(
                    f"{where}: {variable} and {key}_file are both given: leave one out"
                )
            values[key] = text
        return values

    def _from_file(self, value: object, where: str) -> str:
        """The text of a file without its line end; `-` where that was complained of."""
        if not isinstance(value, str):
            self.problems.append(f"{where}: must name a file")
            return "-"
        try:
            text = from_file(self.path, value).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it holds no text"
            self.problems.append(f"{where}: the file is unreadable: {reason}")
            return "-"
        text = text.removesuffix("\n").removesuffix("\r")
        if not text:
            self.problems.append(f"{where}: the file is empty")
            return "-"
        return text

    def _explain(self, error: ValidationError, name: str, model: type[SinkOptions]) -> None:
        for fault in error.errors(include_url=False, include_input=False, include_context=False):
            place = ".".join(str(part) for part in fault["loc"])
            where = f"{self.path}, {TABLE}.{name}" + (f", {place}" if place else "")
            if fault["type"] == "missing" and place in model.secrets():
                variable = secret_variable(name, place)
                what = f"is missing: give {place}_file or the variable {variable}"
            elif fault["type"] == "missing":
                what = "is missing"
            else:
                what = fault["msg"].removeprefix("Value error, ").removeprefix("Input ")
            self.problems.append(f"{where}: {what}")


def _near(word: str, words: Mapping[str, object] | tuple[str, ...]) -> str:
    near = get_close_matches(word, list(words), n=1)
    return f"; did you mean {near[0]}?" if near else ""
