"""Which compression of Kafka's batches this process can read.

Producers choose a codec, and a topic's `compression.type` may force one on everything that
is written to it, our own records included. A process that lacks a codec's library finds out
in the middle of its work, so it is asked before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal

from streams.errors import ConsentryError

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
    "The package cramjam is what does it, and is missing or broken here: install the packages of "
    "requirements-worker.lock again (or: pip install --force-reinstall cramjam)."
)
"""aiokafka reads and writes all codecs but gzip with that package."""

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
    from aiokafka import codec

    readers: Mapping[str, Callable[[bytes], bytes]] = {
        "gzip": codec.gzip_decode,
        "snappy": codec.snappy_decode,
        "lz4": codec.lz4_decode,
        "zstd": codec.zstd_decode,
    }
    return frozenset(name for name, read in readers.items() if not _reads(name, read))


def producer_option(compression: Compression) -> str | None:
    """What aiokafka's producer takes as `compression_type`.

    Raises ConsentryError when the codec cannot be written here.
    """
    if compression in unreadable_codecs():
        raise ConsentryError(f"this installation cannot compress with {compression}", REMEDY)
    return None if compression == "none" else compression


def _reads(name: str, read: Callable[[bytes], bytes]) -> bool:
    try:
        return read(bytes.fromhex(_PACKED[name])) == _SAID
    except Exception:  # noqa: BLE001 - however a library is broken, it does not read
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


def damaged_batch(topic: str, partition: int, offset: int, number: int | None) -> ConsentryError:
    """The error for a batch that is not what its codec makes of anything."""
    return ConsentryError(
        f"{topic}, partition {partition}, offset {offset}: the batch cannot be unpacked as "
        f"{_name(number)}: its bytes are damaged",
        "Kafka unpacks what producers send before it takes it, so look at the broker's disk and "
        "its other replicas.",
    )


def _name(number: int | None) -> str:
    return "a codec of an old message format" if number is None else CODECS[number]
