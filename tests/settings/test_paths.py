"""Paths of the settings file are seen from its folder, whichever table they stand in."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from streams.receive.load import read_receiving
from streams.settings.load import load_settings
from streams.settings.paths import from_file, with_paths
from streams.sinks.file import FileOptions
from streams.sinks.load import configured

SETTINGS = """
policy_file = "policy.toml"
store_folder = "/var/lib/consentry"
sasl_password_file = "secrets/kafka"

[sinks.archive]
type = "file"
path = "findings.jsonl"

[sinks.splunk]
type = "splunk_hec"
url = "https://splunk.example"
token_file = "secrets/splunk"

[receive.sources.shop]
scheme = "shopify"
secret_files = ["secrets/shop", "secrets/kafka"]
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A settings file in another folder than the one from which the command runs."""
    folder = tmp_path / "etc"
    (folder / "secrets").mkdir(parents=True)
    (folder / "secrets" / "kafka").write_text("Hk2-9sd8f7-sdfq3-x")
    (folder / "secrets" / "splunk").write_text("Sp2-9sd8f7-sdfq3-y")
    (folder / "secrets" / "shop").write_text("Sh2-9sd8f7-sdfq3-z")
    (folder / "consentry.toml").write_text(SETTINGS)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return folder / "consentry.toml"


def test_each_table_sees_its_paths_from_the_file(settings: Path) -> None:
    folder = settings.parent
    found = load_settings(settings, environ={}, asks_kafka=False)
    assert found.policy_file == folder / "policy.toml"
    assert found.store_folder == Path("/var/lib/consentry")
    sinks = configured(settings, {})
    assert isinstance(sinks["archive"].options, FileOptions)
    assert sinks["archive"].options.path == folder / "findings.jsonl"
    shop = read_receiving(settings, {}).sources["shop"]
    assert shop.options.secret_files == (folder / "secrets/shop", folder / "secrets/kafka")


def test_a_file_with_a_secret_is_read_from_there_too(settings: Path) -> None:
    user = {"CONSENTRY_SECURITY_PROTOCOL": "SASL_SSL", "CONSENTRY_SASL_USERNAME": "u",
            "CONSENTRY_SASL_MECHANISM": "PLAIN"}  # fmt: skip
    found = load_settings(settings, environ=user)
    assert found.sasl_password is not None
    assert found.sasl_password.get_secret_value() == "Hk2-9sd8f7-sdfq3-x"


def test_one_settings_file_beside_it_by_its_name_alone(
    settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(settings.parent)
    found = load_settings(Path(settings.name), environ={}, asks_kafka=False)
    assert found.policy_file == Path("policy.toml")


def test_variables_and_arguments_are_seen_from_the_working_directory(settings: Path) -> None:
    environ = {"CONSENTRY_POLICY_FILE": "mine.toml"}
    found = load_settings(settings, environ=environ, asks_kafka=False)
    assert found.policy_file == Path("mine.toml")
    found = load_settings(settings, {"policy_file": "asked.toml"}, environ, asks_kafka=False)
    assert found.policy_file == Path("asked.toml")


class Model(BaseModel):
    one: Path
    several: tuple[Path, ...] = ()
    perhaps: Path | None = None
    text: str = ""


def test_only_what_the_model_takes_as_a_path_is_one() -> None:
    file = Path("/etc/consentry.toml")
    values = {"one": "a", "several": ["b", "/c", 1], "perhaps": "", "text": "d", "unknown": "e"}
    assert with_paths(values, Model, file) == {
        "one": "/etc/a", "several": ["/etc/b", "/c", 1], "perhaps": "", "text": "d", "unknown": "e",
    }  # fmt: skip
    assert from_file(file, "../x") == Path("/etc/../x")
