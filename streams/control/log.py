"""All policies of an installation, in the order in which they came into force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from streams.control.record import REMEDY, ControlRecord, decode, load
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.errors import ConsentryError
from streams.wire.record import Record


class PolicyInForce(NamedTuple):
    """The policy by which everything is judged, and when the broker appended it.

    `sequence` 0: it is on no topic yet, and `since` is None.
    """

    policy: Policy
    sequence: int
    since: Instant | None = None

    @property
    def digest(self) -> str:
        """The digest of the policy, as this release computes it."""
        return self.policy.digest

    @property
    def version(self) -> str:
        """The version that findings state."""
        return self.policy.version


@dataclass(frozen=True, slots=True)
class ControlEntry:
    """A record, where it stands, and when the broker appended it."""

    record: ControlRecord
    topic: str
    offset: int
    at: Instant

    @property
    def place(self) -> str:
        """For errors."""
        return place_of(self.topic, 0, self.offset)

    def in_force(self) -> PolicyInForce:
        """Its policy. Raises ConsentryError where this release cannot load it."""
        return PolicyInForce(load(self.record, self.place), self.record.sequence, self.at)


class ControlLog:
    """The records of the topic, checked one after the other.

    `sequence` is that of the policy in force, 0 where there is none; `next_offset` is where begins
    what was not read yet. `entries` are all of them, or with `last_only` the last.
    """

    def __init__(self, topic: str, *, last_only: bool = False) -> None:
        self.topic = topic
        self.sequence = 0
        self.next_offset = 0
        self.entries: list[ControlEntry] = []
        self._last_only = last_only

    @property
    def last(self) -> ControlEntry | None:
        """The entry in force."""
        return self.entries[-1] if self.entries else None

    def in_force(self) -> PolicyInForce | None:
        """The policy in force, None where there is none.

        Raises ConsentryError where this release cannot load it.
        """
        return None if self.last is None else self.last.in_force()

    def entry(self, sequence: int) -> ControlEntry:
        """The entry of a sequence number. Raises ConsentryError where there is none."""
        found = next((one for one in self.entries if one.record.sequence == sequence), None)
        if found is not None:
            return found
        known = f"1 to {self.sequence}" if self.entries else "none yet"
        raise ConsentryError(
            f"{self.topic} has no policy {sequence}", f"Policies that it has: {known}."
        )

    def take(self, records: Iterable[Record]) -> None:
        """Add records in the order of their offsets.

        Raises ConsentryError for a record that cannot be read, and for one whose number does not
        follow the last: of policies none may be passed over.
        """
        for record in records:
            entry = self._checked(record)
            if self._last_only:
                self.entries.clear()
            self.entries.append(entry)
            self.sequence = entry.record.sequence
            self.next_offset = record.offset + 1

    def _checked(self, record: Record) -> ControlEntry:
        place = place_of(record.topic, record.partition, record.offset)
        if record.partition != 0:
            raise ConsentryError(
                f"{place}: policies stand on partition 0 alone",
                "The topic must have one partition: `consentry topics check`.",
            )
        read = decode(record.key, record.value, place)
        if read.sequence != self.sequence + 1:
            raise ConsentryError(
                f"{place}: sequence is {read.sequence}, and {self.sequence + 1} must follow",
                REMEDY,
            )
        return ControlEntry(read, record.topic, record.offset, Instant(record.timestamp))


def place_of(topic: str, partition: int, offset: int) -> str:
    """Where a record stands, in words."""
    return f"{topic}, partition {partition}, offset {offset}"
