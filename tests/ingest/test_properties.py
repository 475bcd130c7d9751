"""Whatever a record holds: no exception, an outcome, valid events, and no permission by absence."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core.events import ConsentChange
from streams.core.vocabulary import ConsentAction
from streams.ingest import MappedEvent, Mapping, load_map
from streams.ingest.connectors import connector_names, find_map
from streams.ingest.decoders import read_json_value
from streams.ingest.golden import TEST_CONTROLLER, TEST_KEY, read_pairs
from streams.ingest.outcomes import Stopped
from streams.ingest.values import text_fault, text_guard
from streams.wire.decode import Decoded, decode
from streams.wire.encode import event_to_json

NAMES = connector_names()
BOUND = {n: Mapping(load_map(find_map(n), controller_id=TEST_CONTROLLER), TEST_KEY) for n in NAMES}
PAIRS = {n: read_pairs(find_map(n), BOUND[n].spec) for n in NAMES}

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=12,
)
oddities: st.SearchStrategy[Any] = st.sampled_from(
    ["", " ", "\ud800", "a\u200b", "anna@example.nl", "0612345678", "1985-03-25", 0, -1, 1.5, 10**30,
     True, False, None, [], {}, [[]], "x" * 300, "GRANTED", "true", "2026-09-01T10:00:00Z"]
)  # fmt: skip


@given(st.sampled_from(NAMES), values)
@settings(deadline=None)
def test_any_value_has_an_outcome(name: str, value: Any) -> None:
    assert BOUND[name].apply(value)


@given(st.sampled_from(NAMES), st.binary(max_size=60))
@settings(deadline=None)
def test_any_bytes_have_an_outcome(name: str, content: bytes) -> None:
    assert BOUND[name].apply(content)


def decoded(name: str, record: Any) -> Any:
    return BOUND[name]._decode(record) if isinstance(record, bytes) else record


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        for key, member in value.items():
            found += places(member, (*path, key))
    elif isinstance(value, list):
        for number, member in enumerate(value):
            found += places(member, (*path, number))
    return found


def changed(value: Any, path: tuple[Any, ...], new: Any, *, drop: bool = False) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    step, *rest = path
    if not rest and drop:
        del copy[step]
    else:
        copy[step] = changed(copy[step], tuple(rest), new, drop=drop)
    return copy


def readable(name: str) -> list[Any]:
    found = []
    for pair in PAIRS[name]:
        try:
            found.append((decoded(name, pair.record), pair.headers))
        except Stopped:
            continue
    return found


READABLE = {name: readable(name) for name in NAMES}


@given(st.data(), st.sampled_from(NAMES), values | oddities)
@settings(deadline=None, max_examples=300)
def test_a_real_record_with_one_odd_value(data: st.DataObject, name: str, odd: Any) -> None:
    record, headers = data.draw(st.sampled_from(READABLE[name]))
    path = data.draw(st.sampled_from([(), *places(record)]))
    for outcome in BOUND[name].apply(changed(record, path, odd), headers):
        if isinstance(outcome, MappedEvent):
            # What ingest makes, the worker reads, as the same.
            read = decode(event_to_json(outcome.event), None)
            assert isinstance(read, Decoded)
            assert read.event == outcome.event


def grants(name: str, record: Any, headers: Any) -> list[ConsentChange]:
    return [
        outcome.event
        for outcome in BOUND[name].apply(record, headers)
        if isinstance(outcome, MappedEvent)
        and isinstance(outcome.event, ConsentChange)
        and outcome.event.action is ConsentAction.GRANTED
    ]


def scope(event: ConsentChange) -> tuple[Any, ...]:
    return (event.purposes, event.recipient_ids, event.recipient_categories, event.data_categories,
            event.channels, event.topics, event.subject_id, event.expires_at)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_what_is_left_out_never_grants(name: str) -> None:
    """Take any one thing out of any golden record: no grant appears that was not there."""
    tried = 0
    for record, headers in READABLE[name]:
        before = {scope(event) for event in grants(name, record, headers)}
        for path in places(record):
            for thinner in (changed(record, path, None, drop=True), changed(record, path, None)):
                tried += 1
                after = {scope(event) for event in grants(name, thinner, headers)}
                assert after <= before, (path, json.dumps(record))
        for header in headers:
            fewer = {name: value for name, value in headers.items() if name != header}
            assert {scope(event) for event in grants(name, record, fewer)} <= before, header
    assert tried > len(READABLE[name])


def guarded(name: str, text: str) -> str | None:
    try:
        text_guard(name)(text)
    except Stopped as stop:
        return stop.reason
    return None


@given(st.sampled_from(["event_id", "notice_version", "recipient_id", "recipient_country",
                        "evidence_ref", "topic"]),
       st.text(max_size=40) | st.text("0123456789 +-.()/:ot_@%4a", max_size=40))  # fmt: skip
@settings(max_examples=500)
def test_the_short_look_at_a_text_equals_the_long_one(name: str, text: str) -> None:
    assert guarded(name, text) == text_fault(name, text)


texts = st.text('ab":\\{}, \u00e9', max_size=4).map(json.dumps) | st.sampled_from(
    ['"a"', '"b"', '"\\u003a"', '"\\u0061"', '": "']
)


def objects(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.builds(
        "{}{}:{}{}".format, texts, st.sampled_from(["", " "]), st.sampled_from(["", "\n"]), inner
    )
    return st.lists(pair, max_size=4).map(lambda found: "{" + ",".join(found) + "}") | st.lists(
        inner, max_size=3
    ).map(lambda found: "[" + ", ".join(found) + "]")


def has_double_key(text: str) -> bool:
    found = []

    def note(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found.append(len({key for key, _ in pairs}) < len(pairs))
        return dict(pairs)

    json.loads(text, object_pairs_hook=note)
    return any(found)


@given(st.recursive(texts | st.sampled_from(["1", "true", "null", "1.5"]), objects, max_leaves=12))
@settings(max_examples=600)
def test_a_key_that_stands_twice_is_always_noticed(text: str) -> None:
    try:
        value = read_json_value(text.encode())
    except Stopped as stop:
        assert has_double_key(text), stop.reason  # noqa: PT017 - either way
    else:
        assert not has_double_key(text)
        assert value == json.loads(text)
