"""Where a URL may lead: encrypted, and not into the own network by accident.

A name that somebody else controls can point to any address, also to the metadata service of
a cloud. For receivers in the public net, private addresses are therefore refused where the
name is resolved, so that no second look-up can say something else.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Final
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver

_OURSELVES: Final = ("localhost", "127.0.0.1", "::1")


class RefusedAddress(OSError):
    """A private address where only public ones are allowed."""


def checked_url(url: str, *, allow_http: bool) -> str:
    """The URL as it is, without a slash at its end.

    Raises ValueError, without quoting it, when it is none, holds credentials, or would send
    findings unencrypted to another host.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("should be a URL") from None
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError("should be a URL that begins with https://")
    if parts.username is not None or parts.password is not None:
        raise ValueError("should hold no user and no password")
    if parts.fragment or not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError("should be a URL in ASCII without blanks and without #")
    if parts.scheme == "http" and not (allow_http or is_ourselves(host)):
        raise ValueError(
            "should begin with https://; allow_http = true allows http:// all the same"
        )
    return url.rstrip("/")


def is_ourselves(host: str) -> bool:
    """Whether a host is spelt out as this one: then it is meant."""
    return host in _OURSELVES


def is_public(address: str) -> bool:
    """Whether an address is one of the public net."""
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    return bool((mapped or found).is_global) and not found.is_multicast


def refuse_literal(url: str) -> None:
    """Raise RefusedAddress for a URL with a private address; names are looked at later."""
    host = urlsplit(url).hostname or ""
    if is_ourselves(host):
        return
    try:
        public = is_public(host)
    except ValueError:
        return
    if not public:
        raise RefusedAddress


class PublicOnly(AbstractResolver):
    """Resolves names, and gives public addresses only."""

    def __init__(self) -> None:
        self._inner = DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The public addresses of a host. Raises RefusedAddress when it has none of them."""
        found = await self._inner.resolve(host, port, family)
        if is_ourselves(host):
            return found
        public = [one for one in found if is_public(one["host"])]
        if found and not public:
            raise RefusedAddress
        return public

    async def close(self) -> None:
        """Let go of the resolver."""
        await self._inner.close()
