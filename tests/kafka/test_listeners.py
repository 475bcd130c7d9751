"""The wrong words to a real listener, and what each command says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.cli.main import main
from streams.dev.broker import LocalBroker

EVERY = (
    ["topics", "check"],
    ["topics", "create"],
    ["topics", "create", "--commands"],
    ["watch"],
    ["verify"],
    ["worker"],
    ["worker", "remove", "x"],
    ["explain", "c3c704f6-6213-56b6-939b-48b10a12705b"],
)


@pytest.fixture
def access(secure_kafka: LocalBroker, monkeypatch: pytest.MonkeyPatch) -> LocalBroker:
    monkeypatch.setenv("CONSENTRY_CONNECT_TIMEOUT_S", "3")
    return secure_kafka


@pytest.mark.parametrize("command", EVERY, ids=" ".join)
def test_plain_to_a_tls_listener(
    access: LocalBroker, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--brokers", access.secure_bootstrap]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[0] == (
        f"error: {access.secure_bootstrap} speaks TLS, and security_protocol is PLAINTEXT"
    )
    assert len(said) == 2


def test_files_are_not_sent_there_either(
    access: LocalBroker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text("{}\n")
    assert main(["produce", str(file), "--brokers", access.secure_bootstrap]) == 2
    assert "speaks TLS" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("secure", "settings", "words"),
    [
        (False, {"SECURITY_PROTOCOL": "SSL"}, "does not speak TLS"),
        (True, {"SECURITY_PROTOCOL": "SSL"}, "it wants a login, most likely"),
        (
            False,
            {
                "SECURITY_PROTOCOL": "SASL_PLAINTEXT",
                "SASL_USERNAME": "u",
                "SASL_PASSWORD": "pass-Word-9",
            },
            "knows no login",
        ),
    ],
    ids=["TLS to plain", "no login", "a login to plain"],
)
def test_other_wrong_words(
    access: LocalBroker,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    secure: bool,  # noqa: FBT001 - a case
    settings: dict[str, str],
    words: str,
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"CONSENTRY_{name}", value)
    if settings["SECURITY_PROTOCOL"] == "SSL":
        monkeypatch.setenv("CONSENTRY_SSL_CA_FILE", str(access.ca_file))
    address = access.secure_bootstrap if secure else access.bootstrap
    assert main(["topics", "check", "--brokers", address]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert "pass-Word-9" not in said
