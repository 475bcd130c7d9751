"""Bearer tokens for SASL OAUTHBEARER: where they come from, and until when they are good.

OAuth 2.0 client credentials (RFC 6749, 4.4) at a token endpoint, a file that somebody else
renews, or the AWS identity of this process. One token serves all clients of a process.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Protocol

from pydantic import SecretStr

from streams.errors import ConsentryError
from streams.settings.token_endpoint import AccessToken, ask, usable

RENEW_AFTER: Final = 0.8
"""The part of its life after which a token is renewed; the old one serves until that is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCredentials:
    """A client that gets tokens at an endpoint. No text form shows its secret."""

    token_url: str
    client_id: str
    client_secret: SecretStr
    scope: str | None = None
    ca_file: Path | None = None
    timeout_s: float = 10.0

    def __str__(self) -> str:
        return f"client {self.client_id} with a token of {self.token_url}"


@dataclass(frozen=True, slots=True)
class TokenFile:
    """A file that holds a token, and that something else keeps fresh."""

    path: Path

    def __str__(self) -> str:
        return f"the token in {self.path}"


@dataclass(frozen=True, slots=True)
class AwsIdentity:
    """The AWS identity of this process, for Amazon MSK in one region."""

    region: str

    def __str__(self) -> str:
        return f"the AWS identity of this process in {self.region}"


TokenOptions = ClientCredentials | TokenFile | AwsIdentity


class TokenSource(Protocol):
    """Where the clients of a process get their token."""

    def held(self) -> str | None:
        """A token that is good and was fetched already, without waiting for anybody."""

    def token(self) -> str:
        """A token that is good. Raises ConsentryError with where it was asked, and why not."""


@lru_cache(maxsize=16)
def source_of(options: TokenOptions) -> TokenSource:
    """The one source of these options in this process."""
    match options:
        case ClientCredentials():
            return Renewed(lambda: _from_endpoint(options))
        case TokenFile(path):
            return _FromFile(path)
        case AwsIdentity(region):
            return Renewed(lambda: _of_aws(region))


class Renewed:
    """A token that is fetched when it is first needed, and again before it expires."""

    def __init__(
        self, fetch: Callable[[], AccessToken], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._grant: AccessToken | None = None
        self._since = 0.0

    def held(self) -> str | None:
        """The token, unless it is time to renew it."""
        grant = self._grant
        if grant is None or self._clock() >= self._since + RENEW_AFTER * grant.lifetime_s:
            return None
        return grant.token

    def token(self) -> str:
        """The token, renewed where it is time; one that still lives outlasts an endpoint."""
        with self._lock:
            held = self.held()
            if held is not None:
                return held
            asked_at = self._clock()
            try:
                grant = self._fetch()
            except ConsentryError:
                old = self._grant
                if old is not None and asked_at < self._since + old.lifetime_s:
                    return old.token
                raise
            # Counted from the question: the answer may have taken long.
            self._since, self._grant = asked_at, grant
            return grant.token


def _from_endpoint(options: ClientCredentials) -> AccessToken:
    return ask(
        options.token_url,
        client_id=options.client_id,
        secret=options.client_secret.get_secret_value(),
        scope=options.scope,
        ca_file=options.ca_file,
        timeout_s=options.timeout_s,
    )


class _FromFile:
    """Read for each connection, so whatever renews it needs no restart."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def held(self) -> str | None:
        return None

    def token(self) -> str:
        remedy = "Have it renewed by what writes the file that sasl_oauth_token_file names."
        try:
            text = self._path.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it holds no text"
            raise ConsentryError(f"the token file {self._path}: {reason}", remedy) from None
        if not usable(text):
            raise ConsentryError(f"{self._path} holds no bearer token", remedy)
        expiry = expires_at(text)
        if expiry is not None and expiry <= time.time():
            when = datetime.fromtimestamp(expiry, UTC).isoformat(timespec="seconds")
            raise ConsentryError(f"the token in {self._path} expired at {when}", remedy)
        return text


def expires_at(token: str) -> float | None:
    """The claim `exp` of a JSON Web Token (RFC 7519, 4.1.4), unchecked; None where there is none."""
    parts = token.split(".")
    try:
        claims: Any = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        found = claims["exp"]
        datetime.fromtimestamp(found, UTC)
        return float(found)
    except (IndexError, KeyError, TypeError, ValueError, OverflowError, OSError):
        return None


def _of_aws(region: str) -> AccessToken:
    try:
        from aws_msk_iam_sasl_signer import MSKAuthTokenProvider
    except ModuleNotFoundError:
        raise ConsentryError(
            "sasl_mechanism AWS_MSK_IAM needs the package aws-msk-iam-sasl-signer-python, which "
            "is not installed",
            "Install the extra: pip install 'consentry[msk]'.",
        ) from None
    try:
        token, expiry_ms = MSKAuthTokenProvider.generate_auth_token(region)
    except Exception as error:  # noqa: BLE001 - botocore's have no common base
        raise ConsentryError(
            f"AWS gives no identity for a token in {region}: {type(error).__name__}",
            "Give this process credentials as AWS's SDKs look for them: a role of the pod or "
            "machine, a profile, or variables.",
        ) from None
    return AccessToken(token, expiry_ms / 1000 - time.time())
