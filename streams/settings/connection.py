"""How to reach the brokers: one value, and the form that each client library wants."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import SecretStr

from streams.errors import ConsentryError
from streams.settings.secrecy import HiddenText, hide_wire_traces

if TYPE_CHECKING:
    from faust.types.auth import CredentialsT

SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]


def encrypts(protocol: str) -> bool:
    """Whether a security protocol uses TLS."""
    return protocol in ("SSL", "SASL_SSL")


def needs_password(protocol: str) -> bool:
    """Whether a security protocol logs in with a user and a password."""
    return protocol in ("SASL_PLAINTEXT", "SASL_SSL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Addresses and credentials. The password shows in no text form of it.

    The options that it returns do hold the password: pass them to a client, never to a
    log or an error.
    """

    brokers: tuple[str, ...]
    security_protocol: SecurityProtocol = "PLAINTEXT"
    ca_file: Path | None = None
    check_hostname: bool = True
    mechanism: SaslMechanism = "SCRAM-SHA-512"
    username: str | None = None
    password: SecretStr | None = None
    connect_timeout_s: float = 10.0

    @property
    def bootstrap(self) -> str:
        """The addresses as one text, commas between."""
        return ",".join(self.brokers)

    @property
    def logs_in(self) -> bool:
        """Whether user and password are used."""
        return needs_password(self.security_protocol)

    def ssl_context(self) -> ssl.SSLContext | None:
        """What TLS checks, or None without TLS.

        Raises ConsentryError when the file of authorities cannot be used.
        """
        if not encrypts(self.security_protocol):
            return None
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
        except OSError as error:  # ssl.SSLError is one
            what = (
                "holds no PEM certificate" if isinstance(error, ssl.SSLError) else "is unreadable"
            )
            raise ConsentryError(
                f"ssl_ca_file {self.ca_file} {what}",
                "Name a PEM file with the certificate of the authority that signed the "
                "brokers' certificates.",
            ) from None
        context.check_hostname = self.check_hostname
        return context

    def aiokafka_options(self) -> dict[str, Any]:
        """Keyword arguments for aiokafka's consumer, producer and admin client."""
        hide_wire_traces()
        options: dict[str, Any] = {
            "bootstrap_servers": list(self.brokers),
            "security_protocol": self.security_protocol,
            "ssl_context": self.ssl_context(),
        }
        if self.logs_in:
            options["sasl_mechanism"] = self.mechanism
            options["sasl_plain_username"] = self.username
            options["sasl_plain_password"] = self._password()
        return options

    def kafka_python_options(self) -> dict[str, Any]:
        """Keyword arguments for kafka-python's consumer, producer and admin client."""
        options = self.aiokafka_options()
        # kafka-python asks the context itself, but sets up its own from this when it has none.
        options["ssl_check_hostname"] = self.check_hostname
        return options

    def faust_credentials(self) -> CredentialsT | None:
        """Faust's setting `broker_credentials`, or None when there are none to give."""
        from faust.auth import SASLCredentials, SSLCredentials

        hide_wire_traces()
        context = self.ssl_context()
        if self.logs_in:
            return SASLCredentials(
                username=self.username,
                password=self._password(),
                ssl_context=context,
                mechanism=self.mechanism,
            )
        if context is not None:
            return SSLCredentials(context=context)
        return None

    def _password(self) -> str | None:
        return None if self.password is None else HiddenText(self.password.get_secret_value())
