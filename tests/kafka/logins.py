"""Settings of a client that shows a certificate or a token, and what is said to one refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from streams.cli.main import main
from streams.dev.broker import LocalBroker
from tests.kafka.token_server import CLIENT, SECRET, TokenServer

USER, WORD = "alice", "pass-Word-9"
ZONE = "zone-a"


def by_certificate(broker: LocalBroker, **more: object) -> dict[str, Any]:
    return {
        "brokers": broker.mutual_bootstrap,
        "security_protocol": "SSL",
        "ssl_ca_file": broker.ca_file,
        "ssl_cert_file": broker.client_file,
        "client_rack": ZONE,
        "connect_timeout_s": 10.0,
    } | more


def by_token(broker: LocalBroker, tokens: TokenServer, **more: object) -> dict[str, Any]:
    return {
        "brokers": broker.secure_bootstrap,
        "security_protocol": "SASL_SSL",
        "ssl_ca_file": broker.ca_file,
        "sasl_mechanism": "OAUTHBEARER",
        "sasl_oauth_token_url": tokens.url,
        "sasl_oauth_client_id": CLIENT,
        "sasl_oauth_client_secret": SECRET,
        "sasl_oauth_ssl_ca_file": broker.ca_file,
        "client_rack": ZONE,
        "connect_timeout_s": 10.0,
    } | more


def refused(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    settings: dict[str, Any],
    *command: str,
) -> str:
    """What a command says that ends with code 2: one line, and one with what to do."""
    for name, value in settings.items():
        monkeypatch.setenv(f"CONSENTRY_{name.upper()}", str(value))
    assert main([*(command or ("topics", "check"))]) == 2
    problem, remedy = capsys.readouterr().err.splitlines()
    assert SECRET not in problem + remedy
    assert WORD not in problem + remedy
    return problem.removeprefix("error: ")


def token_file(folder: Path, tokens: TokenServer, **changes: object) -> Path:
    before = {name: getattr(tokens, name) for name in changes}
    for name, value in changes.items():
        setattr(tokens, name, value)
    file = folder / "token"
    file.write_text(tokens.token() + "\n")
    for name, value in before.items():
        setattr(tokens, name, value)
    return file
