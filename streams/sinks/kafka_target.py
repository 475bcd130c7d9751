"""Which Kafka and topic a sink writes to, and how it logs in: the options of the sink `kafka`."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from streams.settings.connection import (
    Connection,
    PasswordMechanism,
    SecurityProtocol,
    logs_in,
)
from streams.sinks.options import UpdateOptions
from streams.topics.codecs import Compression


class KafkaTarget(UpdateOptions):
    """What is said of a topic of a Kafka."""

    removes: ClassVar[bool] = True
    type: Literal["kafka"] = Field(description="The kind of receiver.")
    brokers: tuple[str, ...] = Field(
        min_length=1, description="Addresses `host:port`; those of Consentry's own Kafka will do."
    )
    topic: str = Field(
        pattern=r"^[a-zA-Z0-9._-]{1,249}$", description="The topic; it is not created."
    )
    format: Literal["ocsf", "cloudevents", "cloudevents-structured", "ecs", "flat"] = Field(
        "ocsf", description="How a value is written."
    )
    security_protocol: SecurityProtocol = Field("PLAINTEXT", description="As in the settings.")
    ssl_ca_file: Path | None = Field(None, description="Authorities to trust (PEM).")
    ssl_cert_file: Path | None = Field(
        None, description="Certificate by which the brokers know this sink (mutual TLS, PEM)."
    )
    ssl_key_file: Path | None = Field(
        None, description="Its key, without a password; unset: it stands in the same file."
    )
    sasl_mechanism: PasswordMechanism = Field("SCRAM-SHA-512", description="As in the settings.")
    sasl_username: str | None = Field(None, min_length=1, description="User of SASL.")
    sasl_password: SecretStr | None = Field(None, description="Password of SASL.")
    compression: Compression = Field("gzip", description="Compression of batches.")

    @field_validator("brokers")
    @classmethod
    def _are_addresses(cls, brokers: tuple[str, ...]) -> tuple[str, ...]:
        for address in brokers:
            host, colon, port = address.rpartition(":")
            if not (host and colon and port.isascii() and port.isdigit()):
                raise ValueError("should be addresses as host:port")
        return brokers

    @model_validator(mode="after")
    def _logs_in_whole(self) -> Self:
        given = self.sasl_username is not None and self.sasl_password is not None
        if logs_in(self.security_protocol) and not given:
            raise ValueError(f"{self.security_protocol} needs sasl_username and sasl_password_file")
        return self

    @property
    def connection(self) -> Connection:
        """How to reach the brokers."""
        return Connection(
            brokers=self.brokers,
            security_protocol=self.security_protocol,
            ca_file=self.ssl_ca_file,
            cert_file=self.ssl_cert_file,
            key_file=self.ssl_key_file,
            mechanism=self.sasl_mechanism,
            username=self.sasl_username,
            password=self.sasl_password,
            connect_timeout_s=self.timeout_s,
        )
