"""Settings of logging in at the schema registry by OAuth 2.0 (RFC 6749, 4.4)."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationInfo, field_validator

from streams.settings.fields import setting
from streams.settings.registry import RegistrySettings

_OF_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class RegistryOAuthSettings(RegistrySettings):
    """The token endpoint, and who asks there."""

    registry_oauth_token_url: str | None = setting(
        None,
        "Token endpoint at which a bearer token for the registry is asked for (OAuth 2.0, client "
        "credentials). The token is kept until a fifth of its life is left.",
        "https:// and a host, without a user (http:// only for this machine); with "
        "registry_oauth_client_id; not with registry_username or registry_token_file",
    )
    registry_oauth_client_id: str | None = setting(
        None, "The client's id at that endpoint.", "not empty; with registry_oauth_token_url",
        min_length=1,
    )  # fmt: skip
    registry_oauth_client_secret_file: Path | None = setting(
        None,
        "File that holds the client's secret and nothing else; a line end after it is ignored.",
        "path of a readable file",
    )
    registry_oauth_client_secret: SecretStr | None = setting(
        None,
        "The client's secret itself. Taken from the environment only, and never shown.",
        "not empty; required with registry_oauth_token_url unless a file is named",
    )
    registry_oauth_scope: str | None = setting(
        None,
        "The scopes that are asked for, apart by blanks. Unset: what the endpoint gives by itself.",
        "not empty",
        min_length=1,
    )
    registry_oauth_ssl_ca_file: Path | None = setting(
        None,
        "Certificates of the authorities that sign the endpoint's certificate, as PEM. Unset: "
        "those of the operating system.",
        "path of a readable file; with registry_oauth_token_url",
    )
    registry_oauth_logical_cluster: str | None = setting(
        None,
        "Confluent Cloud: the id of the registry's cluster, sent as `target-sr-cluster`.",
        "as lsrc-abc123; with registry_oauth_token_url",
        pattern=r"^[A-Za-z0-9_-]{1,100}$",
    )
    registry_oauth_identity_pool: str | None = setting(
        None,
        "Confluent Cloud: the id of the identity pool, sent as `Confluent-Identity-Pool-Id`.",
        "as pool-abc1; with registry_oauth_token_url",
        pattern=r"^[A-Za-z0-9_,-]{1,200}$",
    )

    @field_validator("registry_oauth_token_url")
    @classmethod
    def _endpoint_is_one(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            host = parts.hostname
            usable = (
                bool(host)
                and (parts.port is None or parts.port > 0)
                and value.isascii()
                and value.isprintable()
                and " " not in value
            )
        except ValueError:
            raise ValueError("write it as https://host:port/path") from None
        if not usable or parts.fragment:
            raise ValueError("write it as https://host:port/path")
        if parts.scheme != "https" and not (parts.scheme == "http" and host in _OF_THIS_MACHINE):
            raise ValueError("a secret is sent there, so its address begins with https:")
        if parts.username is not None or parts.password is not None:
            raise ValueError(
                "the address holds a user: use registry_oauth_client_id and "
                "registry_oauth_client_secret_file"
            )
        if "registry_url" in info.data and not info.data["registry_url"]:
            raise ValueError("registry_url is not set, so nobody logs in: set it, or leave it out")
        for other in ("registry_username", "registry_token_file"):
            if info.data.get(other) is not None:
                raise ValueError(f"{other} is given too: leave one out")
        return value

    @field_validator("registry_oauth_client_id", "registry_oauth_client_secret")
    @classmethod
    def _client_goes_with_an_endpoint(
        cls, value: str | SecretStr | None, info: ValidationInfo
    ) -> str | SecretStr | None:
        if "registry_oauth_token_url" not in info.data:
            return value
        if isinstance(value, SecretStr) and not value.get_secret_value():
            raise ValueError("the secret is empty")
        if (info.data["registry_oauth_token_url"] is None) != (value is None):
            raise ValueError(
                "registry_oauth_token_url, the client's id and its secret are given together or not at "
                "all"
            )
        return value

    @field_validator(
        "registry_oauth_scope",
        "registry_oauth_ssl_ca_file",
        "registry_oauth_logical_cluster",
        "registry_oauth_identity_pool",
    )
    @classmethod
    def _more_goes_with_an_endpoint(
        cls, value: str | Path | None, info: ValidationInfo
    ) -> str | Path | None:
        if value is None or "registry_oauth_token_url" not in info.data:
            return value
        if info.data["registry_oauth_token_url"] is None:
            raise ValueError("registry_oauth_token_url is not set: set it, or leave this out")
        if isinstance(value, Path) and not value.is_file():
            raise ValueError("no such file")
        return value
