"""Where a record ends is found as the general reader finds it, or not at all."""

from __future__ import annotations

import io
from typing import Any

import fastavro
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.events import Event
from streams.wire.avro_fast_path import AvroFastPath, avro_fast_paths
from streams.wire.encode import event_to_avro
from streams.wire.framing import AVRO_HEADER
from streams.wire.schemas import schemas
from tests.wire.ordinary_events import BASE, GRANT, MESSAGE, NOTICE, PURCHASE, SHARE
from tests.wire.strategies import events


def parts(event: Event) -> tuple[AvroFastPath, bytes]:
    """The reader of an event's schema, and its bytes without marker and fingerprint."""
    value = event_to_avro(event)
    return avro_fast_paths()[value[:AVRO_HEADER]], value[AVRO_HEADER:]


@given(events, st.binary(max_size=40), st.binary(max_size=40))
def test_it_ends_where_it_was_written_to_whatever_stands_around(
    event: Event, before: bytes, behind: bytes
) -> None:
    reader, body = parts(event)
    end = reader.end_of(before + body + behind, len(before))
    assert end in (None, len(before) + len(body))


@given(events)
def test_what_one_pass_reads_it_finds_the_end_of(event: Event) -> None:
    reader, body = parts(event)
    if reader.read(event_to_avro(event)) is not None:
        assert reader.end_of(body, 0) == len(body)


@given(events, st.data())
def test_damaged_bytes_end_nowhere_or_where_the_general_reader_stops(
    event: Event, data: st.DataObject
) -> None:
    reader, body = parts(event)
    damaged = bytearray(body)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at] = data.draw(st.integers(0, 255))
    value = bytes(damaged)[: data.draw(st.integers(0, len(damaged)))]
    end = reader.end_of(value, 0)
    if end is None:
        return
    header = next(header for header, one in avro_fast_paths().items() if one is reader)
    schema = schemas().by_fingerprint[header[-8:]]
    stream = io.BytesIO(value)
    try:
        fastavro.schemaless_reader(stream, schema.parsed, None)
    except Exception:  # noqa: BLE001 - fastavro raises anything; then the decoder refuses it too
        return
    assert stream.tell() == end


@pytest.mark.parametrize("fields", [SHARE, GRANT, PURCHASE, MESSAGE, NOTICE])
def test_an_ordinary_record_has_an_end_and_none_when_it_is_cut_short(
    fields: dict[str, Any],
) -> None:
    reader, body = parts(msgspec.convert(BASE | fields, Event))
    assert reader.end_of(body, 0) == len(body)
    assert all(reader.end_of(body[:short], 0) is None for short in range(len(body)))
