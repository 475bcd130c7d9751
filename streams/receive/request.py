"""A webhook as it came: what checks look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from streams.receive.refusal import RefusalReason, RequestRefused

HEADER_MAX_CHARS = 4_096
"""A header that is looked at or kept; signatures and ids are far shorter."""


class Inbound(NamedTuple):
    """One request.

    `headers` has all values of a name in lower case, `secret_path` what stands in the path
    behind the name of the source, `url` the address that the sender was given, with its query.
    """

    method: str
    url: str
    secret_path: str | None
    headers: Mapping[str, tuple[str, ...]]
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The value of a header, None where it is not there.

        Raises RequestRefused where it is there twice: which of them was meant, nobody knows.
        """
        values = self.headers.get(name.lower(), ())
        if not values:
            return None
        if len(values) > 1:
            raise RequestRefused(RefusalReason.DOUBLE)
        if len(values[0]) > HEADER_MAX_CHARS:
            raise RequestRefused(RefusalReason.HEADERS_TOO_LARGE)
        return values[0].strip()

    def required(self, name: str) -> str:
        """The same. Raises RequestRefused where it is missing, empty or not ASCII as well."""
        value = self.header(name)
        if not value:
            raise RequestRefused(RefusalReason.MISSING)
        if not value.isascii():
            raise RequestRefused(RefusalReason.CREDENTIALS)
        return value
