"""Why a registry, or a schema of it, gives nothing."""

from __future__ import annotations


class RegistryAway(Exception):
    """Nobody answered, or not now; `reason` quotes nothing of the answer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnreadableSchema(Exception):
    """A schema that is there and of no use; `reason` quotes nothing of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MissingReference(UnreadableSchema):
    """The registry says that it does not have what a schema refers to: its replicas may lag."""
