"""What a client is to send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Codec = Literal["none", "gzip", "snappy", "lz4", "zstd"]
CODECS: Final[tuple[Codec, ...]] = ("none", "gzip", "snappy", "lz4", "zstd")


@dataclass(frozen=True, slots=True)
class Message:
    """A record, and the codec of the batch that it is to be in."""

    codec: Codec
    topic: str
    key: bytes
    value: bytes
