"""Settings come from arguments, environment, TOML file and defaults, in that order."""

from __future__ import annotations

from pathlib import Path

import pydantic
import pytest

from streams.errors import ConsentryError
from streams.settings import Settings, load_settings, unknown_variables
from streams.settings.load import allowed_values

WORD = "s3cret-Word"
LOGIN = {"CONSENTRY_SECURITY_PROTOCOL": "SASL_SSL", "CONSENTRY_SASL_USERNAME": "worker"}


def problem(
    environ: dict[str, str] | None = None, config: Path | None = None, **overrides: object
) -> str:
    with pytest.raises(ConsentryError) as caught:
        load_settings(config, overrides, environ or {})
    assert caught.value.__cause__ is None  # pydantic's error would quote values
    assert WORD not in caught.value.problem + caught.value.remedy
    return caught.value.problem


def toml(folder: Path, text: str) -> Path:
    path = folder / "consentry.toml"
    path.write_text(text, "utf-8")
    return path


def test_defaults_need_nothing() -> None:
    settings = load_settings(environ={})
    assert settings == Settings()
    assert settings.brokers == ("127.0.0.1:9092",)
    assert settings.partitions == 12


def test_arguments_win_over_environment_over_file_over_defaults(tmp_path: Path) -> None:
    config = toml(
        tmp_path, 'brokers = ["file:1"]\npartitions = 4\ngeneration = 2\ntopic_prefix = "t."'
    )
    environ = {"CONSENTRY_BROKERS": "env:1, env:2", "CONSENTRY_PARTITIONS": "8"}
    settings = load_settings(config, {"brokers": "argument:1", "config": None}, environ)
    assert settings.brokers == ("argument:1",)
    assert settings.partitions == 8
    assert settings.generation == 2
    assert settings.topics.purchase == "t.purchase"
    assert settings.open_slices == 8


def test_the_environment_can_name_the_file(tmp_path: Path) -> None:
    config = toml(tmp_path, "partitions = 5")
    assert load_settings(environ={"CONSENTRY_CONFIG": str(config)}).partitions == 5


def test_an_empty_variable_counts_as_not_set() -> None:
    assert load_settings(environ={"CONSENTRY_PARTITIONS": ""}).partitions == 12


def test_building_settings_reads_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSENTRY_PARTITIONS", "77")
    assert Settings().partitions == 12


def test_settings_are_frozen() -> None:
    with pytest.raises(pydantic.ValidationError):
        Settings().partitions = 3  # type: ignore[misc]  # what is tested


def test_all_errors_are_said_at_once_with_source_value_and_what_is_allowed(tmp_path: Path) -> None:
    config = toml(tmp_path, 'partitons = 3\ntick_source = "sun"\nsasl_password = "s3cret-Word"')
    text = problem(
        {
            "CONSENTRY_PARTITIONS": "0",
            "CONSENTRY_SESSION_TIMEOUT_S": "9",
            "CONSENTRY_HEARTBEAT_INTERVAL_S": "4",
            "CONSENTRY_SECURITY_PROTOCOL": "SASL_SSL",
        },
        config,
        brokers="nowhere",
    )
    assert text.splitlines()[1:] == [
        f"  {config}, partitons: there is no such setting; did you mean partitions?",
        (
            f"  {config}, sasl_password: a secret does not belong in a settings file; use "
            "CONSENTRY_SASL_PASSWORD or sasl_password_file"
        ),
        "  --brokers is 'nowhere': name at least one broker as host:port, commas between",
        (
            "  CONSENTRY_SASL_USERNAME (not set): missing: security_protocol is SASL_SSL, which "
            "needs it"
        ),
        (
            "  CONSENTRY_SASL_PASSWORD (not set): missing: security_protocol is SASL_SSL, which "
            "needs it"
        ),
        "  CONSENTRY_PARTITIONS is '0': allowed: 1 to 1000",
        f"  {config}, tick_source is 'sun': allowed: worker or external",
        (
            "  CONSENTRY_HEARTBEAT_INTERVAL_S is '4': must be at most 3.00, a third of "
            "session_timeout_s"
        ),
    ]


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("CONSENTRY_BROKERS", "kafka", "host:port"),
        ("CONSENTRY_BROKERS", "kafka:70000", "host:port"),
        ("CONSENTRY_BROKERS", " , ", "host:port"),
        ("CONSENTRY_APPLICATION_ID", "con sentry", "allowed: 1 to 100 letters"),
        ("CONSENTRY_TOPIC_PURCHASE", "purchase/nl", "allowed: 1 to 100 letters"),
        ("CONSENTRY_OUTPUT_MAX_BYTES", "1048588", "must be at least 1114124"),
        ("CONSENTRY_TICK_INTERVAL_S", "soon", "allowed: 0.1 to 60"),
        ("CONSENTRY_SASL_MECHANISM", "GSSAPI", "allowed: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, "),
        ("CONSENTRY_SSL_CA_FILE", "/ca.pem", "which does not use TLS"),
        ("CONSENTRY_SASL_USERNAME", "worker", "which does not log in"),
        ("CONSENTRY_SASL_PASSWORD", WORD, "which does not log in"),
        ("CONSENTRY_SASL_PASSWORD_FILE", "/no/such/file", "unreadable: No such file"),
        ("CONSENTRY_DEAD_LETTER_LIMIT_SHARE", "0", "allowed: above 0, up to 1"),
    ],
)
def test_each_wrong_value_is_named(variable: str, value: str, expected: str) -> None:
    text = problem({variable: value})
    assert variable in text
    assert expected in text


def test_two_topics_of_one_name_are_both_named() -> None:
    text = problem({"CONSENTRY_TOPIC_PURCHASE": "data-share"})
    assert "CONSENTRY_TOPIC_DATA_SHARE (not set): topic_purchase is called data-share too" in text


def test_both_sides_of_a_limit() -> None:
    assert load_settings(environ={"CONSENTRY_PARTITIONS": "1000"}).partitions == 1000
    assert "CONSENTRY_PARTITIONS is '1001'" in problem({"CONSENTRY_PARTITIONS": "1001"})
    fits = {"CONSENTRY_INPUT_MAX_BYTES": "4194304", "CONSENTRY_OUTPUT_MAX_BYTES": "4259840"}
    assert load_settings(environ=fits).output_max_bytes == 4_259_840
    assert "must be at least 4259841" in problem(fits | {"CONSENTRY_INPUT_MAX_BYTES": "4194305"})


def test_a_missing_or_broken_file_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "none.toml"
    assert f"{missing} cannot be read" in problem(config=missing)
    broken = toml(tmp_path, "partitions = = 3")
    assert f"{broken}:1 is not TOML" in problem(config=broken)
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe")
    assert "not UTF-8" in problem(config=binary)


def test_the_password_comes_from_the_environment() -> None:
    settings = load_settings(environ={**LOGIN, "CONSENTRY_SASL_PASSWORD": WORD})
    assert settings.sasl_password is not None
    assert settings.sasl_password.get_secret_value() == WORD


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_the_password_comes_from_a_file_without_its_line_end(tmp_path: Path, ending: str) -> None:
    path = tmp_path / "password"
    path.write_bytes(f" {WORD} {ending}".encode())
    settings = load_settings(environ={**LOGIN, "CONSENTRY_SASL_PASSWORD_FILE": str(path)})
    assert settings.sasl_password is not None
    assert settings.sasl_password.get_secret_value() == f" {WORD} "


def test_an_empty_password_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("\n")
    text = problem({**LOGIN, "CONSENTRY_SASL_PASSWORD_FILE": str(path)})
    assert "the file named by CONSENTRY_SASL_PASSWORD_FILE: the password is empty" in text


def test_password_and_file_together_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text(WORD)
    text = problem(
        {
            **LOGIN,
            "CONSENTRY_SASL_PASSWORD": WORD,
            "CONSENTRY_SASL_PASSWORD_FILE": str(path),
        }
    )
    assert "are both given" in text


def test_misspelt_variables_are_listed() -> None:
    environ = {
        "CONSENTRY_BROKRES": "x",
        "CONSENTRY_BROKERS": "x",
        "CONSENTRY_CONFIG": "x",
        "CONSENTRY_TEST_BROKERS": "x",
        "PATH": "x",
    }
    assert unknown_variables(environ) == ["CONSENTRY_BROKRES"]


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_is_described(name: str) -> None:
    description = Settings.model_fields[name].description
    assert description is not None
    assert description.endswith(".")
    assert allowed_values(name)
