"""Which compression of Kafka's batches this process can read.

Producers choose a codec, and a topic's `compression.type` may force one on everything that
is written to it, our own records included. A process that lacks a codec's library finds out
in the middle of its work, so it is asked before.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from streams.errors import ConsentryError
from streams.unpacking.inflate import NotUnpacked, Unavailable, inflated

NONE: Final = "uncompressed"
"""`compression.type` of a topic whose batches the broker unpacks."""

AS_SENT: Final = "producer"
"""`compression.type` of a topic that keeps the codec of each producer; Kafka's default."""

CODECS: Final[Mapping[int, str]] = MappingProxyType(
    {0: NONE, 1: "gzip", 2: "snappy", 3: "lz4", 4: "zstd"}
)
"""The codecs by the number that a batch bears in the lowest bits of its attributes."""

CODEC_MASK: Final = 0x07

Compression = Literal["none", "gzip", "snappy", "lz4", "zstd"]
"""How a producer packs its batches, in the words of Kafka's own producers."""

REMEDY: Final = (
    "The packages cramjam, lz4 and backports-zstd are what does it, and one of them is missing "
    "or broken here: install the packages of requirements/worker.lock again (or: pip install "
    "--force-reinstall cramjam lz4 backports-zstd)."
)
"""Newer Pythons have Zstandard in their library."""

_SAID: Final = b"consentry"
_PACKED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "gzip": "1f8b08000000000002034bcecf2b4ecd2b29aa04006239103109000000",
        "snappy": "0920636f6e73656e747279",
        "lz4": "04224d187040ad09000080636f6e73656e747279cda0ad2000000000",
        "zstd": "28b52ffd2009490000636f6e73656e747279",
    }
)
"""The same bytes as each codec packs them."""


def unreadable_codecs() -> frozenset[str]:
    """The codecs that this process cannot read; empty where everything is installed."""
    return frozenset(name for number, name in CODECS.items() if number and not _reads(number))


def producer_option(compression: Compression) -> str | None:
    """What aiokafka's producer takes as `compression_type`.

    Raises ConsentryError when the codec cannot be written here.
    """
    from aiokafka import codec

    written = {"none": True, "gzip": True}.get(compression, codec.cramjam is not None)
    if compression in unreadable_codecs() or not written:
        raise ConsentryError(f"this installation cannot compress with {compression}", REMEDY)
    return None if compression == "none" else compression


def _reads(number: int) -> bool:
    try:
        packed = bytes.fromhex(_PACKED[CODECS[number]])
        return b"".join(inflated(number, packed)) == _SAID
    except (Unavailable, NotUnpacked):
        return False


def unreadable_batch(topic: str, partition: int, offset: int, number: int | None) -> ConsentryError:
    """The error for a batch whose codec cannot be read; `number` is the codec's."""
    if number is not None and number not in CODECS:
        return ConsentryError(
            f"{topic}, partition {partition}, offset {offset}: the batch is compressed with "
            f"codec {number}, which this release does not know",
            "Install a release that knows it, or have its producer use gzip, snappy, lz4 or "
            "zstd. What came before it is kept, and nothing is passed over.",
        )
    return ConsentryError(
        f"{topic}, partition {partition}, offset {offset}: the batch is compressed with "
        f"{_name(number)}, which this installation cannot read",
        f"{REMEDY} What came before it is kept, and nothing is passed over.",
    )


def _name(number: int | None) -> str:
    return "a codec of an old message format" if number is None else CODECS[number]
