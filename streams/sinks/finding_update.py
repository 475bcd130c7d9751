"""What is handed to a sink: one revision of a finding or duty, or that its person has left."""

from __future__ import annotations

import msgspec

from streams.core.findings import OutputRecord
from streams.siem.lifecycle import identity


class FindingUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """One revision to deliver, with its place on the bus.

    `topic`, `partition` and `offset` name the record that it was read from. `test` marks
    what `consentry sinks test` sends: receivers show it as a test.
    """

    record: OutputRecord
    topic: str
    partition: int
    offset: int
    test: bool = False

    @property
    def identity(self) -> str:
        """What the receiver knows the finding or duty by, over its whole life."""
        return identity(self.record)

    @property
    def uid(self) -> str:
        """The name of this revision alone, the same at every attempt: receivers dedupe by it."""
        return f"{self.identity}:{self.record.revision}"

    @property
    def place(self) -> str:
        """Topic, partition and offset, for logs and errors."""
        return f"{self.topic}[{self.partition}]@{self.offset}"


class Removal(msgspec.Struct, frozen=True, kw_only=True):
    """The person of a finding or duty has left (P20, P26): no revision of it may be kept.

    `identity` is what the receiver knows it by. The place is that of the tombstone.
    """

    identity: str
    duty: bool
    topic: str
    partition: int
    offset: int

    @property
    def uid(self) -> str:
        """The name of this removal alone, the same at every attempt."""
        return f"{self.identity}:removed"
