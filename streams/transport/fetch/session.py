"""Fetch sessions: a fetch names what changed, and is answered with what is new (KIP-227).

aiokafka names every place with each fetch, and the broker answers with all of them: a worker of
twelve partition numbers writes 96 places and reads as many, for one record. In a session the
broker remembers what is fetched from where; what it does not mention stands as it stood.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Any, Final

from aiokafka import errors
from aiokafka.protocol.fetch import FetchRequest

from streams.transport.fetch.gap import FetchGap

FIRST_VERSION: Final = 7
"""Of the fetch request, from which on brokers have sessions (Kafka 1.1)."""

NONE: Final = 0
"""The id of no session, and the epoch of a fetch that asks for one and names everything."""

GAP_S: Final = 0.004
"""Between two fetches. Each record that comes alone would otherwise be a fetch, a poll and a turn of
all that judges it, which cost more than judging it; the first after a pause waits for nothing. A busy
process leaves more (`streams.transport.fetch.gap`)."""

BRIEF_MS: Final = 10
"""How long a broker may keep a fetch that leaves places out, and that it has nothing for. A broker
answers one fetch of a connection at a time: those places would wait for it, half a second at most,
and with them whatever is judged in their order."""

LAST_EPOCH: Final = 2**31 - 1
GONE: Final = (70, 71)
"""FETCH_SESSION_ID_NOT_FOUND and INVALID_FETCH_SESSION_EPOCH: the broker knows no such session."""

Topics = Iterable[tuple[str, Iterable[tuple[int, int, int]]]]
"""By topic: partition number, offset, and how many bytes to fetch at most."""

Place = tuple[str, int]


class FetchSession:
    """What one broker knows that we fetch.

    A fetch whose answer was not seen leaves open what the broker knows; the next one then asks
    for a new session, as does the first of an assignment.
    """

    def __init__(self) -> None:
        self._id = self._epoch = NONE
        self._places: dict[Place, tuple[int, int]] = {}
        self._settled = True
        self._assignment: object = None

    @property
    def whole(self) -> bool:
        """Whether the latest fetch named everything."""
        return self._epoch == NONE

    def begin(self, assignment: object) -> None:
        """A fetch for an assignment follows.

        Of places that are assigned again the end has to be heard again, whether or not it moved.
        """
        if not self._settled or assignment is not self._assignment:
            self._ask_for_one()
        self._assignment = assignment

    def asked(self, topics: Topics) -> tuple[int, int, dict[str, list[Any]], dict[str, list[int]]]:
        """What to write: id, epoch, what is fetched from elsewhere than before, what no longer."""
        now = {
            (topic, number): (offset, most)
            for topic, parts in topics
            for number, offset, most in parts
        }
        changed: dict[str, list[Any]] = {}
        for (topic, number), wanted in now.items():
            if self._places.get((topic, number)) != wanted:
                changed.setdefault(topic, []).append((number, *wanted))
        forgotten: dict[str, list[int]] = {}
        for topic, number in self._places.keys() - now.keys():
            forgotten.setdefault(topic, []).append(number)
        self._places = now
        self._settled = False
        return self._id, self._epoch, changed, forgotten

    def answered(self, response: Any) -> int:
        """The error code of an answer as a whole, 0 for none."""
        self._settled = True
        if response.API_VERSION < FIRST_VERSION:
            return 0
        code: int = response.error_code
        if code:
            self._ask_for_one()
        elif response.session_id == NONE:  # there is no room for one, or not any more
            self._id = NONE
            self._ask_for_one()
        else:
            self._id = response.session_id
            self._epoch = self._epoch + 1 if self._epoch < LAST_EPOCH else 1
        return code

    def confirm(self, assignment: Any, response: Any) -> None:
        """Note the time of an answer for all that it does not mention: it stands as it stood.

        `assignment` is that of aiokafka, which notes the time for what is mentioned.
        """
        mentioned = {(topic, part[0]) for topic, parts in response.topics for part in parts}
        now_ms = int(time.time() * 1000)
        for place in self._places.keys() - mentioned:
            state = assignment.state_value(place)
            if state is not None:
                state.timestamp = now_ms

    def _ask_for_one(self) -> None:
        """The next fetch ends the session of this id, if the broker still has it."""
        self._epoch = NONE
        self._places = {}


class SessionFetch(FetchRequest):  # type: ignore[misc]  # aiokafka has no types
    """aiokafka's own request, within a session where the broker has them."""

    def __init__(self, fetch: FetchRequest, session: FetchSession, *, brief: bool = False) -> None:
        kept_ms, *bounds = _options(fetch)
        if brief:
            kept_ms = min(kept_ms, BRIEF_MS)
        super().__init__(kept_ms, *bounds, fetch._topics, fetch._rack_id)
        self._session = session

    def build(self, form: Any) -> Any:
        """The request in one of its versions."""
        if form.API_VERSION < FIRST_VERSION:
            return super().build(form)
        id_, epoch, changed, forgotten = self._session.asked(self._topics)
        request = FetchRequest(*_options(self), list(changed.items()), self._rack_id).build(form)
        request.session_id, request.session_epoch = id_, epoch
        request.forgotten_topics_data = list(forgotten.items())
        return request


def _options(fetch: FetchRequest) -> tuple[int, int, int, int]:
    return fetch._max_wait_ms, fetch._min_bytes, fetch._max_bytes, fetch._isolation_level


class SessionClient:
    """aiokafka's client as one fetcher has it: its fetches go out within sessions.

    Fetches of a broker are `gap_s` apart at least, and farther in a busy process. While some places of
    the assignment are `left_out`, a fetch is answered soon, with or without records.
    """

    def __init__(
        self, fetcher: Any, left_out: AbstractSet[Any] = frozenset(), gap_s: float = GAP_S
    ) -> None:
        self._gap = FetchGap(gap_s)
        self._left_out = left_out
        self._stock = fetcher._client
        self._subscriptions = fetcher._subscriptions
        self._sessions: dict[int, FetchSession] = {}
        self._free_at: dict[int, float] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stock, name)

    async def send(self, node: int, request: Any, **options: Any) -> Any:
        """Send a request; a fetch within the session of its broker.

        Raises what the client raises, and KafkaError where the broker refuses a whole fetch.
        """
        if not isinstance(request, FetchRequest):
            return await self._stock.send(node, request, **options)
        await self._turn(node)
        session = self._sessions.setdefault(node, FetchSession())
        subscription = self._subscriptions.subscription
        assignment = None if subscription is None else subscription.assignment
        session.begin(assignment)
        while True:
            whole = session.whole
            brief = assignment is not None and not self._left_out.isdisjoint(assignment.tps)
            fetch = SessionFetch(request, session, brief=brief)
            response = await self._stock.send(node, fetch, **options)
            code = session.answered(response)
            if not code:
                if assignment is not None:
                    session.confirm(assignment, response)
                return response
            if whole or code not in GONE:
                raise errors.for_code(code)

    async def _turn(self, node: int) -> None:
        """Wait until the broker may be asked again."""
        now = time.monotonic()
        wait_s = self._free_at.get(node, now) - now
        if wait_s > 0:
            await asyncio.sleep(wait_s)
            now += wait_s
        self._free_at[node] = now + self._gap.between(now)


def in_sessions(fetcher: Any, left_out: AbstractSet[Any]) -> None:
    """Let a fetcher that has fetched nothing yet do so within sessions.

    `left_out` are the places that are not fetched for the moment, and may be at any time again; it
    changes, and may hold some of earlier assignments.
    """
    fetcher._client = SessionClient(fetcher, left_out)
