"""How to reach the brokers: one value, and the form that each client library wants."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import SecretStr

from streams.settings.secrecy import HiddenText, hide_wire_traces
from streams.settings.tls import client_context
from streams.settings.tokens import TokenOptions, source_of

if TYPE_CHECKING:
    from faust.types.auth import CredentialsT

SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
PasswordMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
SaslMechanism = PasswordMechanism | Literal["OAUTHBEARER", "AWS_MSK_IAM"]


def encrypts(protocol: str) -> bool:
    """Whether a security protocol uses TLS."""
    return protocol in ("SSL", "SASL_SSL")


def logs_in(protocol: str) -> bool:
    """Whether a security protocol has a login (SASL)."""
    return protocol in ("SASL_PLAINTEXT", "SASL_SSL")


def takes_password(mechanism: str) -> bool:
    """Whether a mechanism proves a user and a password, and not a token."""
    return mechanism not in ("OAUTHBEARER", "AWS_MSK_IAM")


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Addresses and credentials. No secret shows in a text form of it.

    The options that it returns do hold the password: pass them to a client, never to a
    log or an error.
    """

    brokers: tuple[str, ...]
    security_protocol: SecurityProtocol = "PLAINTEXT"
    ca_file: Path | None = None
    check_hostname: bool = True
    cert_file: Path | None = None
    key_file: Path | None = None
    key_password: SecretStr | None = None
    mechanism: SaslMechanism = "SCRAM-SHA-512"
    username: str | None = None
    password: SecretStr | None = None
    tokens: TokenOptions | None = None
    """Where tokens come from, for a mechanism that takes one."""

    connect_timeout_s: float = 10.0
    client_id: str | None = None
    client_rack: str | None = None

    @property
    def bootstrap(self) -> str:
        """The addresses as one text, commas between."""
        return ",".join(self.brokers)

    @property
    def logs_in(self) -> bool:
        """Whether there is a login beside TLS."""
        return logs_in(self.security_protocol)

    @property
    def who(self) -> str:
        """Who the brokers see, for people; no secret is in it."""
        if not self.logs_in:
            return (
                "the anonymous user"
                if self.cert_file is None
                else f"the certificate {self.cert_file}"
            )
        return f"user {self.username}" if self.tokens is None else str(self.tokens)

    def client_name(self, part: str) -> str:
        """The `client_id` of a client: the one that is set, else one by what it does."""
        return self.client_id or f"consentry-{part}"

    def ssl_context(self) -> ssl.SSLContext | None:
        """What TLS checks and shows, or None without TLS.

        Raises ConsentryError when a file of certificates or the key cannot be used.
        """
        if not encrypts(self.security_protocol):
            return None
        context = client_context(
            ca_file=self.ca_file,
            cert_file=self.cert_file,
            key_file=self.key_file,
            key_password=self.key_password,
        )
        context.check_hostname = self.check_hostname
        return context

    def require_token(self) -> None:
        """Get a token where the login takes one, before a client does.

        Raises ConsentryError with where it was asked and why there is none.
        """
        if self.logs_in and self.tokens is not None:
            source_of(self.tokens).token()

    def aiokafka_options(self) -> dict[str, Any]:
        """Keyword arguments for aiokafka's consumer, producer and admin client."""
        from streams.settings.token_providers import for_aiokafka

        options = self._options()
        if self.logs_in and self.tokens is not None:
            options["sasl_oauth_token_provider"] = for_aiokafka(self.tokens)
        return options

    def consumer_options(self) -> dict[str, Any]:
        """Keyword arguments for aiokafka's consumer, which alone reads from a replica nearby."""
        return self.aiokafka_options() | {"client_rack": self.client_rack}

    def kafka_python_options(self) -> dict[str, Any]:
        """Keyword arguments for kafka-python's consumer, producer and admin client."""
        from streams.settings.token_providers import for_kafka_python

        options = self._options()
        if self.logs_in and self.tokens is not None:
            options["sasl_oauth_token_provider"] = for_kafka_python(self.tokens)
        # kafka-python asks the context itself, but sets up its own from this when it has none.
        options["ssl_check_hostname"] = self.check_hostname
        return options

    def faust_credentials(self) -> CredentialsT | None:
        """Faust's setting `broker_credentials`, or None when there are none to give."""
        from faust.auth import OAuthCredentials, SASLCredentials, SSLCredentials

        from streams.settings.token_providers import for_aiokafka

        hide_wire_traces()
        context = self.ssl_context()
        if self.logs_in and self.tokens is not None:
            return OAuthCredentials(oauth_cb=for_aiokafka(self.tokens), ssl_context=context)
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

    def _options(self) -> dict[str, Any]:
        """What both libraries call alike."""
        hide_wire_traces()
        options: dict[str, Any] = {
            "bootstrap_servers": list(self.brokers),
            "security_protocol": self.security_protocol,
            "ssl_context": self.ssl_context(),
        }
        if self.logs_in and self.tokens is not None:
            # Amazon's brokers take a signed token as any other.
            options["sasl_mechanism"] = "OAUTHBEARER"
        elif self.logs_in:
            options["sasl_mechanism"] = self.mechanism
            options["sasl_plain_username"] = self.username
            options["sasl_plain_password"] = self._password()
        return options

    def _password(self) -> str | None:
        return None if self.password is None else HiddenText(self.password.get_secret_value())
