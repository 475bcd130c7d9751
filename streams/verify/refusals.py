"""Records that were refused under the type and id of an event: their rows must know of them.

From some offset on (`Progress.refusals_from`) a row keeps each refused id beside the events of
its subject. What earlier releases refused has a finding of its own, which stays open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from streams.core.event_kinds import key_of
from streams.core.identifiers import SubjectKey
from streams.core.instants import Instant
from streams.core.state import RefusalRow
from streams.verify.input_span import InputSpan
from streams.verify.result import Difference, DifferenceKind
from streams.verify.spill import RefusedArrival
from streams.wire.arrival import Arrivals, Misrouted
from streams.wire.progress import Progress
from streams.wire.record import Record
from streams.wire.refused import Refused
from streams.wire.rows import refusal_key


def settled(
    arrivals: Arrivals,
    record: Record,
    refused: Refused,
    home: Callable[[SubjectKey], int],
    progress: Progress,
) -> Misrouted | Refused:
    """What the worker made of a record that it refused: with its `key`, a row knows of it."""
    if refused.key is None:
        return refused
    begins = progress.refusals_from
    if begins is None or record.offset < begins.get(record.topic, 0):
        return refused._replace(key=None)
    return arrivals.settle_refused(record, refused, home(refused.key))


def arrival(place: int, record: Record, refused: Refused) -> RefusedArrival:
    """A refused record that has a `key`; `place` is that of its topic."""
    one = refused.refusal
    assert one is not None
    assert refused.key is not None
    key = refusal_key(refused.key, key_of(one.event_type, one.event_id))
    return RefusedArrival(key, place, record.offset, one.occurred_at)


def unknown(
    rows: Mapping[bytes, RefusalRow],
    arrivals: Sequence[RefusedArrival],
    spans: Sequence[InputSpan],
    number: int,
    progress: Progress,
    erased_at: Instant | None = None,
) -> Iterator[Difference]:
    """Refused records that the rows of their subject do not know of.

    Once subjects have left (P20, P26) that cannot be known: a refused id leaves with its
    subject, however late the record was.
    """
    if progress.subjects_left:
        return
    for one in arrivals:
        row = rows.get(one.key)
        if row is not None and _includes(row, one):
            continue
        if erased_at is not None and (one.occurred_at is None or one.occurred_at <= erased_at):
            continue  # it went with the person, or came again afterwards
        rest = "has no row" if row is None else "is not in the row of its id"
        yield Difference(
            kind=DifferenceKind.NOT_JUDGED,
            topic=spans[one.topic].topic,
            partition=number,
            offset=one.offset,
            what=f"a record that was refused before the position of the state {rest}",
        )


def _includes(row: RefusalRow, one: RefusedArrival) -> bool:
    if one.occurred_at is None:
        return True
    return row.occurred_at is not None and row.occurred_at <= one.occurred_at
