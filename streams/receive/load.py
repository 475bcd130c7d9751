"""Read the table `[receive]` of the settings file, and the secrets that it names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter, ValidationError

from streams.errors import ConsentryError
from streams.policy_file.lines import key_lines
from streams.receive.checks.check import SenderCheck
from streams.receive.options import ReceiveOptions, SourceName, SourceOptions
from streams.receive.secret_files import UnusableSecretError, read_secret
from streams.receive.sources import SCHEMES
from streams.settings.load import settings_file, toml_and_text
from streams.settings.paths import with_paths
from streams.settings.webhooks import SOURCES, TABLE

_NAME: Final = TypeAdapter[str](SourceName)
REMEDY: Final = "The table and all of its keys are described in docs/receive.md."


class Source(NamedTuple):
    """A sender as it stands in the settings file, with its secrets read."""

    name: str
    options: SourceOptions
    check: SenderCheck
    verify_tokens: tuple[bytes, ...] = ()


class Receiving(NamedTuple):
    """What the table says: the server, and the sources by name."""

    server: ReceiveOptions
    sources: Mapping[str, Source]


def read_receiving(
    config: Path | None = None, environ: Mapping[str, str] | None = None
) -> Receiving:
    """The server and its sources.

    `config` is the settings file, by default the one that CONSENTRY_CONFIG names. Raises
    ConsentryError with everything that is wrong, each line with file, line of the file, table
    and key; what stands in the file is not quoted, since it may be a secret in the wrong place.
    """
    path = settings_file(config, os.environ if environ is None else environ)
    document, text = ({}, "") if path is None else toml_and_text(path)
    table = document.get(TABLE, {})
    if path is None or not table:
        raise ConsentryError(
            "there is no source to receive from",
            "Add a table [receive.sources.NAME] to the settings file (--config, or "
            "CONSENTRY_CONFIG); docs/receive.md describes it.",
        )
    reading = _Reading(path, key_lines(text))
    found = reading.read(table)
    if found is None or reading.problems:
        raise ConsentryError(
            "the table [receive] is not usable:", REMEDY, problems=reading.problems
        )
    return found


@dataclass(slots=True)
class _Reading:
    path: Path
    lines: Mapping[Any, int]
    problems: list[str] = field(default_factory=list)

    def read(self, table: object) -> Receiving | None:
        if not isinstance(table, dict):
            self._say((TABLE,), "must be a table [receive]")
            return None
        server = self._server({key: value for key, value in table.items() if key != SOURCES})
        tables = table.get(SOURCES, {})
        if not isinstance(tables, dict) or not tables:
            self._say((TABLE, SOURCES), "must be tables [receive.sources.NAME], one at least")
            return None
        found = {name: self._source(name, one) for name, one in tables.items()}
        sources = {name: one for name, one in found.items() if one is not None}
        return None if server is None else Receiving(server, sources)

    def _server(self, table: Mapping[str, object]) -> ReceiveOptions | None:
        try:
            return ReceiveOptions.model_validate(with_paths(table, ReceiveOptions, self.path))
        except ValidationError as error:
            self._explain(error, (TABLE,), ReceiveOptions)
            return None

    def _source(self, name: str, table: object) -> Source | None:
        place = (TABLE, SOURCES, name)
        try:
            _NAME.validate_python(name)
        except ValidationError:
            self._say(
                place,
                "a name has at most 40 lower-case letters, digits and -, a letter first",
            )
            return None
        if not isinstance(table, dict):
            self._say(place, f"must be a table [receive.sources.{name}]")
            return None
        scheme = table.get("scheme")
        model = SCHEMES.get(scheme) if isinstance(scheme, str) else None
        if model is None:
            near = _near(scheme, SCHEMES) if isinstance(scheme, str) else ""
            answer = "is missing" if scheme is None else f"there is no such scheme{near}"
            self._say((*place, "scheme"), f"{answer}; the schemes are {', '.join(SCHEMES)}")
            return None
        try:
            options = model.model_validate(with_paths(table, model, self.path))
        except ValidationError as error:
            self._explain(error, place, model)
            return None
        return self._opened(name, options)

    def _opened(self, name: str, options: SourceOptions) -> Source | None:
        place = (TABLE, SOURCES, name)
        if (options.challenge == "hub") != bool(options.verify_token_files):
            self._say((*place, "challenge"), "`hub` goes with verify_token_files")
            return None
        try:
            check = options.open()
        except ValueError as error:
            self._say((*place, "secret_files"), str(error))
            return None
        try:
            tokens = tuple(read_secret(one).encode() for one in options.verify_token_files)
        except UnusableSecretError as error:
            self._say((*place, "verify_token_files"), str(error))
            return None
        return Source(name, options, check, tokens)

    def _explain(self, error: ValidationError, place: tuple[str, ...], model: type[Any]) -> None:
        for fault in error.errors(include_url=False, include_input=False, include_context=False):
            where = (*place, *(part for part in fault["loc"] if isinstance(part, str)))
            if fault["type"] == "missing":
                what = "is missing"
            elif fault["type"] == "extra_forbidden":
                key = str(fault["loc"][-1])
                what = f"there is no such key{_near(key, model.model_fields)}"
                if key in ("secret", "secrets", "token", "password", "key"):
                    what += "; a secret stands in a file that secret_files names"
            else:
                what = fault["msg"].removeprefix("Value error, ").removeprefix("Input ")
            self._say(where, what)

    def _say(self, place: tuple[str, ...], what: str) -> None:
        known = (place[:n] for n in range(len(place), 0, -1))
        line = next((self.lines[one] for one in known if one in self.lines), None)
        ending = f" (line {line})" if line else ""
        self.problems.append(f"{self.path}, {'.'.join(place)}: {what}{ending}")


def _near(word: str, words: Mapping[str, object]) -> str:
    near = get_close_matches(word, list(words), n=1)
    return f"; did you mean {near[0]}?" if near else ""
