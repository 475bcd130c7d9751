"""Schemes of senders that sign with an HMAC in a header: any of them, and three by name."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from streams.receive.checks.check import SenderCheck
from streams.receive.checks.hmac_signature import (
    Algorithm,
    Encoding,
    HmacCheck,
    HmacForm,
    SignedContent,
    TimestampUnit,
)
from streams.receive.options import HeaderName, SourceOptions, tolerance
from streams.receive.secret_files import read_secret


class HmacKeys(SourceOptions):
    """The keys of all schemes with an HMAC in a header."""

    signature_header: HeaderName = Field(description="Header with the signature.")
    algorithm: Algorithm = Field("sha256", description="The hash.")
    encoding: Encoding = Field("hex", description="How the signature is written.")
    prefix: str = Field("", max_length=40, description="What stands before it, as `sha256=`.")
    signed: str = Field(
        "{body}",
        max_length=200,
        description="What is signed: text with `{body}`, `{timestamp}`, `{method}`, `{url}`, "
        "`{id}`.",
    )
    signature_item: str | None = Field(
        None,
        description="Name of the signature, where the header holds `name=value` with commas "
        "between, as `v1`.",
    )
    timestamp_header: HeaderName | None = Field(None, description="Header with the time.")
    timestamp_item: str | None = Field(
        None, description="Name of the time in the header of the signature, as `t`."
    )
    timestamp_unit: TimestampUnit = Field("s", description="How the time is written.")
    tolerance_s: float = tolerance(300)
    secret_encoding: Literal["text", "hex", "base64"] = Field(
        "text", description="How the secret is written."
    )
    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s?#]+$",
        description="Address that the sender was given, without a query, for `{url}`.",
    )

    @model_validator(mode="after")
    def _goes_together(self) -> HmacKeys:
        fields = SignedContent(self.signed).fields
        timed = self.timestamp_header is not None or self.timestamp_item is not None
        if self.timestamp_header is not None and self.timestamp_item is not None:
            raise ValueError("timestamp_header and timestamp_item: leave one out")
        if timed != ("timestamp" in fields):
            raise ValueError(
                "{timestamp} in signed goes with timestamp_header or timestamp_item: a time that "
                "is not signed says nothing"
            )
        if ("url" in fields) != (self.public_url is not None):
            raise ValueError("{url} in signed goes with public_url")
        if "id" in fields and self.id_header is None:
            raise ValueError("{id} in signed goes with id_header")
        if self.timestamp_item is not None and self.signature_item is None:
            raise ValueError("timestamp_item goes with signature_item")
        if self.signature_header.lower() in {name.lower() for name in self.headers}:
            raise ValueError("the header of the signature is never kept in a record")
        return self

    def open(self) -> SenderCheck:
        """The check."""
        form = HmacForm(
            header=self.signature_header,
            signed=SignedContent(self.signed),
            algorithm=self.algorithm,
            encoding=self.encoding,
            prefix=self.prefix,
            item=self.signature_item,
            timestamp_header=self.timestamp_header,
            timestamp_item=self.timestamp_item,
            timestamp_unit=self.timestamp_unit,
            tolerance_s=self.tolerance_s,
            id_header=self.id_header,
        )
        return HmacCheck(form, [self._key(file) for file in self.secret_files])

    def _key(self, file: Path) -> bytes:
        text = read_secret(file)
        try:
            if self.secret_encoding == "hex":  # noqa: S105 - how it is written
                return bytes.fromhex(text)
            if self.secret_encoding == "base64":  # noqa: S105 - the same
                return base64.b64decode(text.encode(), validate=True)
        except (binascii.Error, ValueError):
            raise ValueError(f"the secret is not written in {self.secret_encoding}") from None
        return text.encode()


class HmacOptions(HmacKeys):
    """An HMAC of any make."""

    scheme: Literal["hmac"] = Field(description="An HMAC in a header.")


class ShopifyOptions(HmacKeys):
    """Shopify: HMAC in base64 over the body, with the client secret of the app."""

    scheme: Literal["shopify"] = Field(description="Shopify.")
    signature_header: HeaderName = Field("X-Shopify-Hmac-Sha256", description="Its header.")
    encoding: Encoding = Field("base64", description="How the signature is written.")
    id_header: HeaderName | None = Field("X-Shopify-Webhook-Id", description="Header of the id.")
    headers: tuple[HeaderName, ...] = Field(
        ("X-Shopify-Topic", "X-Shopify-Shop-Domain", "X-Shopify-Triggered-At"),
        description="Headers that go into the record, beside `Content-Type`.",
    )


class HubSpotOptions(HmacKeys):
    """HubSpot, signature version 3: method, address, body and time, with the client secret."""

    scheme: Literal["hubspot"] = Field(description="HubSpot, version 3.")
    signature_header: HeaderName = Field("X-HubSpot-Signature-v3", description="Its header.")
    encoding: Encoding = Field("base64", description="How the signature is written.")
    signed: str = Field("{method}{url}{body}{timestamp}", description="What is signed.")
    timestamp_header: HeaderName | None = Field(
        "X-HubSpot-Request-Timestamp", description="Header with the time."
    )
    timestamp_unit: TimestampUnit = Field("ms", description="How the time is written.")


class SegmentOptions(HmacKeys):
    """Segment: HMAC-SHA1 in hex over the body."""

    scheme: Literal["segment"] = Field(description="Segment.")
    signature_header: HeaderName = Field("X-Signature", description="Its header.")
    algorithm: Algorithm = Field("sha1", description="The hash.")
