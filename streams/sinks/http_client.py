"""HTTP towards a receiver: one session, bounded answers, and what a status means."""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import msgspec
from pydantic import Field, SecretStr, ValidationInfo, field_validator

from streams.sinks.addresses import PublicOnly, RefusedAddress, checked_url, refuse_literal
from streams.sinks.contract import SinkDown
from streams.sinks.options import SinkOptions
from streams.sinks.tls import TlsOptions, tls_down

if TYPE_CHECKING:
    import aiohttp

LONGEST_ANSWER: Final = 8_000_000
"""Bytes of an answer that are read."""
LONGEST_WAIT_S: Final = 86_400.0


class HttpOptions(TlsOptions, SinkOptions):
    """The keys of receivers that are reached by HTTP."""

    allow_http: bool = Field(
        default=False, description="Allow http:// beyond this host; findings then go unencrypted."
    )

    @field_validator("url", check_fields=False)
    @classmethod
    def _url_is_usable(cls, url: str | SecretStr, info: ValidationInfo) -> str | SecretStr:
        text = url.get_secret_value() if isinstance(url, SecretStr) else url
        checked_url(text, allow_http=bool(info.data.get("allow_http")))
        return url


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """An answer. Its body may quote what was sent: it never goes into a reason as it is.

    `whole`: all of the body was read.
    """

    status: int
    body: bytes
    retry_after_s: float | None = None
    whole: bool = True

    @property
    def ok(self) -> bool:
        """Taken."""
        return 200 <= self.status < 300

    def json(self) -> dict[str, Any]:
        """The body as an object; empty where it is none."""
        try:
            found = msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return {}
        return found if isinstance(found, dict) else {}


class HttpClient:
    """One session towards one receiver; it follows no redirect and keeps no cookie."""

    def __init__(self, options: HttpOptions, *, public_only: bool = False) -> None:
        self._options = options
        self._public_only = public_only
        self._session: aiohttp.ClientSession | None = None

    async def ask(
        self,
        method: str,
        url: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One request. Raises SinkDown when there is no answer within the time of the sink."""
        import aiohttp

        try:
            if self._public_only:
                refuse_literal(url)
            async with self._opened().request(
                method, url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                found = await answer.content.read(LONGEST_ANSWER) if method != "HEAD" else b""
                while not answer.content.at_eof() and len(found) < LONGEST_ANSWER:
                    found += await answer.content.read(LONGEST_ANSWER - len(found))
                return Reply(
                    status=answer.status,
                    body=found,
                    retry_after_s=retry_after(answer.headers.get("Retry-After"), time.time()),
                    whole=method == "HEAD" or answer.content.at_eof(),
                )
        except TimeoutError:
            raise SinkDown(f"no answer within {self._options.timeout_s:g} s") from None
        except aiohttp.ClientConnectorCertificateError as error:
            raise _untrusted(error.certificate_error) from None
        except aiohttp.ClientConnectorSSLError as error:
            raise _untrusted(error.os_error) from None
        except (aiohttp.ClientError, OSError) as error:
            raise _unreached(error) from None

    async def close(self) -> None:
        """Let go of the connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _opened(self) -> aiohttp.ClientSession:
        import aiohttp

        if self._session is None:
            connector = aiohttp.TCPConnector(
                ssl=self._options.tls_context(),
                resolver=PublicOnly() if self._public_only else None,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                timeout=aiohttp.ClientTimeout(total=self._options.timeout_s),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "consentry"},
            )
        return self._session


def phrase(status: int) -> str:
    """A status in the words of the standard; what a receiver writes there may be anything."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"status {status}"


def raise_unless_answered(reply: Reply, *, not_found_is_ours: bool = False) -> None:
    """Raise SinkDown for a status that says nothing about what was sent.

    What remains is 2xx, and 4xx about the request itself. With `not_found_is_ours`, 404 is
    one of those.
    """
    status = reply.status
    response = phrase(status)
    if status in (401, 403, 407):
        raise SinkDown(
            f"{response}: the receiver does not accept the credentials",
            "Check the secret of this sink and what it may do.",
            lasting=True,
        )
    if 300 <= status < 400:
        raise SinkDown(
            f"{response}: redirects are not followed", "Give the final URL.", lasting=True
        )
    if status == 410 or (status == 404 and not not_found_is_ours) or status == 405:
        raise SinkDown(f"{response}: nobody takes findings there", "Check the URL.", lasting=True)
    if status in (408, 425, 429) or status >= 500 or status < 200:
        raise SinkDown(response, retry_after_s=reply.retry_after_s)


def retry_after(value: str | None, now: float) -> float | None:
    """The header Retry-After in seconds from now (RFC 9110, 10.2.3), a day at most."""
    if not value:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_WAIT_S)
    try:
        at = parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(at - now, 0.0), LONGEST_WAIT_S)


def word(value: object) -> str:
    """A receiver's own code, for a reason: short, and only what codes are made of."""
    text = value if isinstance(value, str) else ""
    good = all(char.isascii() and (char.isalnum() or char in "_.-") for char in text)
    return text[:80] if good else ""


def _untrusted(error: Exception) -> SinkDown:
    if isinstance(error, ssl.SSLError):
        return tls_down(error)
    return SinkDown("the receiver's certificate is not trusted", "Check ca_file.", lasting=True)


def _unreached(error: Exception) -> SinkDown:
    cause = getattr(error, "os_error", error)
    if isinstance(cause, RefusedAddress):
        return SinkDown(
            "the address of the receiver is private",
            "Set allow_private = true if it is meant.",
            lasting=True,
        )
    if isinstance(cause, ssl.SSLError):
        return tls_down(cause)
    text = cause.strerror if isinstance(cause, OSError) else None
    return SinkDown(f"the receiver is not reached: {text or type(error).__name__}")
