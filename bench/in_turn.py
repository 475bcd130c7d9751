"""What an event costs after a short history and after a long one, measured in turn.

Both people are judged by one judge in one process, a few events of the one and then the same
few of the other, again and again: whatever else the machine does meets both alike. Only the
CPU time of this process counts. The collector is held while a piece is timed, since when it
runs is chance, and nothing is forked, since a child pays for the pages that it shares.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from statistics import median, quantiles
from typing import Final, NamedTuple

import msgspec

from bench.adversarial import Make
from bench.core_alone import PIECE, Arrived, new_judge
from streams.agents.partition_judge import PartitionJudge
from streams.core.events import Event
from streams.core.identifiers import SubjectId, subject_key
from streams.core.render import event_type
from streams.settings import Settings
from streams.transport.fetch.poll_batch import PollBatch
from streams.transport.state.memory import MemoryRows
from streams.wire.encode import event_to_json
from streams.wire.record import Record

WARM: Final = 10
"""So many of the same kind are judged right before: look-ups made, caches filled, for both."""

TIMED: Final = 5
"""Events of a piece."""

PIECES: Final = 24
"""Pieces of a round."""

FIRST: Final = 10_000
"""The place of the first event: ids of all places after it have as many digits."""

LONG: Final = "s-000000"

_TOPICS: Final = Settings().topics.inputs


class Piece(NamedTuple):
    """A few events: microseconds of CPU and bytes written, an event."""

    us: float
    written: float


class Pair(NamedTuple):
    """A round: medians of its pieces, and between which ratios half of them lie."""

    short_us: float
    long_us: float
    ratio: float
    ratio_low: float
    ratio_high: float
    short_bytes: float
    long_bytes: float


def records(events: Sequence[Event], person: str = LONG, first: int = 0) -> list[Record]:
    """Events of a person as the consumer hands them over."""
    found: list[Record] = []
    for offset, event in enumerate(events, first):
        one = msgspec.structs.replace(event, subject_id=SubjectId(person))
        found.append(
            Arrived(
                _TOPICS[event_type(one)],
                offset,
                one.recorded_at + 1000,
                subject_key(one.controller_id, one.subject_id),
                event_to_json(one),
            )
        )
    return found


class InTurn:
    """Somebody's long history, as rows; and people with a short one, made as they are needed.

    The short history is the last part of the long one, and the events that are measured are
    the same for both: nothing differs but what came before.
    """

    def __init__(self, history: Make, long: int) -> None:
        self._history = history
        self._end = FIRST + long
        rows = MemoryRows()
        _take(new_judge(rows), LONG, [history(place) for place in range(FIRST, self._end)])
        key = subject_key(history(0).controller_id, SubjectId(LONG))
        self._rows = list(rows.rows_of(key).items())

    def measure(self, event: Make, short: int, rounds: int, *, grows: bool = False) -> list[Pair]:
        """Rounds of an event after both histories, the long one as it was.

        Each piece is after a short history of its own; where that `grows`, all are after one.
        """
        rows = MemoryRows()
        for key, row in self._rows:
            rows.put(key, row)
        judge = new_judge(rows)
        before = [self._history(place) for place in range(self._end - short, self._end)]
        numbers = count(1)
        _piece(judge, LONG, event, self._end)  # the subject is built of its rows
        found: list[Pair] = []
        with held():
            for _ in range(rounds):
                pairs = []
                for number in (next(numbers) for _ in range(PIECES)):
                    place = self._end + number * (WARM + TIMED)
                    person = f"s-{1 if grows else number:06}"
                    if number == 1 or not grows:
                        _take(judge, person, before)
                    one = _piece(judge, person, event, place)
                    pairs.append((one, _piece(judge, LONG, event, place)))
                    gc.collect(0)
                found.append(_pair(pairs))
        return found


def _take(judge: PartitionJudge, person: str, events: Sequence[Event]) -> None:
    given = records(events, person)
    for begin in range(0, len(given), PIECE):
        _written(judge, given[begin : begin + PIECE])


def _written(judge: PartitionJudge, given: Sequence[Record]) -> int:
    """Judge records; the bytes that they write."""
    return sum([batch.output.bytes for batch in judge.batches(PollBatch(0, 0, {}, given))])


def _piece(judge: PartitionJudge, person: str, event: Make, place: int) -> Piece:
    _take(judge, person, [event(place + more) for more in range(WARM)])
    given = records([event(place + WARM + more) for more in range(TIMED)], person)
    began = time.process_time_ns()
    written = _written(judge, given)
    took = time.process_time_ns() - began
    return Piece(took / 1000 / TIMED, written / TIMED)


def _pair(found: Sequence[tuple[Piece, Piece]]) -> Pair:
    ratios = [long.us / short.us for short, long in found]
    low, _, high = quantiles(ratios, n=4)
    return Pair(
        short_us=median(short.us for short, _ in found),
        long_us=median(long.us for _, long in found),
        ratio=median(ratios),
        ratio_low=low,
        ratio_high=high,
        short_bytes=median(short.written for short, _ in found),
        long_bytes=median(long.written for _, long in found),
    )


@contextmanager
def held() -> Iterator[None]:
    """The collector passes over what is there, and runs only where it is asked to."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()
