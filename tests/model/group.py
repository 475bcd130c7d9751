"""The group coordinator: who is a member, and who was given which partition numbers.

A rebalance is the eager one of Faust's assignor: every member gives up all it has and
joins again, and when all have joined each is told what it has now. A member that is
silent for too long is put out of the group and learns of it when it next asks.
"""

from __future__ import annotations

from aiokafka.errors import UnknownMemberIdError

from tests.model.broker import Busy


class Group:
    """One consumer group over partition numbers that all its topics share."""

    def __init__(self, partitions: int) -> None:
        self._partitions = partitions
        self._members: list[str] = []
        self._joined: set[str] = set()
        self._out: set[str] = set()
        self._given: dict[str, frozenset[int]] = {}
        self._rebalancing = False
        self.changes = 0
        """How often anything has changed: who was Busy may try again."""
        self.shift = 0
        """Turns the order of the members, so that partition numbers move or stay."""

    @property
    def members(self) -> tuple[str, ...]:
        """All that it counts as members, dead ones that it still waits for included."""
        return tuple(self._members)

    def join(self, member: str) -> frozenset[int]:
        """Ask to be a member. Raises Busy until all have joined, then tells the numbers."""
        self._known(member)
        if member not in self._members:
            self._members.append(member)
            self._rebalance()
        if self._rebalancing and member not in self._joined:
            self._joined.add(member)
            self.changes += 1
        if self._rebalancing and self._joined >= set(self._members):
            self._give()
        if self._rebalancing:
            raise Busy
        return self._given[member]

    def watch(self, member: str) -> None:
        """Raises Busy as long as the member may keep what it has."""
        self._known(member)
        if not self._rebalancing or member in self._joined:
            raise Busy

    def evict(self, member: str) -> None:
        """The session of a member timed out."""
        if member in self._members:
            self._members.remove(member)
            self._joined.discard(member)
            self._out.add(member)
            self._rebalance()

    def rebalance(self) -> None:
        """Begin a rebalance for a reason of its own."""
        self._rebalance()

    def _known(self, member: str) -> None:
        if member in self._out:
            raise UnknownMemberIdError

    def _rebalance(self) -> None:
        self.changes += 1
        if not self._rebalancing:
            self._rebalancing = True
            self._joined.clear()

    def _give(self) -> None:
        self._rebalancing = False
        self.changes += 1
        count = len(self._members)
        self._given = {
            member: frozenset(
                number for number in range(self._partitions) if (number + self.shift) % count == at
            )
            for at, member in enumerate(self._members)
        }
