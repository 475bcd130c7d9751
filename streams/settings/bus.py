"""Settings of the connection to Kafka; those of the login stand in `login.py`."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import SecretStr, ValidationInfo, field_validator

from streams.settings.connection import SecurityProtocol, encrypts
from streams.settings.fields import SettingsGroup, setting

_BROKER = re.compile(r"(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})", re.ASCII)


class BusSettings(SettingsGroup):
    """Where the brokers are, and how to speak with them."""

    brokers: tuple[str, ...] = setting(
        ("127.0.0.1:9092",),
        "Addresses to reach the Kafka cluster by; one that answers is enough.",
        "host:port, several with commas between",
    )
    security_protocol: SecurityProtocol = setting(
        "PLAINTEXT",
        "How to talk to the brokers. Use SASL_SSL wherever others share the network.",
        "PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL",
    )
    ssl_ca_file: Path | None = setting(
        None,
        "Certificates of the authorities that sign the brokers' certificates, as PEM. "
        "Unset: those of the operating system.",
        "path of a readable file; only with SSL or SASL_SSL",
    )
    ssl_check_hostname: bool = setting(
        default=True,
        description="Whether a broker's certificate must name the host that was dialled.",
        allowed="true or false",
    )
    ssl_cert_file: Path | None = setting(
        None,
        "Certificate by which the brokers know these clients (mutual TLS), as PEM, with the chain "
        "up to the authority.",
        "path of a readable file; only with SSL or SASL_SSL",
    )
    ssl_key_file: Path | None = setting(
        None,
        "The private key of that certificate, as PEM. Unset: it stands in the same file.",
        "path of a readable file; only with ssl_cert_file",
    )
    ssl_key_password_file: Path | None = setting(
        None,
        "File that holds the password of that key and nothing else, where it has one.",
        "path of a readable file",
    )
    ssl_key_password: SecretStr | None = setting(
        None,
        "That password itself. Taken from the environment only, and never shown.",
        "not empty; only with ssl_cert_file",
    )
    connect_timeout_s: float = setting(
        10.0, "How long to try to reach a broker before giving up.", "0.1 to 600", ge=0.1, le=600
    )

    client_id: str | None = setting(
        None,
        "Name of these clients in the brokers' request logs, metrics and quotas. It gives no "
        "rights. Unset: by what each does, such as `consentry-worker` or `consentry-deliver`.",
        "1 to 100 letters, digits, dots, hyphens or underscores, a letter or digit first",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
    )
    client_rack: str | None = setting(
        None,
        "Where this process runs, as the brokers name it in `broker.rack` (an availability zone). "
        "Consumers then read from a replica there, if the brokers have "
        "`replica.selector.class` set to the RackAwareReplicaSelector of Kafka; else from the "
        "leader, as without it. Writing always goes to the leader.",
        "1 to 249 printable ASCII characters",
        pattern=r"^[!-~]{1,249}$",
    )

    @field_validator("brokers", mode="before")
    @classmethod
    def _split_brokers(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("brokers")
    @classmethod
    def _brokers_are_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        matches = [_BROKER.fullmatch(address) for address in value]
        if not value or not all(match and 0 < int(match[2]) < 65_536 for match in matches):
            raise ValueError("name at least one broker as host:port, commas between")
        return value

    @field_validator("ssl_ca_file", "ssl_cert_file", "ssl_key_file", "ssl_key_password")
    @classmethod
    def _tls_files_are_used(
        cls, value: Path | SecretStr | None, info: ValidationInfo
    ) -> Path | SecretStr | None:
        protocol = info.data.get("security_protocol")
        if value is None or protocol is None:
            return value
        if not encrypts(protocol):
            raise ValueError(
                f"security_protocol is {protocol}, which does not use TLS: choose SSL or "
                "SASL_SSL, or leave the file out"
            )
        of_key = info.field_name in ("ssl_key_file", "ssl_key_password")
        if of_key and info.data.get("ssl_cert_file", "unknown") is None:
            raise ValueError("ssl_cert_file is missing, whose key this is about")
        if isinstance(value, SecretStr) and not value.get_secret_value():
            raise ValueError("the password is empty")
        if isinstance(value, Path) and not value.is_file():
            raise ValueError("no such file")
        return value
