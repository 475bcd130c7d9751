"""The group coordinator: who is a member, and who was given which partition numbers.

A rebalance is the eager one of Faust's assignor: every member gives up all it has and
joins again, and when all have joined each gets what it has now. A member that is
silent for too long is put out of the group and learns of it when it next asks.
"""

from __future__ import annotations

from aiokafka.errors import UnknownMemberIdError

from tests.model.log import Busy


class Group:
    """One consumer group over partition numbers that all its topics share.

    A member is known by a name that lasts (its instance id, or one of its own), and held
    by one process at a time: the last that joined under it. The one before is put out.
    """

    def __init__(self, partitions: int) -> None:
        self._partitions = partitions
        self._members: dict[str, str] = {}
        self._joined: set[str] = set()
        self._out: set[str] = set()
        self._given: dict[str, frozenset[int]] = {}
        self._rebalancing = False
        self.changes = 0
        """How often anything has changed: who was Busy may try again."""
        self.shift = 0
        """Turns the order of the members, so that partition numbers move or stay."""

    @property
    def members(self) -> dict[str, str]:
        """Which process holds each member; dead ones are among them until they time out."""
        return dict(self._members)

    def join(self, member: str, process: str) -> frozenset[int]:
        """Ask to be a member. Raises Busy until all have joined, then gives the numbers.

        Who takes the place of another process without a rebalance going on gets its numbers.
        """
        self._known(process)
        before = self._members.get(member)
        if before != process:
            self._members[member] = process
            self.changes += 1
            if before is None:
                self._rebalance()
            else:
                self._out.add(before)
                self._joined.discard(member)
        if self._rebalancing and member not in self._joined:
            self._joined.add(member)
            self.changes += 1
        if self._rebalancing and self._joined >= self._members.keys():
            self._give()
        if self._rebalancing:
            raise Busy
        return self._given[member]

    def watch(self, member: str, process: str) -> None:
        """Raises Busy as long as the member may keep what it has."""
        self._known(process)
        if not self._rebalancing or member in self._joined:
            raise Busy

    def evict(self, member: str) -> None:
        """The session of a member timed out."""
        process = self._members.pop(member, None)
        if process is not None:
            self._joined.discard(member)
            self._out.add(process)
            self._rebalance()

    def rebalance(self) -> None:
        """Begin a rebalance for a reason of its own."""
        self._rebalance()

    def _known(self, process: str) -> None:
        if process in self._out:
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
