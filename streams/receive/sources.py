"""Every scheme by which senders show who they are, with its keys: the values of `scheme`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Final, Literal

from pydantic import Field, field_validator, model_validator

from streams.receive.checks.check import SenderCheck
from streams.receive.checks.credentials import BasicCheck, PathCheck, TokenCheck
from streams.receive.checks.mailgun import MailgunCheck
from streams.receive.checks.sendgrid import SIGNATURE, TIMESTAMP, SendGridCheck
from streams.receive.checks.sns import ARN, SnsCheck
from streams.receive.checks.standard import StandardCheck
from streams.receive.fetch import fetch
from streams.receive.hmac_sources import (
    HmacOptions,
    HubSpotOptions,
    SegmentOptions,
    ShopifyOptions,
)
from streams.receive.options import HeaderName, SourceOptions, tolerance
from streams.receive.secret_files import read_line, read_secret

PASSWORD_MIN_CHARS: Final = 12


class StandardOptions(SourceOptions):
    """Standard Webhooks: Svix, Resend, Clerk and others."""

    scheme: Literal["standard-webhooks"] = Field(description="Standard Webhooks (Svix).")
    tolerance_s: float = tolerance(300)
    proof: ClassVar = frozenset({"webhook-signature", "svix-signature"})

    def open(self) -> SenderCheck:
        """The check."""
        return StandardCheck([read_secret(file) for file in self.secret_files], self.tolerance_s)


class SendGridOptions(SourceOptions):
    """SendGrid's signed event webhook. `secret_files` hold public keys."""

    scheme: Literal["sendgrid"] = Field(description="SendGrid's signed event webhook.")
    secret_files: tuple[Path, ...] = Field(
        min_length=1, description="Files that hold a public key each, as SendGrid shows it."
    )
    tolerance_s: float = tolerance(86_400)
    proof: ClassVar = frozenset({SIGNATURE.lower(), TIMESTAMP.lower()})

    def open(self) -> SenderCheck:
        """The check."""
        return SendGridCheck([read_line(file) for file in self.secret_files], self.tolerance_s)


class MailgunOptions(SourceOptions):
    """Mailgun: the signature stands in the body."""

    scheme: Literal["mailgun"] = Field(description="Mailgun.")
    tolerance_s: float = tolerance(43_200)

    def open(self) -> SenderCheck:
        """The check."""
        return MailgunCheck([read_secret(file) for file in self.secret_files], self.tolerance_s)


class BasicOptions(SourceOptions):
    """HTTP Basic: a user and a password."""

    scheme: Literal["basic"] = Field(description="HTTP Basic.")
    user: str = Field(min_length=1, max_length=200, pattern=r"^[^:\s]+$", description="The user.")
    secret_files: tuple[Path, ...] = Field(
        min_length=1, description="Files that hold a password each; any of them is valid."
    )

    def open(self) -> SenderCheck:
        """The check."""
        passwords = [read_secret(f, min_chars=PASSWORD_MIN_CHARS) for f in self.secret_files]
        return BasicCheck(self.user, passwords)


class BearerOptions(SourceOptions):
    """A token in a header."""

    scheme: Literal["bearer"] = Field(description="A token in a header.")
    token_header: HeaderName = Field("Authorization", description="Header with the token.")
    token_prefix: str = Field("Bearer ", max_length=40, description="What stands before it.")

    @model_validator(mode="after")
    def _not_kept(self) -> BearerOptions:
        if self.token_header.lower() in {name.lower() for name in self.headers}:
            raise ValueError("the header of the token is never kept in a record")
        return self

    def open(self) -> SenderCheck:
        """The check."""
        tokens = [read_secret(file) for file in self.secret_files]
        return TokenCheck(self.token_header, self.token_prefix, tokens)


class SnsOptions(SourceOptions):
    """Amazon SNS over HTTPS, as SES sends its events; signature version 2 of the topic."""

    scheme: Literal["sns"] = Field(description="Amazon SNS.")
    topic_arns: tuple[str, ...] = Field(
        min_length=1, description="The topics that are expected, by their ARN."
    )
    secret_files: tuple[Path, ...] = Field(
        (), max_length=0, description="None: a certificate of AWS is what counts."
    )
    id_header: HeaderName | None = Field("x-amz-sns-message-id", description="Header of the id.")
    tolerance_s: float = tolerance(86_400)

    @field_validator("topic_arns")
    @classmethod
    def _of_sns(cls, arns: tuple[str, ...]) -> tuple[str, ...]:
        if not all(map(ARN.fullmatch, arns)):
            raise ValueError("should be ARNs of SNS: arn:aws:sns:REGION:ACCOUNT:NAME")
        return arns

    def open(self) -> SenderCheck:
        """The check."""
        return SnsCheck(self.topic_arns, self.tolerance_s, fetch)


class PathOptions(SourceOptions):
    """A token as the last part of the path: `/hooks/NAME/TOKEN`."""

    scheme: Literal["path"] = Field(description="A token in the path.")

    def open(self) -> SenderCheck:
        """The check."""
        return PathCheck([read_secret(file) for file in self.secret_files])


SCHEMES: Final[Mapping[str, type[SourceOptions]]] = {
    "standard-webhooks": StandardOptions,
    "shopify": ShopifyOptions,
    "hubspot": HubSpotOptions,
    "segment": SegmentOptions,
    "hmac": HmacOptions,
    "sendgrid": SendGridOptions,
    "mailgun": MailgunOptions,
    "sns": SnsOptions,
    "basic": BasicOptions,
    "bearer": BearerOptions,
    "path": PathOptions,
}
"""In the order of docs/receive.md."""
