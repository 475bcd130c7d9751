"""A keyed hash in a header, over what the sender says that it signs."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from streams.receive.checks.check import iso_instant, require_recent, same, seconds
from streams.receive.refusal import RefusalReason, RequestRefused
from streams.receive.request import Inbound

Algorithm = Literal["sha256", "sha384", "sha512", "sha1"]
Encoding = Literal["hex", "base64"]
TimestampUnit = Literal["s", "ms", "rfc3339"]

_FIELD: Final = re.compile(r"\{([^{}]*)\}")
FIELDS: Final = frozenset({"body", "timestamp", "method", "url", "id"})
"""What can be signed."""

_ITEMS_MAX: Final = 16


class SignedContent:
    """What a signature is over: text with `{body}`, `{timestamp}`, `{method}`, `{url}`, `{id}`."""

    def __init__(self, template: str) -> None:
        """Raises ValueError for an unknown field, and where the body is not signed."""
        parts = _FIELD.split(template)
        self._texts = [text.encode() for text in parts[0::2]]
        self.fields = parts[1::2]
        unknown = sorted(set(self.fields) - FIELDS)
        if unknown or any(sign in text for text in parts[0::2] for sign in "{}"):
            raise ValueError(f"what is signed is made of {', '.join(sorted(FIELDS))} in braces")
        if "body" not in self.fields:
            raise ValueError("a signature that is not over {body} says nothing of the body")

    def of(self, values: dict[str, bytes]) -> bytes:
        """The bytes that are signed."""
        pieces = [self._texts[0]]
        for field, text in zip(self.fields, self._texts[1:], strict=True):
            pieces += (values[field], text)
        return b"".join(pieces)


class HmacForm(NamedTuple):
    """Where a signature stands, and how it is made.

    `item` and `timestamp_item`: the header holds `name=value` with commas between, and these
    are the names. `timestamp_header` is another header. `id_header` has what `{id}` is.
    """

    header: str
    signed: SignedContent
    algorithm: Algorithm
    encoding: Encoding
    prefix: str
    item: str | None
    timestamp_header: str | None
    timestamp_item: str | None
    timestamp_unit: TimestampUnit
    tolerance_s: float
    id_header: str | None


class HmacCheck:
    """RFC 2104, as most vendors use it."""

    needs_body = True

    def __init__(self, form: HmacForm, keys: Sequence[bytes]) -> None:
        self._form = form
        self._keys = keys

    def require(self, request: Inbound, now: float) -> None:
        """Raises RequestRefused."""
        form = self._form
        text = request.required(form.header)
        items = _items(text)
        given = [value for name, value in items if name == form.item] if form.item else [text]
        stamp = self._timestamp(request, items)
        values = {
            "body": request.body,
            "method": request.method.encode(),
            "url": request.url.encode(),
            "timestamp": (stamp or "").encode(),
            "id": self._id(request),
        }
        content = form.signed.of(values)
        wanted = [hmac.digest(key, content, form.algorithm) for key in self._keys]
        found = False
        for one in given[:_ITEMS_MAX]:
            found |= same(self._decoded(one), wanted)
        if not found:
            raise RequestRefused(RefusalReason.SIGNATURE)
        if stamp is not None:
            require_recent(_instant(stamp, form.timestamp_unit), now, form.tolerance_s)

    def _timestamp(self, request: Inbound, items: Sequence[tuple[str, str]]) -> str | None:
        form = self._form
        if form.timestamp_header is not None:
            return request.required(form.timestamp_header)
        if form.timestamp_item is None:
            return None
        found = [value for name, value in items if name == form.timestamp_item]
        if len(found) > 1:
            raise RequestRefused(RefusalReason.DOUBLE)
        if not found:
            raise RequestRefused(RefusalReason.MISSING)
        return found[0]

    def _id(self, request: Inbound) -> bytes:
        if "id" not in self._form.signed.fields:
            return b""
        assert self._form.id_header is not None, "asked for when the settings were read"
        return request.required(self._form.id_header).encode()

    def _decoded(self, text: str) -> bytes:
        """The bytes of a signature; none for what is no signature, which no key gives."""
        if not text.startswith(self._form.prefix):
            return b""
        text = text[len(self._form.prefix) :]
        try:
            if self._form.encoding == "hex":
                return bytes.fromhex(text) if text.isalnum() else b""
            return base64.b64decode(text.encode(), validate=True)
        except (binascii.Error, ValueError):
            return b""


def _items(text: str) -> list[tuple[str, str]]:
    """`t=1,v1=ab` as pairs."""
    pairs = (part.partition("=") for part in text.split(","))
    return [(name.strip(), value.strip()) for name, _, value in pairs]


def _instant(text: str, unit: TimestampUnit) -> float:
    if unit == "s":
        return seconds(text)
    if unit == "ms":
        return seconds(text) / 1000
    return iso_instant(text)
