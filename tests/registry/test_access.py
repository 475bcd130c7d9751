"""Logging in at a registry: by user, by token, by certificate; secrets show nowhere."""

from __future__ import annotations

import asyncio
import base64
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr, ValidationError

from streams.dev.certificates import write_certificates
from streams.errors import ConsentryError
from streams.registry import Access, Registry
from streams.settings import Settings, load_settings
from tests.delivery.standing import Standing
from tests.registry.fake import FakeRegistry, framed
from tests.registry.test_reading import own_schema

WORD = "s3cret-Word"
URL = "https://registry.example.org/apis/ccompat/v7"


def ask(access: Access) -> None:
    asyncio.run(Registry(access, tries=1).ensure([framed(1, b"abc")]))


def test_user_and_password(fake: FakeRegistry) -> None:
    fake.add(own_schema("purchase"))
    ask(Access(url=fake.url, username="worker", password=SecretStr(WORD)))
    given = fake.requests[0].headers["Authorization"]
    assert base64.b64decode(given.removeprefix("Basic ")).decode() == f"worker:{WORD}"


def test_a_token_is_read_from_its_file_each_time(fake: FakeRegistry, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("first\n")
    access = Access(url=fake.url, token_file=file)
    for number, word in enumerate(("first", "second"), 1):
        file.write_text(f"{word}\n")
        fake.add(own_schema("purchase"), schema_id=number)
        asyncio.run(Registry(access, tries=1).ensure([framed(number, b"")]))
        assert fake.requests[-1].headers["Authorization"] == f"Bearer {word}"
    file.write_text("two words")
    with pytest.raises(ConsentryError, match="holds no token"):
        ask(access)


def test_secrets_show_nowhere() -> None:
    access = Access(url=URL, username="worker", password=SecretStr(WORD))
    assert WORD not in repr(access)
    encoded = base64.b64encode(f"worker:{WORD}".encode()).decode()
    assert encoded not in repr(asyncio.run(access.authorization()))


def own_certificate(file: Path) -> Path:
    """A key and a certificate that it signed itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "worker")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    file.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return file


def test_mutual_tls(tmp_path: Path) -> None:
    ca, server = tmp_path / "ca.pem", tmp_path / "server.pem"
    write_certificates(ca, server)
    client = own_certificate(tmp_path / "client.pem")
    standing = Standing(FakeRegistry())
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=client)
    context.load_cert_chain(server)
    context.verify_mode = ssl.CERT_REQUIRED
    standing.receiver.ssl = context
    with standing:
        fake = standing.receiver
        fake.add(own_schema("purchase"))
        url = fake.url
        ask(Access(url=url, ca_file=ca, cert_file=client))
        assert len(fake.requests) == 1
        with pytest.raises(ConsentryError, match="TLS with the schema registry"):
            ask(Access(url=url))
        with pytest.raises(ConsentryError, match=r"does not answer|TLS with the schema registry"):
            ask(Access(url=url, ca_file=ca))
    for wrong in ({"ca_file": tmp_path / "none"}, {"cert_file": ca}):
        with pytest.raises(ConsentryError, match="registry_ssl_"):
            Access(url=URL, **wrong).ssl_context()  # type: ignore[arg-type]


def test_settings_make_the_access(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(f"{WORD}\n")
    settings = load_settings(
        None,
        {},
        {
            "CONSENTRY_REGISTRY_URL": f"{URL}/",
            "CONSENTRY_REGISTRY_USERNAME": "worker",
            "CONSENTRY_REGISTRY_PASSWORD_FILE": str(tmp_path / "password"),
            "CONSENTRY_REGISTRY_ID_BYTES": "8",
        },
    )
    access = Access.of(settings)
    assert access is not None
    assert (access.url, access.id_bytes, access.username) == (URL, 8, "worker")
    assert access.password is not None
    assert access.password.get_secret_value() == WORD
    assert Access.of(Settings()) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"registry_url": "registry:8081"},
        {"registry_url": "ftp://registry"},
        {"registry_url": "https://user:word@registry"},
        {"registry_url": "https://registry/?x=1"},
        {"registry_url": "https://registry:99999"},
        {"registry_username": "worker"},
        {"registry_url": URL, "registry_username": "worker"},
        {"registry_url": URL, "registry_password": "word"},
        {"registry_url": URL, "registry_username": "worker", "registry_password": ""},
        {"registry_url": URL, "registry_token_file": "/nowhere/token"},
        {"registry_url": "http://registry", "registry_ssl_ca_file": __file__},
        {"registry_url": URL, "registry_ssl_key_file": __file__},
        {"registry_url": URL, "registry_id_bytes": 5},
        {"output_format": "avro-registry"},
        {"output_format": "xml"},
        {"input_envelope": "soap"},
    ],
)
def test_what_does_not_go_together_is_said(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(wrong)


def test_commands_without_kafka_read_no_secret(tmp_path: Path) -> None:
    settings = load_settings(
        None,
        {},
        {
            "CONSENTRY_REGISTRY_URL": URL,
            "CONSENTRY_REGISTRY_USERNAME": "worker",
            "CONSENTRY_REGISTRY_PASSWORD_FILE": str(tmp_path / "missing"),
        },
        asks_kafka=False,
    )
    assert settings.registry_url is None
