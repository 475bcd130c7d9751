"""Why bytes or values are no event. These never leave `streams.wire.decode`."""

from __future__ import annotations


class WireError(Exception):
    """A record that cannot be an event: what is wrong, what to do, and in which field.

    `reason` names fields, types and allowed symbols; it never holds a value.
    """

    def __init__(self, reason: str, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field
