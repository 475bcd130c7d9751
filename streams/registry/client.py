"""Requests to a registry, each once: an answer, nobody there, or something to put right.

The interface is that of Confluent's Schema Registry, which Karapace and Apicurio (`ccompat`)
have too: https://docs.confluent.io/platform/current/schema-registry/develop/api.html. An
answer "not found" counts only in the registry's own form, with its `error_code`: a page of
a proxy, or of a wrong path, says nothing about a schema.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self
from urllib.parse import quote

import msgspec

from streams.errors import ConsentryError
from streams.registry.access import Access
from streams.registry.faults import RegistryAway

if TYPE_CHECKING:
    import aiohttp

LONGEST_ANSWER: Final = 4_194_304
"""Bytes of an answer that are read; schemas have some kilobytes."""

_MEDIA: Final = "application/vnd.schemaregistry.v1+json"
_NOT_FOUND: Final = frozenset({40401, 40402, 40403})
"""Confluent's codes for a subject, a version and a schema that are not there."""

_INCOMPATIBLE: Final = 409
_CHECK: Final = "Check registry_url: for Apicurio its path is /apis/ccompat/v7."


class Reference(NamedTuple):
    """Another schema that one needs: by the name in its text, and where it stands."""

    name: str
    subject: str
    version: int


class Registered(NamedTuple):
    """A schema as the registry has it. `kind` is AVRO, JSON or PROTOBUF."""

    kind: str
    text: str
    references: tuple[Reference, ...] = ()


class RegistryClient:
    """One session with a registry; it follows no redirect and keeps no cookie."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Open it.

        Raises ConsentryError where credentials or certificates are unusable, and RegistryAway
        where a token endpoint does not answer.
        """
        import aiohttp

        headers = {"User-Agent": "consentry", "Accept": f"{_MEDIA}, application/json"}
        headers |= self._access.headers
        if (authorization := await self._access.authorization()) is not None:
            headers["Authorization"] = authorization
        context = self._access.ssl_context()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=True if context is None else context),
            timeout=aiohttp.ClientTimeout(total=self._access.timeout_s),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=headers,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()

    async def by_id(self, schema_id: int) -> Registered | None:
        """The schema of an id, or None where the registry says that it has none."""
        return _registered(await self._ask("GET", f"/schemas/ids/{schema_id}"))

    async def by_guid(self, guid: str) -> Registered | None:
        """The schema of a GUID, or None where the registry does not have it.

        A registry that knows no GUIDs has no such path, which is the same: no record with one
        can have been written with it.
        """
        return _registered(await self._ask("GET", f"/schemas/guids/{guid}", lacks_path=True))

    async def by_version(self, reference: Reference) -> Registered | None:
        """The schema that another one refers to, or None where it is not there."""
        path = f"/subjects/{quote(reference.subject, safe='')}/versions/{reference.version}"
        return _registered(await self._ask("GET", path))

    async def latest(self, subject: str) -> Registered | None:
        """The latest schema of a subject, or None where there is none."""
        return _registered(
            await self._ask("GET", f"/subjects/{quote(subject, safe='')}/versions/latest")
        )

    async def id_of(self, subject: str, text: str) -> int | None:
        """The id under which an Avro schema stands at a subject, or None."""
        answer = await self._ask("POST", f"/subjects/{quote(subject, safe='')}", text)
        return None if answer is None else _number(answer, "id")

    async def register(self, subject: str, text: str) -> int:
        """Register an Avro schema at a subject, and return its id.

        Raises ConsentryError where the registry refuses it.
        """
        path = f"/subjects/{quote(subject, safe='')}/versions"
        answer = await self._ask("POST", path, text)
        if answer is None:
            raise _misplaced(self._access.url, 404)
        return _number(answer, "id")

    async def _ask(
        self, method: str, path: str, schema: str | None = None, *, lacks_path: bool = False
    ) -> Mapping[str, Any] | None:
        """The object that is answered, or None for "not found".

        `lacks_path`: a registry may not have the path at all.

        Raises RegistryAway where asking again may help, ConsentryError where it does not.
        """
        import aiohttp

        assert self._session is not None
        body = None if schema is None else msgspec.json.encode({"schema": schema})
        headers = {} if body is None else {"Content-Type": _MEDIA}
        url = self._access.url
        try:
            async with self._session.request(
                method, url + path, data=body, headers=headers, allow_redirects=False
            ) as answer:
                status = answer.status
                content = b""
                while piece := await answer.content.readany():
                    content += piece
                    if len(content) > LONGEST_ANSWER:
                        raise ConsentryError(
                            f"the schema registry {url} answers with more than "
                            f"{LONGEST_ANSWER} bytes",
                            _CHECK,
                        )
        except TimeoutError:
            raise RegistryAway(f"no answer within {self._access.timeout_s:g} s") from None
        except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError) as error:
            raise _untrusted(url, error) from None
        except (aiohttp.ClientError, OSError) as error:
            cause = getattr(error, "os_error", error)
            text = cause.strerror if isinstance(cause, OSError) else None
            raise RegistryAway(text or type(error).__name__) from None
        tokens = self._access.tokens
        if tokens is not None:
            if status != 401:
                tokens.accepted = True
            elif tokens.forget():
                raise RegistryAway("the token is not accepted any more")
        if lacks_path and status == 404:
            return None
        return _judged(url, status, _object(content))


def _judged(url: str, status: int, found: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if 200 <= status < 300 and found is not None:
        return found
    if status == 404 and found is not None and found.get("error_code") in _NOT_FOUND:
        return None
    if status in (408, 425, 429) or status >= 500:
        raise RegistryAway(f"status {status}")
    if status in (401, 403, 407):
        raise ConsentryError(
            f"the schema registry {url} does not accept the credentials (status {status})",
            "Check registry_username and its password, registry_token_file, "
            "registry_oauth_client_id or registry_ssl_cert_file, and what they may do.",
        )
    if status == _INCOMPATIBLE:
        raise ConsentryError(
            f"the schema registry {url} refuses a schema of ours as incompatible with the version "
            "before it",
            "Set the compatibility of that subject to BACKWARD or less, or write to another topic.",
        )
    raise _misplaced(url, status)


def _misplaced(url: str, status: int) -> ConsentryError:
    return ConsentryError(
        f"{url} answers as no schema registry does (status {status})",
        _CHECK,
    )


def _untrusted(url: str, error: Exception) -> ConsentryError:
    cause = getattr(error, "certificate_error", None) or getattr(error, "os_error", error)
    reason = cause.verify_message if isinstance(cause, ssl.SSLCertVerificationError) else ""
    return ConsentryError(
        f"TLS with the schema registry {url} fails{f': {reason}' if reason else ''}",
        "Check registry_ssl_ca_file, and registry_ssl_cert_file where the registry asks for one.",
    )


def _object(content: bytes) -> Mapping[str, Any] | None:
    try:
        found = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _number(answer: Mapping[str, Any], name: str) -> int:
    found = answer.get(name)
    if type(found) is not int or found <= 0:
        raise RegistryAway(f"an answer without {name}")
    return found


def _registered(answer: Mapping[str, Any] | None) -> Registered | None:
    if answer is None:
        return None
    text = answer.get("schema")
    if not isinstance(text, str):
        raise RegistryAway("an answer without a schema")
    try:
        references = tuple(
            Reference(str(one["name"]), str(one["subject"]), int(one["version"]))
            for one in answer.get("references") or ()
        )
    except (KeyError, TypeError, ValueError):
        raise RegistryAway("an answer with references of another form") from None
    return Registered(str(answer.get("schemaType") or "AVRO").upper(), text, references)
