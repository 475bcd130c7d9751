"""Events that Splunk has accepted and not indexed yet, by their names.

Indexing may take longer than an attempt, and an attempt may be cut short. What was accepted is
not posted again meanwhile: its acknowledgement is asked for until the event's own deadline.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from streams.sinks.contract import SinkDown
from streams.sinks.http_client import HttpClient, raise_unless_answered
from streams.sinks.splunk_codes import (
    NO_ACKNOWLEDGEMENT,
    answer_of,
    code_of,
    no_acknowledgement,
)


class _Accepted(msgspec.Struct):
    number: int
    until: float
    indexed: bool = False


class AcceptedEvents:
    """What one channel waits for; instants are seconds of one monotonic clock."""

    def __init__(self, acknowledge_s: float) -> None:
        """`acknowledge_s`: how long an event may take from accepted to indexed."""
        self._acknowledge_s = acknowledge_s
        self._events: dict[str, _Accepted] = {}
        self._latest = -1

    def __contains__(self, uid: str) -> bool:
        return uid in self._events

    def accepted(self, uids: Iterable[str], number: int, now: float) -> None:
        """Splunk took events under one number.

        Numbers of a channel rise. A lower one says that the collector began again, so it knows
        nothing of what it had accepted: that is forgotten here too, and is sent again.
        """
        if number <= self._latest:
            self._events = {uid: one for uid, one in self._events.items() if one.indexed}
        self._latest = number
        for uid in uids:
            self._events[uid] = _Accepted(number, now + self._acknowledge_s)

    def waiting(self, uids: Iterable[str], now: float) -> list[int]:
        """The numbers to ask for, of events whose deadline has not passed."""
        found = (self._events.get(uid) for uid in uids)
        return sorted({one.number for one in found if one and not one.indexed and now < one.until})

    def indexed(self, numbers: Iterable[int]) -> None:
        """Splunk said so. It says it once: it stays known until the events are settled."""
        said = frozenset(numbers)
        for one in self._events.values():
            one.indexed = one.indexed or one.number in said

    def settle(self, uids: Iterable[str], now: float) -> set[str]:
        """The events of these that are indexed. They are forgotten, and so is what is overdue."""
        done = {uid for uid in uids if (one := self._events.get(uid)) and one.indexed}
        self._events = {
            uid: one
            for uid, one in self._events.items()
            if uid not in done and (one.indexed or now < one.until)
        }
        return done


async def indexed_of(
    client: HttpClient, url: str, headers: Mapping[str, str], numbers: Sequence[int]
) -> list[int]:
    """Those of the numbers whose events are indexed, as Splunk says at a URL. Raises SinkDown."""
    reply = await client.ask(
        "POST",
        url,
        body=msgspec.json.encode({"acks": numbers}),
        headers={**headers, "Content-Type": "application/json"},
    )
    if code_of(reply) == NO_ACKNOWLEDGEMENT:
        raise no_acknowledgement(answer_of(reply))
    raise_unless_answered(reply)
    if not reply.ok:
        raise SinkDown(f"acknowledgement: {answer_of(reply)}")
    acks = reply.json().get("acks")
    known = acks if isinstance(acks, dict) else {}
    return [number for number in numbers if known.get(str(number)) is True]
