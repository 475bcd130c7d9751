"""The certificate that clients show: what can be used, and what is said of what cannot."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from streams.dev.certificates import write_certificates
from streams.errors import ConsentryError
from streams.settings import Settings, load_settings

WORD = "k3y-Word"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate with its key in one file, in two, and with a password."""
    folder = tmp_path_factory.mktemp("certificates")
    write_certificates(folder / "ca.pem", folder / "server.pem", folder / "client.pem")
    text = (folder / "client.pem").read_text("utf-8")
    key, begin, chain = text.partition("-----BEGIN CERTIFICATE-----")
    (folder / "client.key").write_text(key)
    (folder / "client.crt").write_text(begin + chain)
    loaded = serialization.load_pem_private_key(key.encode(), password=None)
    (folder / "locked.key").write_bytes(
        loaded.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(WORD.encode()),
        )
    )
    return folder


def shown(folder: Path, cert: str, key: str | None = None, **more: object) -> Settings:
    values = {
        "security_protocol": "SSL",
        "ssl_ca_file": folder / "ca.pem",
        "ssl_cert_file": folder / cert,
        "ssl_key_file": None if key is None else folder / key,
    }
    return Settings.model_validate(values | more)


@pytest.mark.parametrize(
    ("cert", "key", "word"),
    [
        ("client.pem", None, None),
        ("client.crt", "client.key", None),
        ("client.crt", "locked.key", WORD),
        ("client.crt", "client.key", "not needed"),
    ],
)
def test_a_certificate_with_its_key(
    folder: Path, cert: str, key: str | None, word: str | None
) -> None:
    settings = shown(folder, cert, key, ssl_key_password=word)
    assert settings.connection.ssl_context() is not None
    if word is not None:
        assert word not in repr(settings) + repr(settings.connection)


@pytest.mark.parametrize(
    ("cert", "key", "word", "said"),
    [
        ("client.crt", None, None, "are not both PEM"),
        ("ca.pem", "client.key", None, "holds a key that does not belong to ssl_cert_file"),
        ("client.crt", "locked.key", None, "has a password, and none is given"),
        ("client.crt", "locked.key", "wr0ng", "the password of ssl_key_file"),
        ("client.key", "client.crt", None, "are not both PEM"),
    ],
)
def test_what_cannot_be_used_is_named(
    folder: Path, cert: str, key: str | None, word: str | None, said: str
) -> None:
    settings = shown(folder, cert, key, ssl_key_password=word)
    with pytest.raises(ConsentryError) as caught:
        settings.connection.ssl_context()
    assert said in caught.value.problem
    assert str(folder / cert) in caught.value.problem or str(key) in caught.value.problem
    assert "wr0ng" not in caught.value.problem + caught.value.remedy
    assert "\n" not in caught.value.problem


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"SSL_CERT_FILE": "client.pem"}, "which does not use TLS"),
        ({"SECURITY_PROTOCOL": "SSL", "SSL_KEY_FILE": "client.key"}, "ssl_cert_file is missing"),
        ({"SECURITY_PROTOCOL": "SSL", "SSL_CERT_FILE": "none.pem"}, "no such file"),
        ({"SECURITY_PROTOCOL": "SSL", "SSL_KEY_PASSWORD": WORD}, "ssl_cert_file is missing"),
    ],
)
def test_settings_that_do_not_go_together(
    folder: Path, variables: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    with pytest.raises(ConsentryError) as caught:
        load_settings(environ={f"CONSENTRY_{name}": value for name, value in variables.items()})
    assert said in caught.value.problem
    assert WORD not in caught.value.problem
