"""The table `[receive]` of the settings file: the server, and what all sources have."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from streams.receive.checks.check import SenderCheck
from streams.topics.codecs import Compression

SourceName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
"""Part of a path, of a topic's name and of a metric's label."""

HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$")]

Challenge = Literal["none", "ping", "echo", "hub"]

_NEVER_KEPT: Final = re.compile(
    r"authorization|cookie|signature|hmac|secret|token|api-?key|password"
    r"|forwarded|client-ip|real-ip|connecting-ip|remote-addr|^via$",
    re.IGNORECASE,
)
"""Names of headers that hold secrets, what proves who sent it, or addresses of people."""


def tolerance(seconds: float) -> float:
    """A key for how old what is signed may be."""
    described: float = Field(
        seconds, gt=0, le=604_800, description="Seconds that may lie between signing and now."
    )
    return described


class ReceiveOptions(BaseModel):
    """The server. Without TLS files it speaks HTTP, behind a proxy of the company."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    address: str = Field(
        "127.0.0.1", min_length=1, description="Address of this machine to listen at."
    )
    port: int = Field(8090, ge=0, le=65_535, description="Port; 0 takes any free one.")
    tls_certificate_file: Path | None = Field(
        None, description="Certificate chain (PEM) for HTTPS without a proxy."
    )
    tls_key_file: Path | None = Field(
        None, description="Its key (PEM); unset: it stands in the file of the certificate."
    )
    body_max_bytes: int = Field(
        1_000_000,
        ge=1_000,
        le=100_000_000,
        description="Largest body, unpacked; it must fit into `output_max_bytes`.",
    )
    body_timeout_s: float = Field(
        10.0, gt=0, le=300, description="Seconds within which a body must be there."
    )
    idle_timeout_s: float = Field(
        75.0,
        gt=0,
        le=3_600,
        description="Seconds after which a connection is closed that has sent no whole head of a "
        "request; longer than the proxy keeps its connections.",
    )
    acknowledge_timeout_s: float = Field(
        4.0,
        gt=0,
        le=120,
        description="Seconds that Kafka may take; then the sender gets 503. Shorter than the "
        "senders wait: Shopify and HubSpot wait five.",
    )
    connections_max: int = Field(
        1_000, ge=1, le=100_000, description="Connections at once; further ones are closed."
    )
    compression: Compression = Field(
        "none", description="Compression of what is written to Kafka; each webhook is a batch."
    )
    in_work_max_bytes: int = Field(
        64_000_000,
        ge=1_000_000,
        le=10_000_000_000,
        description="Bytes of bodies in work at once; beyond them senders get 503.",
    )


class SourceOptions(BaseModel):
    """The keys that all sources have; each scheme adds its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    scheme: str = Field(description="How the sender shows who it is.")
    headers: tuple[HeaderName, ...] = Field(
        (), description="Headers that go into the record, beside `Content-Type`."
    )
    id_header: HeaderName | None = Field(
        None, description="Header with the id of a webhook; it becomes the key of the record."
    )
    challenge: Challenge = Field(
        "none",
        description="What a sender asks before it sends: `ping` (GET or HEAD is answered), "
        "`echo` (GET with `challenge=TEXT`, answered with the text), `hub` (WebSub: "
        "`hub.verify_token` and `hub.challenge`).",
    )
    verify_token_files: tuple[Path, ...] = Field(
        (), description="Files with the token that `hub` asks for."
    )
    secret_files: tuple[Path, ...] = Field(
        min_length=1,
        description="Files that hold a secret each; any of them is valid, while one is changed.",
    )

    proof: ClassVar[frozenset[str]] = frozenset()
    """Headers in lower case that prove who the sender is: they are never kept."""

    @field_validator("headers")
    @classmethod
    def _kept(cls, headers: tuple[str, ...]) -> tuple[str, ...]:
        for name in headers:
            if _NEVER_KEPT.search(name) or name.lower() in cls.proof:
                raise ValueError(
                    f"{name} may hold a secret or an address, and is never kept in a record"
                )
        if len({name.lower() for name in headers}) < len(headers):
            raise ValueError("a header stands twice")
        return headers

    def open(self) -> SenderCheck:
        """The check, with its secrets.

        Raises ValueError, which quotes none, for a secret that cannot be used, and
        ConsentryError when something that it needs is not installed.
        """
        raise NotImplementedError
