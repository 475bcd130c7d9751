"""Sinks come from tables of the settings file; their secrets from files and variables."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.errors import ConsentryError
from streams.settings import load_settings
from streams.settings import unknown_variables as unknown_settings
from streams.sinks.file import FileOptions
from streams.sinks.load import configured, secret_variable, unknown_variables

WORD = "s3cret-Word"


def toml(folder: Path, text: str) -> Path:
    path = folder / "consentry.toml"
    path.write_text(text, "utf-8")
    return path


def problem(config: Path, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(ConsentryError) as caught:
        configured(config, environ or {})
    assert caught.value.__cause__ is None
    assert WORD not in caught.value.problem + caught.value.remedy
    return caught.value.problem


def test_without_a_file_or_a_table_there_are_none(tmp_path: Path) -> None:
    assert configured(environ={}) == {}
    assert configured(toml(tmp_path, "partitions = 3"), {}) == {}


def test_tables_become_options_in_their_order(tmp_path: Path) -> None:
    config = toml(
        tmp_path,
        '[sinks.zulu]\ntype = "file"\npath = "z"\ntell = ["duties"]\nkeep_files = 3\n'
        '[sinks.alfa]\ntype = "file"\npath = "a"\n',
    )
    found = configured(environ={"CONSENTRY_CONFIG": str(config)})
    assert list(found) == ["zulu", "alfa"]
    options = found["zulu"].options
    assert isinstance(options, FileOptions)
    assert (options.path, options.tell, options.keep_files) == (tmp_path / "z", ("duties",), 3)
    assert found["zulu"].takes == "updates"


def test_the_settings_leave_sinks_and_alerts_to_their_readers(tmp_path: Path) -> None:
    config = toml(tmp_path, "partitions = 3\n[sinks.x]\n[alerts]\n")
    assert load_settings(config, environ={}).partitions == 3
    assert unknown_settings({"CONSENTRY_SINK_X_TOKEN": "x"}) == []


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    config = toml(
        tmp_path,
        '[sinks.a]\ntype = "fiel"\n'
        '[sinks.b]\npath = "b"\n'
        '[sinks.c]\ntype = "file"\npath = "c"\nrotate_byte = 5\nkeep_files = 0\n'
        '[sinks.d]\ntype = "file"\n'
        '[sinks.E]\ntype = "file"\n',
    )
    text = problem(config)
    assert f"{config}, sinks.a, type: there is no such kind; did you mean file?" in text
    assert f"{config}, sinks.b, type: is missing; the kinds are " in text
    assert "sinks.c, rotate_byte: there is no such key; did you mean rotate_bytes?" in text
    assert "sinks.c, keep_files: should be greater than or equal to 1" in text
    assert "sinks.d, path: is missing" in text
    assert "sinks.E: a name has" in text


def test_tables_must_be_tables(tmp_path: Path) -> None:
    assert "must be tables" in problem(toml(tmp_path, "sinks = 3"))
    assert "sinks.a: must be a table" in problem(toml(tmp_path, "[sinks]\na = 3"))


def test_a_variable_of_no_sink_is_known_as_such(tmp_path: Path) -> None:
    found = configured(toml(tmp_path, '[sinks.x]\ntype = "file"\npath = "x"'), {})
    environ = {"CONSENTRY_SINK_X_TOKN": WORD, "CONSENTRY_PARTITIONS": "3"}
    assert unknown_variables(found, environ) == ["CONSENTRY_SINK_X_TOKN"]
    assert secret_variable("a-b", "token") == "CONSENTRY_SINK_A_B_TOKEN"


def pagerduty(folder: Path, more: str = "") -> Path:
    return toml(folder, f'[sinks.on-call]\ntype = "pagerduty"\n{more}')


def test_secrets_come_from_a_variable_or_a_file(tmp_path: Path) -> None:
    variable = "CONSENTRY_SINK_ON_CALL_ROUTING_KEY"
    found = configured(pagerduty(tmp_path), {variable: "a" * 32})["on-call"]
    assert found.options.model_dump()["routing_key"].get_secret_value() == "a" * 32
    assert "a" * 32 not in repr(found)
    assert found.takes == "alerts"
    secret = tmp_path / "key"
    secret.write_text("b" * 32 + "\n", "utf-8")
    from_file = configured(pagerduty(tmp_path, f'routing_key_file = "{secret}"'), {})["on-call"]
    assert from_file.options.model_dump()["routing_key"].get_secret_value() == "b" * 32


def test_what_is_wrong_with_secrets(tmp_path: Path) -> None:
    variable = "CONSENTRY_SINK_ON_CALL_ROUTING_KEY"
    where = "sinks.on-call, routing_key"
    assert f"{where}: is missing: give routing_key_file or" in problem(pagerduty(tmp_path))
    assert f"{where}: a secret does not belong" in problem(
        pagerduty(tmp_path, f'routing_key = "{WORD}"')
    )
    assert f"{where}: should have 32" in problem(pagerduty(tmp_path), {variable: WORD})
    secret = tmp_path / "key"
    named = pagerduty(tmp_path, f'routing_key_file = "{secret}"')
    assert "the file is unreadable: No such file" in problem(named)
    secret.write_text("", "utf-8")
    assert "the file is empty" in problem(named)
    secret.write_bytes(b"\xff")
    assert "it holds no text" in problem(named)
    secret.write_text("b" * 32, "utf-8")
    assert "are both given" in problem(named, {variable: "a" * 32})
    assert "must name a file" in problem(pagerduty(tmp_path, "routing_key_file = 3"))


def test_two_sinks_with_one_variable_are_distinguished(tmp_path: Path) -> None:
    config = toml(
        tmp_path,
        '[sinks.a]\ntype = "webhook"\nurl = "https://a.example"\n'
        '[sinks.a-previous]\ntype = "webhook"\nurl = "https://b.example"\n',
    )
    key = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
    text = problem(
        config, {"CONSENTRY_SINK_A_SECRET": key, "CONSENTRY_SINK_A_PREVIOUS_SECRET": key}
    )
    assert "CONSENTRY_SINK_A_PREVIOUS_SECRET belongs to sinks.a as well" in text
