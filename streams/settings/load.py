"""Read the settings once: arguments over environment over TOML file over defaults."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import SecretStr, ValidationError

from streams.errors import ConsentryError
from streams.settings.model import Settings

PREFIX: Final = "CONSENTRY_"
CONFIG_VARIABLE: Final = "CONSENTRY_CONFIG"

OTHER_VARIABLES: Final = frozenset({CONFIG_VARIABLE, "CONSENTRY_CACHE", "CONSENTRY_TEST_BROKERS"})
"""Variables with our prefix that are no settings."""

_SECRETS: Final = frozenset(
    name
    for name, field in Settings.model_fields.items()
    if field.annotation is SecretStr or SecretStr in get_args(field.annotation)
)


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def unknown_variables(environ: Mapping[str, str] | None = None) -> list[str]:
    """Variables that begin like ours but mean nothing: most likely misspelt.

    They do not stop the program, since a host may carry variables of another version;
    whoever starts it should warn of them.
    """
    known = OTHER_VARIABLES | {variable(name) for name in Settings.model_fields}
    names = os.environ if environ is None else environ
    return sorted(name for name in names if name.startswith(PREFIX) and name not in known)


def load_settings(
    config: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """The settings from `overrides`, the environment, a TOML file and the defaults.

    `config` is the TOML file, by default the one that CONSENTRY_CONFIG names. Overrides
    that are None count as not given. Raises ConsentryError with everything that is
    wrong, each line with its source; secrets are not quoted.
    """
    environ = os.environ if environ is None else environ
    if config is None and environ.get(CONFIG_VARIABLE):
        config = Path(environ[CONFIG_VARIABLE])
    problems: list[str] = []
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}

    def take(name: str, value: Any, source: str) -> None:
        values[name] = value
        sources[name] = source

    if config is not None:
        for name, value in _read_toml(config).items():
            if name not in Settings.model_fields:
                problems.append(f"{config}, {name}: there is no such setting{_similar(name)}")
            elif name in _SECRETS:
                problems.append(
                    f"{config}, {name}: a secret does not belong in a settings file; use "
                    f"{variable(name)} or {name}_file"
                )
            else:
                take(name, value, f"{config}, {name}")
    for name in Settings.model_fields:
        # An empty variable counts as not set: compose files write them so.
        if text := environ.get(variable(name)):
            take(name, text, variable(name))
    for name, value in (overrides or {}).items():
        if value is not None:
            take(name, value, f"--{name.replace('_', '-')}")
    unread = _read_secrets(values, sources, problems)
    try:
        settings = Settings(**values)
    except ValidationError as error:
        problems += _explain(error, values, sources, unread)
    else:
        if not problems:
            return settings
    raise ConsentryError(
        "the settings are not usable:\n" + "\n".join(f"  {line}" for line in problems),
        "All settings are described in docs/operations.md.",
    ) from None


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConsentryError(
            f"the settings file {path} cannot be read: {error.strerror}",
            f"Correct --config or {CONFIG_VARIABLE}, or leave it out to use the defaults.",
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        where = error if isinstance(error, tomllib.TOMLDecodeError) else "not UTF-8"
        raise ConsentryError(
            f"the settings file {path} is not TOML: {where}", "Mend the file and start again."
        ) from None


def _read_secrets(
    values: dict[str, Any], sources: dict[str, str], problems: list[str]
) -> frozenset[str]:
    """Replace files by what they hold. Returns the secrets that already have a problem."""
    unread = set()
    for secret in _SECRETS:
        file = f"{secret}_file"
        if file not in values:
            continue
        if secret in values:
            problems.append(f"{sources[secret]} and {sources[file]} are both given: leave one out")
            continue
        try:
            text = Path(values[file]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError, TypeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it holds no text"
            problems.append(
                f"{sources[file]} is {values[file]!r}: the file is unreadable: {reason}"
            )
            unread.add(secret)
            continue
        values[secret] = text.removesuffix("\n").removesuffix("\r")
        sources[secret] = f"the file named by {sources[file]}"
    return frozenset(unread)


def _explain(
    error: ValidationError,
    values: Mapping[str, Any],
    sources: Mapping[str, str],
    unread: frozenset[str],
) -> list[str]:
    """A line for each error: where the value came from, what it is, what is allowed."""
    lines = []
    seen: set[str] = set()
    for fault in error.errors(include_url=False, include_input=False, include_context=False):
        name = str(fault["loc"][0])
        if name in unread or name in seen:
            continue
        seen.add(name)
        allowed = allowed_values(name)
        text = fault["msg"].removeprefix("Value error, ")
        what = text if fault["type"] == "value_error" else f"allowed: {allowed}"
        if name not in values:
            lines.append(f"{variable(name)} (not set): {what}")
        elif name in _SECRETS:
            lines.append(f"{sources[name]}: {what}")
        else:
            lines.append(f"{sources[name]} is {values[name]!r}: {what}")
    return lines


def allowed_values(name: str) -> str:
    """What a setting may be, in words."""
    extra = Settings.model_fields[name].json_schema_extra
    assert isinstance(extra, dict)
    return str(extra["allowed"])


def _similar(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, Settings.model_fields, n=1)
    return f"; did you mean {near[0]}?" if near else ""
