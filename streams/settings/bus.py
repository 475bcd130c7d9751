"""Settings of the connection to Kafka."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import SecretStr, ValidationInfo, field_validator

from streams.settings.connection import (
    SaslMechanism,
    SecurityProtocol,
    encrypts,
    needs_password,
)
from streams.settings.fields import SettingsGroup, setting

_BROKER = re.compile(r"(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})", re.ASCII)


class BusSettings(SettingsGroup):
    """Where the brokers are, and how to log in."""

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
    sasl_mechanism: SaslMechanism = setting(
        "SCRAM-SHA-512",
        "How the password is proved. PLAIN sends it as it is: only over TLS.",
        "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512",
    )
    sasl_username: str | None = setting(
        None, "User to log in as.", "required with SASL_PLAINTEXT and SASL_SSL", min_length=1
    )
    sasl_password_file: Path | None = setting(
        None,
        "File that holds the password and nothing else; a line end after it is ignored.",
        "path of a readable file",
    )
    sasl_password: SecretStr | None = setting(
        None,
        "The password itself. Taken from the environment only, never from a settings file "
        "or an argument, and never shown.",
        "not empty; required with SASL_PLAINTEXT and SASL_SSL unless a file is named",
    )
    connect_timeout_s: float = setting(
        10.0, "How long to try to reach a broker before giving up.", "0.1 to 600", ge=0.1, le=600
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

    @field_validator("ssl_ca_file")
    @classmethod
    def _ca_file_is_used(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        protocol = info.data.get("security_protocol")
        if value is None or protocol is None:
            return value
        if not encrypts(protocol):
            raise ValueError(
                f"security_protocol is {protocol}, which does not use TLS: choose SSL or "
                "SASL_SSL, or leave the file out"
            )
        if not value.is_file():
            raise ValueError("no such file")
        return value

    @field_validator("sasl_username", "sasl_password")
    @classmethod
    def _credentials_are_complete(
        cls, value: str | SecretStr | None, info: ValidationInfo
    ) -> str | SecretStr | None:
        protocol = info.data.get("security_protocol")
        if isinstance(value, SecretStr) and not value.get_secret_value():
            raise ValueError("the password is empty")
        if protocol is None or needs_password(protocol) == (value is not None):
            return value
        if value is None:
            raise ValueError(f"missing: security_protocol is {protocol}, which needs it")
        raise ValueError(
            f"security_protocol is {protocol}, which does not log in: choose SASL_SSL, or "
            "leave it out"
        )
