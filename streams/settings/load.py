"""Read the settings once: arguments over environment over TOML file over defaults."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import SecretStr, ValidationError

from streams.errors import ConsentryError
from streams.settings.environment import CONFIG_VARIABLE, is_of_kubernetes, variable
from streams.settings.model import Settings
from streams.settings.paths import with_paths
from streams.settings.text import text_of
from streams.settings.toml_text import read_document
from streams.settings.webhooks import TABLE as RECEIVE
from streams.settings.webhooks import source_names

OTHER_TABLES: Final = frozenset({"sinks", "alerts", "ingest", RECEIVE})
"""Tables of the settings file that have readers of their own."""

_SECRETS: Final = frozenset(
    name
    for name, field in Settings.model_fields.items()
    if field.annotation is SecretStr or SecretStr in get_args(field.annotation)
)


def settings_file(config: Path | None, environ: Mapping[str, str] | None = None) -> Path | None:
    """The settings file: `config`, or the one that CONSENTRY_CONFIG names, or none."""
    environ = os.environ if environ is None else environ
    if config is None and environ.get(CONFIG_VARIABLE):
        return Path(environ[CONFIG_VARIABLE])
    return config


def read_toml(path: Path) -> dict[str, Any]:
    """What the settings file holds. Raises ConsentryError where it cannot be read."""
    return toml_and_text(path)[0]


def toml_and_text(path: Path) -> tuple[dict[str, Any], str]:
    """The same, and the text that it was read from."""
    name = f"the settings file {path}"
    text = text_of(
        path, name, f"Correct --config or {CONFIG_VARIABLE}, or leave it out to use the defaults."
    )
    remedy = "Correct the file and start again."
    document = read_document(text, name, remedy)
    if key := _with_zero(document):
        raise ConsentryError(f"{name}, {key}: no setting holds a zero character", remedy)
    return document, text


def _with_zero(document: Mapping[str, Any]) -> str | None:
    """The key of a text with a zero character, which no file has in its name and Kafka nowhere."""
    values = list(document.items())
    for key, value in values:  # which grows meanwhile
        if isinstance(value, str) and "\0" in value:
            return key
        if isinstance(value, dict):
            values += [(f"{key}.{name}", one) for name, one in value.items()]
        elif isinstance(value, list):
            values += [(key, one) for one in value]
    return None


def load_settings(
    config: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    asks_kafka: bool = True,
) -> Settings:
    """The settings from `overrides`, the environment, a TOML file and the defaults.

    `config` is the TOML file, by default the one that CONSENTRY_CONFIG names. Overrides
    that are None count as not given. Raises ConsentryError with everything that is
    wrong, each line with its source; secrets are not quoted.

    Without `asks_kafka` nobody logs in anywhere: TLS and credentials are passed over,
    whatever the settings say of them, and no file with a secret is read.
    """
    environ = os.environ if environ is None else environ
    config = settings_file(config, environ)
    found = _Found()
    if config is not None:
        found.take_file(config)
    found.take_environment(environ)
    found.take_arguments(overrides or {})
    if asks_kafka:
        found.read_secrets()
    else:
        found.forget_access()
    try:
        settings = Settings(**found.values)
    except ValidationError as error:
        found.explain(error)
    else:
        if not found.problems:
            return settings
    raise ConsentryError(
        "the settings are not usable:",
        "All settings are described in docs/operations.md.",
        problems=found.problems,
    ) from None


@dataclass(slots=True)
class _Found:
    """What was found so far: values, where each came from, and what is wrong."""

    values: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    """Secrets whose file is unreadable, which is reported already."""

    def take(self, name: str, value: object, source: str) -> None:
        self.values[name] = value
        self.sources[name] = source

    def take_file(self, path: Path) -> None:
        sources: tuple[Any, ...] = ()
        for name, value in with_paths(read_toml(path), Settings, path).items():
            if name == RECEIVE:
                sources = source_names(value)
            if name in OTHER_TABLES:
                continue
            if name not in Settings.model_fields:
                self.problems.append(f"{path}, {name}: there is no such setting{_similar(name)}")
            elif name in _SECRETS:
                self.problems.append(
                    f"{path}, {name}: a secret does not belong in a settings file; use "
                    f"{variable(name)} or {name}_file"
                )
            else:
                self.take(name, value, f"{path}, {name}")
        if sources and "webhooks" not in self.values:
            self.take("webhooks", sources, f"{path}, receive.sources")

    def take_environment(self, environ: Mapping[str, str]) -> None:
        for name in Settings.model_fields:
            # An empty variable counts as not set: compose files write them so.
            text = environ.get(variable(name))
            if text and not is_of_kubernetes(variable(name), text):
                self.take(name, text, variable(name))

    def take_arguments(self, overrides: Mapping[str, Any]) -> None:
        for name, value in overrides.items():
            if value is not None:
                self.take(name, value, f"--{name.replace('_', '-')}")

    def read_secrets(self) -> None:
        """Put what a file holds in the place of its name."""
        for secret in _SECRETS:
            file = f"{secret}_file"
            if file not in self.values:
                continue
            source = self.sources[file]
            if secret in self.values:
                self.problems.append(
                    f"{self.sources[secret]} and {source} are both given: leave one out"
                )
                continue
            try:
                text = Path(self.values[file]).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError, TypeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "it holds no text"
                self.problems.append(
                    f"{source} is {self.values[file]!r}: the file is unreadable: {reason}"
                )
                self.unread.add(secret)
                continue
            text = text.removesuffix("\n").removesuffix("\r")
            self.take(secret, text, f"the file named by {source}")

    def forget_access(self) -> None:
        """Leave out how to log in; the addresses stay, for commands to copy."""
        for name in list(self.values):
            if name == "security_protocol" or name.startswith(("ssl_", "sasl_", "registry_")):
                del self.values[name]

    def explain(self, error: ValidationError) -> None:
        """Add a line for each setting at fault: source, value, what is allowed."""
        seen = set(self.unread)
        for fault in error.errors(include_url=False, include_input=False, include_context=False):
            name = str(fault["loc"][0])
            if name in seen:
                continue
            seen.add(name)
            own_words = fault["type"] == "value_error"
            what = (
                fault["msg"].removeprefix("Value error, ")
                if own_words
                else f"allowed: {allowed_values(name)}"
            )
            if name not in self.values:
                self.problems.append(f"{variable(name)} (not set): {what}")
            elif name in _SECRETS:
                self.problems.append(f"{self.sources[name]}: {what}")
            else:
                self.problems.append(f"{self.sources[name]} is {self.values[name]!r}: {what}")


def allowed_values(name: str) -> str:
    """What a setting may be, in words."""
    extra = Settings.model_fields[name].json_schema_extra
    assert isinstance(extra, dict)
    return str(extra["allowed"])


def _similar(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, Settings.model_fields, n=1)
    return f"; did you mean {near[0]}?" if near else ""
