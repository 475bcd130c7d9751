"""An event read again from what its producer sent, as it is kept in a row.

It was read and guarded before it became a row. Another release may have a stricter guard, and
what is stored must be read all the same: where the short way gives nothing, the values are
read without the guard.
"""

from __future__ import annotations

from streams.core.event_hash import without_blanks
from streams.core.events import Event
from streams.wire.avro import read_avro
from streams.wire.avro_fast_path import avro_fast_paths
from streams.wire.errors import WireError
from streams.wire.framing import AVRO_HEADER, AVRO_MARKER
from streams.wire.validate import integers_to_instants, to_event, type_of


def event_again(value: bytes) -> Event | None:
    """The event of a record in Avro's single-object encoding; None where there is none."""
    reader = avro_fast_paths().get(value[:AVRO_HEADER])
    event = None if reader is None else reader.event(value)
    return _unguarded(value) if event is None else event


def _unguarded(value: bytes) -> Event | None:
    if not value.startswith(AVRO_MARKER):
        return None
    try:
        record = without_blanks(read_avro(value))
        return to_event(type_of(record, None), record, integers_to_instants(record))
    except WireError:
        return None
