"""Which webhook sources there are: each has a topic of its own, so that the settings know them."""

from __future__ import annotations

from typing import Any, Final

TABLE: Final = "receive"
SOURCES: Final = "sources"


def source_names(table: object) -> tuple[Any, ...]:
    """The names of the tables `[receive.sources.NAME]`; none where there are none.

    `streams/receive/load.py` reads what stands in them.
    """
    sources = table.get(SOURCES) if isinstance(table, dict) else None
    return tuple(sources) if isinstance(sources, dict) else ()
