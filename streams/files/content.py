"""What a file of a folder holds, by its first bytes: events, or a reason not to read it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from streams.files.containers import CONTAINER_MAGIC
from streams.files.formats import WHAT_IS_READ, foreign_format
from streams.files.unpack import UNPACKING_ERRORS, DamagedError, NotInstalledError, unpacked

LINE_SUFFIXES: Final = (".jsonl", ".ndjson")
"""What is called so is read in any case, line by line."""

DOCUMENTS: Final = (
    ".toml", ".yaml", ".yml", ".md", ".rst", ".html", ".htm", ".css", ".js", ".py", ".sh", ".ini",
    ".cfg", ".pdf", ".png", ".jpg", ".jpeg", ".svg",
)  # fmt: skip
"""What is called so and holds no JSON is named, and nobody would look for events in it."""

HEAD: Final = 65_536
"""Bytes of a file of a folder that say what it is."""

_PACKED: Final = re.compile(r"(\.(gz|gzip|zst|zstd|xz|bz2)|\.\d+)+$")
_JSON: Final = re.compile(rb'(\xef\xbb\xbf)?\s*(\{\s*["}]|\[\s*[{\]])')
_REPORT: Final = re.compile(rb'(\xef\xbb\xbf)?\s*\{"kind":"(finding|duty|rejected|unread|summary)"')


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look into a file says.

    `events`: it looks as if it held some. `reason`: why it is not read; None: it is.
    `unread`: it may hold events, for all that is known.
    """

    events: bool
    reason: str | None = None
    unread: bool = True


def look_into(path: str) -> Looked:
    """Open a file and look at its beginning. Raises OSError where it cannot be opened."""
    try:
        with Path(path).open("rb") as raw:
            stream, _, _ = unpacked(raw)
            head = stream.read(HEAD)
    except (NotInstalledError, DamagedError):
        return Looked(events=True)  # reading says what is wrong
    except UNPACKING_ERRORS:
        return Looked(events=True)
    except OSError as error:
        if error.errno:
            raise
        return Looked(events=True)
    return _of_head(path.lower(), head)


def _of_head(name: str, head: bytes) -> Looked:
    if head.startswith(CONTAINER_MAGIC):
        return Looked(events=True)
    if _REPORT.match(head):
        return Looked(events=False, reason="it is a report of this program", unread=False)
    suffixes = _PACKED.sub("", name)
    document = suffixes.endswith(DOCUMENTS)
    if (foreign := foreign_format(head)) is not None:
        return Looked(events=False, reason=foreign, unread=not document)
    if not head or suffixes.endswith(LINE_SUFFIXES):
        return Looked(events=bool(head))
    if not _JSON.match(head):
        reason = f"it begins with neither a JSON object nor a JSON array; {WHAT_IS_READ}"
        return Looked(events=False, reason=reason, unread=not document)
    if b'"event_type"' not in head:
        reason = "it is JSON without events: no event_type stands in it"
        return Looked(events=False, reason=reason, unread=not _is_one_object(head))
    return Looked(events=True)


def _is_one_object(head: bytes) -> bool:
    """Whether it begins a single JSON object over several lines: a document, no export."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    first, end, _ = text.partition(b"\n")
    try:
        msgspec.json.decode(first)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return text.startswith(b"{") and bool(end)
    return False
