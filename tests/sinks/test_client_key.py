"""A key with a password: nobody is asked for it."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from pydantic import ValidationError

from streams.dev.certificates import write_certificates
from streams.sinks.contract import SinkDown
from streams.sinks.tls import TlsOptions


def test_openssl_asks_nobody_for_a_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, locked = tmp_path / "client.pem", tmp_path / "locked.key"
    write_certificates(tmp_path / "ca.pem", tmp_path / "server.pem", whole)
    key = serialization.load_pem_private_key(whole.read_bytes(), password=None)
    locked.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"k3y-Word"),
        )
    )
    load = ssl.SSLContext.load_cert_chain

    def without_terminal(
        self: ssl.SSLContext, cert: Any, key: Any = None, password: Any = None
    ) -> None:
        assert password is not None, "OpenSSL would ask on the terminal, and the sink would wait"
        load(self, cert, key, password)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", without_terminal)
    TlsOptions(client_certificate_file=whole).tls_context()
    with pytest.raises(SinkDown, match="client_key_file: holds nothing usable") as caught:
        TlsOptions(client_certificate_file=whole, client_key_file=locked).tls_context()
    assert caught.value.lasting
    assert "no password" in caught.value.remedy


def test_a_key_without_its_certificate_is_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="goes with client_certificate_file"):
        TlsOptions(client_key_file=tmp_path / "client.key")
