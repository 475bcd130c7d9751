"""What a file is that holds no events in a form that is read here, by its first bytes."""

from __future__ import annotations

import codecs
from typing import Final

_MAGICS: Final = {
    b"PAR1": "a Parquet file",
    b"ORC": "an ORC file",
    b"PK\x03\x04": "a zip archive or a spreadsheet",
    b"PK\x05\x06": "an empty zip archive",
    b"7z\xbc\xaf": "a 7-zip archive",
    b"\x04\x22\x4d\x18": "packed with lz4",
    b"\xff\x06\x00\x00sNaPpY": "packed with snappy",
    b"\x1f\x9d": "packed with compress",
    b"SQLite format 3": "a database",
    b"%PDF": "a PDF document",
    b"SEQ\x06": "a Hadoop sequence file",
}
_TAR_AT: Final = 257
_WIDE: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LOOK_FOR_ZEROS: Final = 16

WHAT_IS_READ: Final = (
    "JSON text in UTF-8 and Avro container files are read, plain or packed with gzip, zstd, "
    "xz or bzip2"
)


def foreign_format(first: bytes) -> str | None:
    """Why what begins so cannot be read as JSON text; None: nothing speaks against it."""
    for magic, what in _MAGICS.items():
        if first.startswith(magic):
            return f"it is {what}; {WHAT_IS_READ}"
    if first[_TAR_AT : _TAR_AT + 5] == b"ustar":
        return f"it is a tar archive; unpack it first: {WHAT_IS_READ}"
    if first.startswith(_WIDE) or (
        len(first) > 1 and first[:2].count(0) == 1 and b"{" in first[:2]
    ):
        return "it is text in UTF-16 or UTF-32; write it as UTF-8"
    if b"\0" in first[:_LOOK_FOR_ZEROS]:
        return f"it is binary data of no known form; {WHAT_IS_READ}"
    return None
