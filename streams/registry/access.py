"""How to reach a registry: its address, TLS, and the header that logs in."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from streams.errors import ConsentryError
from streams.registry.tokens import RegistryTokens
from streams.settings import Settings
from streams.settings.secrecy import HiddenText


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Address and credentials. No secret shows in a text form of it."""

    url: str
    """Without a slash at the end."""

    id_bytes: int = 4
    timeout_s: float = 10.0
    username: str | None = None
    password: SecretStr | None = None
    token_file: Path | None = None
    tokens: RegistryTokens | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """More of each request, as Confluent Cloud wants it."""

    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None

    @classmethod
    def of(cls, settings: Settings) -> Access | None:
        """What the settings say, or None without `registry_url`."""
        if settings.registry_url is None:
            return None
        return cls(
            url=settings.registry_url,
            id_bytes=settings.registry_id_bytes,
            timeout_s=settings.registry_timeout_s,
            username=settings.registry_username,
            password=settings.registry_password,
            token_file=settings.registry_token_file,
            tokens=_tokens(settings),
            headers=_headers(settings),
            ca_file=settings.registry_ssl_ca_file,
            cert_file=settings.registry_ssl_cert_file,
            key_file=settings.registry_ssl_key_file,
        )

    def ssl_context(self) -> ssl.SSLContext | None:
        """What TLS checks and shows, or None without TLS.

        Raises ConsentryError when a certificate or key cannot be used.
        """
        if not self.url.startswith("https:"):
            return None
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
        except OSError:  # ssl.SSLError is one
            raise ConsentryError(
                f"registry_ssl_ca_file {self.ca_file} is unreadable or holds no PEM certificate",
                "Name a PEM file with the certificate of the authority that signed the "
                "registry's certificate.",
            ) from None
        if self.cert_file is not None:
            try:
                # Without a password, or OpenSSL would ask for one on the terminal.
                context.load_cert_chain(self.cert_file, self.key_file, password="")
            except (OSError, ValueError):
                raise ConsentryError(
                    f"registry_ssl_cert_file {self.cert_file} and its key "
                    f"{self.key_file or 'in the same file'} cannot be used",
                    "Name a PEM certificate, and its own private key without a password.",
                ) from None
        return context

    async def authorization(self) -> str | None:
        """The value of the header Authorization; never print it.

        Raises ConsentryError when the file with the token cannot be read or no token is given,
        and RegistryAway when the token endpoint does not answer.
        """
        if self.tokens is not None:
            return HiddenText(f"Bearer {await self.tokens.token()}")
        if self.token_file is not None:
            try:
                token = self.token_file.read_text("ascii").strip()
            except (OSError, UnicodeDecodeError):
                token = ""
            if not token or not token.isprintable() or " " in token:
                raise ConsentryError(
                    f"registry_token_file {self.token_file} is unreadable or holds no token",
                    "Put the bearer token into it, and nothing else.",
                )
            return HiddenText(f"Bearer {token}")
        if self.username is None or self.password is None:
            return None
        pair = f"{self.username}:{self.password.get_secret_value()}".encode()
        return HiddenText("Basic " + base64.b64encode(pair).decode())


def _tokens(settings: Settings) -> RegistryTokens | None:
    if (
        settings.registry_oauth_token_url is None
        or settings.registry_oauth_client_id is None
        or settings.registry_oauth_client_secret is None
    ):
        return None
    return RegistryTokens(
        url=settings.registry_oauth_token_url,
        client_id=settings.registry_oauth_client_id,
        secret=settings.registry_oauth_client_secret,
        scope=settings.registry_oauth_scope,
        ca_file=settings.registry_oauth_ssl_ca_file,
        timeout_s=settings.registry_timeout_s,
    )


def _headers(settings: Settings) -> dict[str, str]:
    """Headers by which Confluent Cloud knows the cluster and the identity pool of a token."""
    named = {
        "target-sr-cluster": settings.registry_oauth_logical_cluster,
        "Confluent-Identity-Pool-Id": settings.registry_oauth_identity_pool,
    }
    return {name: value for name, value in named.items() if value is not None}
