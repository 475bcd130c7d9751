"""The register of sources: what citations rest on, with address and date of the last check.

Data beside the law: no rule reads it. docs/legal-model.md section 8 is made from it.
"""

from __future__ import annotations

import re

from streams.core.sources import judgments, laws, regulators
from streams.core.sources.source import LegalSource

SOURCES: dict[str, LegalSource] = {
    source.id: source for part in (laws, judgments, regulators) for source in part.SOURCES
}
"""Every source by its id: laws, judgments, regulators."""


def sources_of(citation: str) -> tuple[LegalSource, ...]:
    """The sources that a citation names, in the order of the register; none: it is unknown."""
    return tuple(
        source
        for source in SOURCES.values()
        if any(
            re.search(rf"(?<![\w-]){re.escape(name)}(?!\w)", citation) for name in source.cited_as
        )
    )


__all__ = ["SOURCES", "LegalSource", "sources_of"]
