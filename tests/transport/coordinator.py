"""A broker that answers the requests of one transactional producer, and holds it to their order.

It stands in where a real broker cannot be made to give an answer: its errors, at a chosen request.
"""

from __future__ import annotations

import asyncio
import struct
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import aiokafka
from aiokafka.client import ConnectionGroup, CoordinationType

PARTITIONS, GROUP, RECORDS, OFFSETS, END = (
    "AddPartitionsToTxn",
    "AddOffsetsToTxn",
    "Produce",
    "TxnOffsetCommit",
    "EndTxn",
)
"""The requests of a transaction, by the names that Kafka has for them."""

NOT_IN_TRANSACTION = 48
"""INVALID_TXN_STATE: what came before what it needs."""

CHECKED = {"Produce": 19, "TxnOffsetCommit": 15}
"""What a broker checks with the coordinator of transactions, and how it refuses it for a while."""

ADDED = ("AddPartitionsToTxn", "AddOffsetsToTxn")

_SEQUENCE_AT = 53
"""Where the first sequence number stands in a record batch."""


class Coordinator:
    """Answers at once, or round by round when `held`.

    `refusals` are error codes for the first requests of a kind, by its name; `asked` are the
    requests in their order, `written` the first sequence numbers that came by topic, `rounds`
    what was under way together before an answer was given, `ends` how each transaction ended,
    `collided` what was refused as Kafka 4 does where it has to check two at a time.
    """

    def __init__(
        self, refusals: Mapping[str, Sequence[int]] | None = None, *, held: bool = False
    ) -> None:
        self._refusals = {name: list(codes) for name, codes in (refusals or {}).items()}
        self._held = held
        self._waiting: dict[str, asyncio.Event] = {}
        self.asked: list[str] = []
        self.collided: list[str] = []
        self.rounds: list[set[str]] = []
        self.written: dict[str, list[int]] = defaultdict(list)
        self.ends: list[str] = []
        self.out_of_order: list[str] = []
        self._places: set[tuple[str, int]] = set()
        self._group = False
        self._open: Counter[str] = Counter()
        self._connections: dict[str, Any] = {}

    def serve(self, producer: aiokafka.AIOKafkaProducer) -> None:
        """Stand in for the cluster of a producer that was not started."""
        client, sender = producer.client, producer._sender
        cluster = producer._metadata
        cluster.leader_for_partition = lambda _place: 1
        cluster.partitions_for_topic = lambda _topic: {0, 1, 2, 3}
        client.bootstrap = client.close = client._maybe_wait_metadata = _nothing
        client.force_metadata_update = lambda: asyncio.ensure_future(_nothing())
        client.coordinator_lookup = client.ready = self._one
        client.send = self._send
        sender._coordinators.update(dict.fromkeys(CoordinationType, 1))
        sender._txn_manager.set_pid_and_epoch(7, 0)

    async def _one(self, *_: Any, **__: Any) -> int:
        return 1

    async def _send(self, _node: int, request: Any, *, group: Any = None) -> Any:
        name = type(request).__name__.removesuffix("Request")
        self.asked.append(name)
        self._connections[name] = ConnectionGroup.DEFAULT if group is None else group
        collides = self._collides(name)
        self._open[name] += 1
        try:
            if self._held:
                await self._waiting.setdefault(name, asyncio.Event()).wait()
            else:
                await asyncio.sleep(0)
            codes = self._refusals.get(name)
            code = CHECKED[name] if collides else codes.pop(0) if codes else 0
            return getattr(self, f"_{name}")(request, code)
        finally:
            self._open[name] -= 1

    def _collides(self, name: str) -> bool:
        """Whether it is to be checked while another is, or while something is added."""
        if name not in CHECKED:
            return False
        others = [
            other
            for other in +self._open
            if other in ADDED
            or (other in CHECKED and self._connections[other] != self._connections[name])
        ]
        self.collided += [name] * bool(others)
        return bool(others)

    async def next_round(self) -> set[str]:
        """Wait until nothing more is asked before an answer, note what is under way, answer it."""
        while not self._waiting:  # noqa: ASYNC110 - a request comes after timers of its own
            await asyncio.sleep(0.001)
        for _ in range(50):
            await asyncio.sleep(0)
        waiting, self._waiting = self._waiting, {}
        self.rounds.append(set(waiting))
        for event in waiting.values():
            event.set()
        return self.rounds[-1]

    # The answers, by the names of the requests.

    def _AddPartitionsToTxn(self, request: Any, code: int) -> Any:  # noqa: N802
        places = [(topic, number) for topic, numbers in request._topics for number in numbers]
        if not code:
            self._places.update(places)
        return SimpleNamespace(
            errors=[(topic, [(n, code) for n in numbers]) for topic, numbers in request._topics]
        )

    def _AddOffsetsToTxn(self, _request: Any, code: int) -> Any:  # noqa: N802
        self._group = self._group or not code
        return SimpleNamespace(error_code=code)

    def _Produce(self, request: Any, code: int) -> Any:  # noqa: N802
        topics = []
        for topic, parts in request._topics:
            answers = []
            for number, batch in parts:
                one = code or self._within((topic, number) in self._places, "Produce")
                self.written[topic].append(struct.unpack_from(">i", batch, _SEQUENCE_AT)[0])
                answers.append((number, one, 5, -1, 0))
            topics.append((topic, answers))
        return SimpleNamespace(topics=topics, API_VERSION=7)

    def _TxnOffsetCommit(self, request: Any, code: int) -> Any:  # noqa: N802
        code = code or self._within(self._group, "TxnOffsetCommit")
        return SimpleNamespace(
            errors=[(topic, [(one[0], code) for one in parts]) for topic, parts in request._topics]
        )

    def _EndTxn(self, request: Any, code: int) -> Any:  # noqa: N802
        under_way = +self._open - Counter({"EndTxn": 1})
        code = code or self._within(not under_way, "EndTxn")
        if not code:
            self.ends.append("commit" if request._transaction_result else "abort")
            self._places.clear()
            self._group = False
        return SimpleNamespace(error_code=code)

    def _within(self, allowed: object, name: str) -> int:
        if allowed:
            return 0
        self.out_of_order.append(name)
        return NOT_IN_TRANSACTION


async def _nothing() -> None:
    """Done."""
