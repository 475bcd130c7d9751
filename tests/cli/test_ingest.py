"""`consentry ingest` before it asks for a broker, and its commands beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.cli.main import main

SETTINGS = """
[ingest]
key_file = "key"
controller_id = "OURCO"

[ingest.sources.mail]
topics = ["mail.events"]
map = "sendgrid"
"""


@pytest.fixture
def settings(tmp_path: Path) -> str:
    file = tmp_path / "consentry.toml"
    file.write_text(SETTINGS)
    (tmp_path / "key").write_text("0123456789abcdef" * 4)
    return str(file)


def test_without_a_command_it_is_the_service(
    settings: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ingest", "--config", settings, "--check"]) == 0
    assert capsys.readouterr().out == "mail: mail.events by the map sendgrid\n"


def test_without_a_settings_file_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CONSENTRY_CONFIG", raising=False)
    assert main(["ingest"]) == 2
    assert "no settings file is named" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--config=c.toml", "--brokers=k:1", "--check", "--json-logs"])
def test_options_of_the_service_do_not_reach_its_commands_unseen(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ingest", option, "connectors"]) == 2
    assert "options go after `ingest connectors`" in capsys.readouterr().err


def test_a_command_that_is_none_starts_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ingest", "tri"]) == 2
    assert "tri" in capsys.readouterr().err
