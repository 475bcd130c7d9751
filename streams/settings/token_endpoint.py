"""One question to an OAuth 2.0 token endpoint: client credentials (RFC 6749, 4.4)."""

from __future__ import annotations

import base64
import json
import re
import ssl
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException, IncompleteRead
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

from streams.errors import ConsentryError, UnreachableError
from streams.settings.tls import client_context

_MAX_BYTES: Final = 1 << 20
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*", re.ASCII)
"""RFC 6750, 2.1."""
_REASONS: Final = {
    "invalid_request": "it finds the request wrong",
    "invalid_client": "it does not know this client, or the secret is wrong",
    "invalid_grant": "it finds the grant wrong",
    "unauthorized_client": "this client may not use client credentials",
    "unsupported_grant_type": "it does not offer client credentials",
    "invalid_scope": "it does not know this scope, or the client may not have it",
}
"""RFC 6749, 5.2. Nothing else of an answer is shown: it may repeat what was sent."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token and how long it is good, in seconds; 0 where the endpoint does not say."""

    token: str = field(repr=False)
    lifetime_s: float


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The secret goes to the endpoint that is set, and nowhere else."""

    def redirect_request(self, *_request: Any, **_more: Any) -> None:
        """None: the answer stands as it is."""


def ask(
    url: str,
    *,
    client_id: str,
    secret: str,
    scope: str | None,
    ca_file: Path | None,
    timeout_s: float,
    prefix: str = "sasl_oauth_",
) -> AccessToken:
    """A token for this client; `prefix` is what its settings begin with.

    Raises UnreachableError while nobody answers there, and ConsentryError for what no waiting
    repairs; both name the endpoint and the reason, never the secret or the answer's text.
    """
    form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
    request = urllib.request.Request(  # noqa: S310 - the setting allows http and https only
        url,
        data=urlencode(form).encode(),
        headers={
            # RFC 6749, 2.3.1: both are form-encoded first.
            "Authorization": "Basic "
            + base64.b64encode(f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()).decode(),
            "Accept": "application/json",
        },
    )
    context = client_context(ca_file=ca_file, prefix=prefix, whose="token endpoint's")
    opener = urllib.request.build_opener(
        _NoRedirect(), urllib.request.HTTPSHandler(context=context)
    )
    try:
        with opener.open(request, timeout=timeout_s) as answer:
            body = answer.read(_MAX_BYTES)
            if answer.length and len(body) < _MAX_BYTES:
                raise IncompleteRead(body)
    except urllib.error.HTTPError as refused:
        body = b""
        with refused, suppress(OSError, ValueError, HTTPException):
            body = refused.read(_MAX_BYTES)
        raise _refusal(url, refused.code, body, prefix) from None
    except (OSError, ValueError, HTTPException) as error:  # URLError is among these
        raise _unreached(url, getattr(error, "reason", error), prefix) from None
    return _grant(url, body, prefix)


def usable(token: object) -> bool:
    """Whether this can be sent as a bearer token."""
    return isinstance(token, str) and _TOKEN.fullmatch(token) is not None


def _grant(url: str, body: bytes, prefix: str) -> AccessToken:
    try:
        answer = json.loads(body)
        token, kind = answer["access_token"], answer["token_type"]
        lifetime_s = float(answer.get("expires_in") or 0)
        if usable(token) and kind.lower() == "bearer" and lifetime_s >= 0:
            return AccessToken(token, lifetime_s)
    except (ValueError, TypeError, KeyError, AttributeError):
        pass
    raise ConsentryError(
        f"the token endpoint {url} answers without a bearer token",
        f"Name the token endpoint in {_variable(prefix)}TOKEN_URL; a login page of the same "
        "host has another path.",
    )


def _refusal(url: str, status: int, body: bytes, prefix: str) -> ConsentryError:
    if status == 429 or status >= 500:
        return UnreachableError(
            f"the token endpoint {url} answers with status {status}", "Try again later."
        )
    try:
        code = json.loads(body)["error"]
        reason = f": {code}, {_REASONS[code]}"
    except (ValueError, TypeError, KeyError):
        reason = ""
    return ConsentryError(
        f"the token endpoint {url} gives no token (status {status}){reason}",
        "Check {0}CLIENT_ID, {0}CLIENT_SECRET_FILE, {0}SCOPE and the address.".format(
            _variable(prefix)
        ),
    )


def _unreached(url: str, error: object, prefix: str) -> ConsentryError:
    match error:
        case ssl.SSLCertVerificationError():
            return ConsentryError(
                f"the certificate of the token endpoint {url} is not trusted: "
                f"{error.verify_message}",
                "Name the certificate of the authority that signed it in "
                f"{_variable(prefix)}SSL_CA_FILE.",
            )
        case ssl.SSLError():
            return ConsentryError(
                f"TLS with the token endpoint {url} failed: {error.reason or 'no reason is given'}",
                "Check that the address is the one with TLS.",
            )
        case TimeoutError():
            why = "no answer in time"
        case ConnectionRefusedError():
            why = "connection refused"
        case OSError():
            why = error.strerror or type(error).__name__
        case _:
            why = type(error).__name__
    return UnreachableError(
        f"the token endpoint {url} is not reached: {why}",
        f"Check {_variable(prefix)}TOKEN_URL, and that it can be reached from here.",
    )


def _variable(prefix: str) -> str:
    """What the names of the variables begin with."""
    return f"CONSENTRY_{prefix.upper()}"
