"""The kinds of sinks: what `type` may be."""

from __future__ import annotations

from typing import Final

from streams.sinks.file import FileOptions
from streams.sinks.options import SinkOptions

KINDS: Final[dict[str, type[SinkOptions]]] = {
    "file": FileOptions,
}
"""By the word that stands behind `type`; the options open the sink."""
