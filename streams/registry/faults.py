"""Why a schema of a registry reads nothing."""

from __future__ import annotations


class UnreadableSchema(Exception):
    """A schema that is there and of no use; `reason` quotes nothing of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
