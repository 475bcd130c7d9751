"""Settings of the login at the brokers (SASL): with a password, a token or an AWS identity."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationInfo, field_validator

from streams.settings.connection import SaslMechanism, logs_in, takes_password
from streams.settings.fields import SettingsGroup, setting

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class LoginSettings(SettingsGroup):
    """Who logs in, and how that is proved."""

    sasl_mechanism: SaslMechanism = setting(
        "SCRAM-SHA-512",
        "How a login is proved. PLAIN sends the password as it is, and OAUTHBEARER the token: "
        "only over TLS. AWS_MSK_IAM is for Amazon MSK, and needs the extra `msk`.",
        "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER or AWS_MSK_IAM",
    )
    sasl_username: str | None = setting(
        None,
        "User to log in as, with PLAIN and SCRAM.",
        "required with SASL_PLAINTEXT and SASL_SSL and a mechanism with a password",
        min_length=1,
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
        "not empty; required with sasl_username unless a file is named",
    )
    sasl_oauth_token_file: Path | None = setting(
        None,
        "File that holds a bearer token, for OAUTHBEARER in place of a token endpoint. It is read "
        "again for each connection, so whatever renews it needs no restart.",
        "path of a readable file; only with OAUTHBEARER",
    )
    sasl_oauth_token_url: str | None = setting(
        None,
        "Token endpoint of OAuth 2.0, for OAUTHBEARER: the client credentials below get a token "
        "there, and another one when four fifths of its life are over. Proxies are those of "
        "`HTTPS_PROXY` and `NO_PROXY`.",
        "https:// and a host, http:// only on this machine; without a user",
    )
    sasl_oauth_client_id: str | None = setting(
        None, "Client to get tokens as.", "required with sasl_oauth_token_url", min_length=1
    )
    sasl_oauth_client_secret_file: Path | None = setting(
        None,
        "File that holds that client's secret and nothing else; a line end after it is ignored.",
        "path of a readable file",
    )
    sasl_oauth_client_secret: SecretStr | None = setting(
        None,
        "That client's secret itself. Taken from the environment only, and never shown.",
        "not empty; required with sasl_oauth_token_url unless a file is named",
    )
    sasl_oauth_scope: str | None = setting(
        None,
        "Scope to ask for, as Entra ID wants one. Unset: none.",
        "not empty; only with sasl_oauth_token_url",
        min_length=1,
    )
    sasl_oauth_ssl_ca_file: Path | None = setting(
        None,
        "Certificates of the authorities that sign the token endpoint's certificate, as PEM. "
        "Unset: those of the operating system.",
        "path of a readable file; only with sasl_oauth_token_url",
    )
    sasl_aws_region: str | None = setting(
        None,
        "AWS region of the cluster, for AWS_MSK_IAM. Credentials come from where AWS's SDKs look "
        "for them: a role of the pod or machine, a profile, variables.",
        "such as eu-west-1; required with AWS_MSK_IAM",
        pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]+$",
    )

    @field_validator("sasl_mechanism")
    @classmethod
    def _aws_uses_tls(cls, value: SaslMechanism, info: ValidationInfo) -> SaslMechanism:
        if value == "AWS_MSK_IAM" and info.data.get("security_protocol") != "SASL_SSL":
            raise ValueError("AWS_MSK_IAM is for security_protocol SASL_SSL only")
        return value

    @field_validator("sasl_username", "sasl_password")
    @classmethod
    def _password_is_complete(
        cls, value: str | SecretStr | None, info: ValidationInfo
    ) -> str | SecretStr | None:
        _refuse_empty(value, "password")
        protocol, mechanism = _login(info)
        if protocol is None or mechanism is None:
            return value
        if not logs_in(protocol):
            _refuse_login(value, protocol)
        elif takes_password(mechanism) and value is None:
            raise ValueError(f"missing: security_protocol is {protocol}, which needs it")
        elif not takes_password(mechanism) and value is not None:
            raise ValueError(
                f"sasl_mechanism is {mechanism}, which takes no password: leave it out"
            )
        return value

    @field_validator(
        "sasl_oauth_token_file",
        "sasl_oauth_token_url",
        "sasl_oauth_client_id",
        "sasl_oauth_client_secret",
        "sasl_oauth_scope",
        "sasl_oauth_ssl_ca_file",
    )
    @classmethod
    def _token_is_used(
        cls, value: str | Path | SecretStr | None, info: ValidationInfo
    ) -> str | Path | SecretStr | None:
        _refuse_empty(value, "secret")
        protocol, mechanism = _login(info)
        if value is not None and protocol is not None and mechanism is not None:
            _refuse_login(None if logs_in(protocol) else value, protocol)
            if mechanism != "OAUTHBEARER":
                raise ValueError(
                    f"sasl_mechanism is {mechanism}, which takes no token: choose OAUTHBEARER, or "
                    "leave it out"
                )
        if isinstance(value, Path) and not value.is_file():
            raise ValueError("no such file")
        return value

    @field_validator("sasl_oauth_token_url")
    @classmethod
    def _token_url_is_one(cls, value: str | None, info: ValidationInfo) -> str | None:
        if "sasl_oauth_token_file" in info.data and _login(info) != (None, None):
            protocol, mechanism = _login(info)
            wanted = mechanism == "OAUTHBEARER" and protocol is not None and logs_in(protocol)
            if wanted and value is None and info.data["sasl_oauth_token_file"] is None:
                raise ValueError(
                    "missing: sasl_mechanism is OAUTHBEARER, which needs it, or "
                    "sasl_oauth_token_file"
                )
            if value is not None and info.data["sasl_oauth_token_file"] is not None:
                raise ValueError("sasl_oauth_token_file is given too: leave one out")
        if value is not None and not _is_endpoint(value):
            raise ValueError(
                "write it as https://host:port/path, without user or fragment; http:// only on "
                "this machine, since the secret is sent there"
            )
        return value

    @field_validator(
        "sasl_oauth_client_id",
        "sasl_oauth_client_secret",
        "sasl_oauth_scope",
        "sasl_oauth_ssl_ca_file",
    )
    @classmethod
    def _goes_with_the_endpoint(
        cls, value: str | Path | SecretStr | None, info: ValidationInfo
    ) -> str | Path | SecretStr | None:
        if "sasl_oauth_token_url" not in info.data:
            return value
        has_endpoint = info.data["sasl_oauth_token_url"] is not None
        if value is not None and not has_endpoint:
            raise ValueError("sasl_oauth_token_url is not set: set it, or leave this out")
        needed = info.field_name in ("sasl_oauth_client_id", "sasl_oauth_client_secret")
        if has_endpoint and needed and value is None:
            raise ValueError("missing: sasl_oauth_token_url needs it")
        return value

    @field_validator("sasl_aws_region")
    @classmethod
    def _region_is_used(cls, value: str | None, info: ValidationInfo) -> str | None:
        mechanism = info.data.get("sasl_mechanism")
        if mechanism is not None and (mechanism == "AWS_MSK_IAM") != (value is not None):
            raise ValueError(
                "missing: sasl_mechanism is AWS_MSK_IAM, which needs it"
                if value is None
                else f"sasl_mechanism is {mechanism}: choose AWS_MSK_IAM, or leave it out"
            )
        return value


def _login(info: ValidationInfo) -> tuple[str | None, str | None]:
    """Protocol and mechanism; None for one that is wrong itself."""
    return info.data.get("security_protocol"), info.data.get("sasl_mechanism")


def _refuse_empty(value: object, what: str) -> None:
    if isinstance(value, SecretStr) and not value.get_secret_value():
        raise ValueError(f"the {what} is empty")


def _refuse_login(value: object, protocol: str) -> None:
    if value is not None:
        raise ValueError(
            f"security_protocol is {protocol}, which does not log in: choose SASL_SSL, or "
            "leave it out"
        )


def _is_endpoint(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port_is_one = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return bool(
        parts.hostname
        and port_is_one
        and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK))
        and parts.username is None
        and not parts.fragment
        and url.isascii()
        and url.isprintable()
        and " " not in url
    )
