"""What an installation is known by, wherever its state and its group are named."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

DEFAULT_APPLICATION_ID: Final = "consentry"

_DECLARED: Final = re.compile(
    r"(?:^|;)application_id=([A-Za-z0-9._-]+);topic_prefix=([A-Za-z0-9._-]*);"
    r"generation=([1-9][0-9]{0,6})(?:;|$)",
    re.ASCII,
)


class Installation(NamedTuple):
    """Who it is: two with the same of one of these, and other topics, must never meet."""

    application_id: str
    topic_prefix: str
    generation: int

    def __str__(self) -> str:
        prefix = self.topic_prefix or "(none)"
        return (
            f"application_id {self.application_id}, topic_prefix {prefix}, generation "
            f"{self.generation}"
        )

    @property
    def declaration(self) -> str:
        """How it stands beside committed offsets."""
        return (
            f"application_id={self.application_id};topic_prefix={self.topic_prefix};"
            f"generation={self.generation}"
        )


def declared_installation(metadata: str) -> Installation | None:
    """The installation that metadata of a committed offset names; None where there is none."""
    found = _DECLARED.search(metadata)
    return None if found is None else Installation(found[1], found[2], int(found[3]))
