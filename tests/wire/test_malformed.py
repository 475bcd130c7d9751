"""A thousand malformed records of every kind end with their code, and soon."""

from __future__ import annotations

import json
import time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from streams.core.vocabulary import EventType
from streams.dev.malformed import FUTURE, KINDS, malformed_records
from streams.wire.decode import Decoded, Rejected, decode
from streams.wire.field_specs import FIELDS
from tests.wire.builders import share


def test_each_ends_with_its_code() -> None:
    records = list(malformed_records(1000, seed=3))
    assert {record.kind for record in records} == set(KINDS)
    for record in records:
        started = time.process_time()
        result = decode(record.value, record.event_type)
        # A bomb would take seconds or the memory; others take some milliseconds of this process.
        assert time.process_time() - started < 0.5, record.kind
        if record.code == FUTURE:
            assert isinstance(result, Decoded), record.kind
        else:
            assert isinstance(result, Rejected), record.kind
            assert result.dead_letter.code == record.code, record.kind


def test_the_same_seed_gives_the_same_records() -> None:
    assert list(malformed_records(90, seed=5)) == list(malformed_records(90, seed=5))
    assert list(malformed_records(90, seed=5)) != list(malformed_records(90, seed=6))


@given(st.binary(max_size=300), st.sampled_from([*EventType, None]))
def test_any_bytes_are_rejected(value: bytes, expected: EventType | None) -> None:
    assert isinstance(decode(value, expected), Rejected)
    assert isinstance(decode(b"{" + value, expected), Rejected)
    assert isinstance(decode(b"\xc3\x01" + value, expected), Rejected)


_members = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)
_names = st.sampled_from(sorted(set().union(*(shape.names for shape in FIELDS.values()))))


@given(st.dictionaries(_names, _members, max_size=4))
def test_any_member_in_any_field_is_decided(changed: dict[str, Any]) -> None:
    """Whatever stands in a field, the answer is an event or a reason that names a field."""
    value = json.dumps(json.loads(share()) | changed).encode()
    result = decode(value, None)
    if isinstance(result, Rejected):
        assert result.dead_letter.reason
        assert result.dead_letter.field is not None
    else:
        assert isinstance(result, Decoded)
