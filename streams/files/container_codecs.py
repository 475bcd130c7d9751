"""The compression of Avro container files: which can be read, and why one cannot."""

from __future__ import annotations

import io
import re
from types import MappingProxyType
from typing import Final

import fastavro

CODECS: Final = MappingProxyType(
    {
        "null": None,
        "deflate": None,
        "snappy": "cramjam",
        "zstandard": "backports-zstd",
        "bzip2": None,
        "xz": None,
    }
)
"""The codecs of the specification, and the package that reads one beside Python's library."""

_NAME: Final = re.compile(r"[a-z0-9_.-]{1,20}", re.ASCII)


def unreadable(codec: str) -> str | None:
    """Why nothing can be read of a file with this codec, None where that is not the reason."""
    if codec not in CODECS:
        # Any bytes may stand there.
        named = codec if _NAME.fullmatch(codec) else "an unknown codec"
        return (
            f"the Avro file is compressed with {named}, which is none of "
            f"{', '.join(CODECS)}: write it again with one of these"
        )
    if _reads(codec):
        return None
    return (
        f"the Avro file is compressed with {codec}, which this installation cannot read: "
        f"install the package {CODECS[codec]}"
    )


def _reads(codec: str) -> bool:
    file = io.BytesIO()
    try:
        fastavro.writer(file, "long", [7], codec=codec)
        file.seek(0)
        return list(fastavro.reader(file)) == [7]
    except Exception:  # noqa: BLE001 - however a library is broken, it does not read
        return False
