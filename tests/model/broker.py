"""Topics, transactions and committed offsets of a Kafka broker, in memory.

Every method is one step that happens as a whole. What a broker does on its own time
(markers, offsets of ended transactions) waits in `tasks` until somebody runs it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping

from aiokafka.errors import InvalidTxnState, ProducerFenced

from tests.model.log import (
    Busy,
    Content,
    Headers,
    Log,
    Offset,
    Place,
    Record,
    Refused,
    Session,
    Transaction,
)


class _Owner:
    """What the transaction coordinator knows of a transactional id."""

    def __init__(self) -> None:
        self.epoch = -1
        self.open: Transaction | None = None


class Broker:
    """Topics with their partition counts, transactions, and one group coordinator."""

    def __init__(self, topics: Mapping[str, int], *, now: Callable[[], int] = lambda: 0) -> None:
        self._counts = dict(topics)
        self.cluster = 1
        """Which one it is: its topics have other ids than those of another one."""
        self.logs = {(t, n): Log() for t, count in topics.items() for n in range(count)}
        self._now = now
        self._owners: dict[str, _Owner] = {}
        self._offsets: dict[str, dict[Place, Offset]] = {}
        self.tasks: deque[Callable[[], None]] = deque()
        self._to_show: deque[tuple[str, Mapping[Place, Offset]]] = deque()
        self.changes = 0
        """How often anything has changed: who was Busy may try again."""
        self.refusals = 0
        """How many of the next batches are refused."""

    # What anybody may ask.

    def partitions(self, topic: str) -> set[int]:
        """The partition numbers of a topic."""
        return set(range(self._counts[topic]))

    def has(self, topic: str) -> bool:
        """Whether there is such a topic."""
        return topic in self._counts

    def add_partitions(self, topic: str, count: int) -> None:
        """Give a topic partitions until it has so many; one that is not there is created."""
        self.changes += 1
        self._counts[topic] = max(count, self._counts.get(topic, 0))
        for number in range(count):
            self.logs.setdefault((topic, number), Log())

    def visible(self, topic: str, number: int, start: int | None = None) -> list[Record]:
        """What a `read_committed` reader finds, from an offset or from the log start."""
        log = self.logs[topic, number]
        position = log.start if start is None else max(start, log.start)
        return log.read(position, log.end, committed=True)[0]

    def committed(self, group: str, number: int) -> dict[str, int]:
        """Committed offsets of a partition number, as the group coordinator shows them."""
        offsets = self._offsets.get(group, {})
        return {topic: at.offset for (topic, n), at in offsets.items() if n == number}

    def metadata(self, group: str) -> dict[Place, str]:
        """What stands beside the committed offsets of a group."""
        return {place: at.metadata for place, at in self._offsets.get(group, {}).items()}

    def set_committed(self, group: str, topic: str, number: int, offset: int) -> None:
        """Commit outside of any transaction, as `kafka-consumer-groups.sh` does."""
        self.changes += 1
        self._offsets.setdefault(group, {})[topic, number] = Offset(offset)

    def truncate(self, topic: str, number: int, start: int) -> None:
        """Delete what lies before an offset, as retention does."""
        self.changes += 1
        log = self.logs[topic, number]
        log.start = max(log.start, min(start, log.stable_end))

    def recreate(self, topic: str) -> None:
        """Delete a topic and create it again: offsets begin at 0."""
        self.changes += 1
        for number in self.partitions(topic):
            self.logs[topic, number] = Log()

    def append(
        self,
        topic: str,
        number: int,
        *,
        key: bytes | None,
        value: bytes | None,
        timestamp: int | None = None,
        headers: Headers = (),
    ) -> Record:
        """Write a record outside of any transaction."""
        content = Content(key, value, headers, timestamp)
        return self._append((topic, number), content, None)

    def _append(self, place: Place, content: Content, transaction: Transaction | None) -> Record:
        self.changes += 1
        log = self.logs[place]
        at = self._now() if content.timestamp is None else content.timestamp
        record = Record(*place, log.end, at, content.key, content.value, tuple(content.headers))
        log.append(record, transaction)
        return record

    # What transactional producers ask.

    def init_producer(self, transactional_id: str) -> Session:
        """A new epoch: the owner before is fenced at once, and its open transaction aborted.

        Raises Busy until the markers of that, or of a transaction that is ending, are
        written; the caller asks again.
        """
        self.changes += 1
        owner = self._owners.setdefault(transactional_id, _Owner())
        if owner.open is not None:
            if owner.open.commit is None:
                self._abort(owner)
            if owner.open is not None:
                raise Busy
        owner.epoch += 1
        return Session(transactional_id, owner.epoch)

    def add_places(self, session: Session, places: Iterable[Place]) -> None:
        """AddPartitionsToTxn. Raises Busy while the last transaction is ending."""
        self._current(session, begin=True).places.update(places)

    def add_group(self, session: Session, group: str) -> None:
        """AddOffsetsToTxn. Raises Busy while the last transaction is ending."""
        self._current(session, begin=True).groups.add(group)

    def produce(self, session: Session, place: Place, contents: Iterable[Content]) -> list[int]:
        """Append a batch to a partition of the transaction; returns the offsets."""
        transaction = self._current(session)
        if place not in transaction.places:
            raise InvalidTxnState
        if self.refusals:
            self.refusals -= 1
            raise Refused
        return [self._append(place, content, transaction).offset for content in contents]

    def send_offsets(self, session: Session, group: str, offsets: Mapping[Place, Offset]) -> None:
        """TxnOffsetCommit: they hold when the transaction commits."""
        transaction = self._current(session)
        if group not in transaction.groups:
            raise InvalidTxnState
        transaction.offsets.setdefault(group, {}).update(offsets)

    def end(self, session: Session, *, commit: bool) -> None:
        """EndTxn: from now on the outcome is fixed; markers are written as `tasks`."""
        owner = self._owners[session.transactional_id]
        if owner.epoch != session.epoch:
            raise ProducerFenced
        if owner.open is not None and owner.open.commit is None:
            self._finish(owner, commit=commit)

    def expire(self, transactional_id: str) -> bool:
        """Abort a transaction that is open for too long and fence its producer."""
        owner = self._owners.get(transactional_id)
        if owner is None or owner.open is None or owner.open.commit is not None:
            return False
        self._abort(owner)
        return True

    def ending(self, transactional_id: str) -> bool:
        """Whether the markers of a transaction are still to be written."""
        owner = self._owners.get(transactional_id)
        return owner is not None and owner.open is not None and owner.open.commit is not None

    def epoch(self, transactional_id: str) -> int:
        """The epoch of the current owner, -1 before the first."""
        owner = self._owners.get(transactional_id)
        return -1 if owner is None else owner.epoch

    def _current(self, session: Session, *, begin: bool = False) -> Transaction:
        owner = self._owners[session.transactional_id]
        if owner.epoch != session.epoch:
            raise ProducerFenced
        if owner.open is not None and owner.open.commit is not None:
            raise Busy
        if owner.open is None:
            if not begin:
                raise InvalidTxnState
            owner.open = Transaction()
        return owner.open

    def _abort(self, owner: _Owner) -> None:
        owner.epoch += 1
        self._finish(owner, commit=False)

    def _finish(self, owner: _Owner, *, commit: bool) -> None:
        self.changes += 1
        transaction = owner.open
        assert transaction is not None
        transaction.commit = commit
        transaction.to_mark = sorted(transaction.places)
        if not transaction.to_mark:
            self._complete(owner, transaction)
        for place in transaction.to_mark:
            self.tasks.append(lambda place=place: self._mark(owner, transaction, place))  # type: ignore[misc]

    def _mark(self, owner: _Owner, transaction: Transaction, place: Place) -> None:
        self.changes += 1
        self.logs[place].mark(transaction)
        transaction.to_mark.remove(place)
        if not transaction.to_mark:
            self._complete(owner, transaction)

    def _complete(self, owner: _Owner, transaction: Transaction) -> None:
        """All markers are written; the group coordinator shows the offsets a little later.

        In the order in which their transactions ended, whatever else waits: offsets that
        were committed later are never replaced by earlier ones.
        """
        self.changes += 1
        owner.open = None
        if transaction.commit:
            for shown in transaction.offsets.items():
                self._to_show.append(shown)
                self.tasks.append(self._show)

    def _show(self) -> None:
        self.changes += 1
        group, offsets = self._to_show.popleft()
        self._offsets.setdefault(group, {}).update(offsets)

    def settle(self) -> None:
        """Do everything that waits in `tasks`."""
        while self.tasks:
            self.tasks.popleft()()
