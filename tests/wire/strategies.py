"""Events as hypothesis makes them: every field, every symbol, texts of any script."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
from hypothesis import strategies as st

from streams.core.events import EVENT_CLASSES, ID_FIELDS, INSTANT_FIELDS, ConsentChange, Event
from streams.core.identifiers import id_fault, means_nobody
from streams.core.instants import EARLIEST_OF_EVENTS, LATEST
from streams.core.vocabulary import ConsentAction, EventType, Purpose
from streams.core.vocabulary.open_words import REFUSED_WHERE_MISSPELT, meant
from streams.wire.field_specs import FIELDS, FieldSpec
from streams.wire.guard import look_of
from streams.wire.pii import raw_kind

instants = st.integers(EARLIEST_OF_EVENTS, LATEST)


def texts(name: str) -> st.SearchStrategy[str]:
    """Valid texts of a field: ids as they are written, and nothing that looks raw."""
    without_surrogates = st.characters(exclude_categories=["Cs"])
    within_ids = st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"])
    alphabet = within_ids if name in ID_FIELDS else without_surrogates
    return st.text(alphabet, min_size=1, max_size=30).filter(lambda text: _valid(name, text))


def _valid(name: str, text: str) -> bool:
    if name == "subject_id" and means_nobody(text):
        return False
    if name in ID_FIELDS and id_fault(text) is not None:
        return False
    if name in REFUSED_WHERE_MISSPELT and meant(name, text) is not None:
        return False
    return raw_kind(text, look_of(name)) is None


def _member(shape: FieldSpec, *, least: int = 0) -> st.SearchStrategy[Any]:
    if shape.name in INSTANT_FIELDS:
        return instants
    if shape.symbols:
        element: st.SearchStrategy[Any] = st.sampled_from(shape.symbols)
    elif shape.type is bool:
        element = st.booleans()
    else:
        element = texts(shape.name)
    if not shape.is_list:
        return element
    assert get_args(shape.type)
    return st.lists(element, min_size=least, max_size=4)


@st.composite
def events_of(draw: st.DrawFn, kind: EventType, *, whole: bool = False) -> Event:
    """An event of that type; a `whole` one has every field."""
    record: dict[str, Any] = {"event_type": kind.value, "recorded_at": draw(instants)}
    for shape in FIELDS[kind].all:
        if shape.name != "recorded_at" and (whole or shape.required or draw(st.booleans())):
            record[shape.name] = draw(_member(shape, least=int(whole)))
    event = msgspec.convert(record, EVENT_CLASSES[kind])
    if isinstance(event, ConsentChange) and event.action is ConsentAction.GRANTED:
        purpose = draw(st.sampled_from(Purpose))
        event = msgspec.structs.replace(event, purposes=(purpose,))
    return event


events = st.sampled_from(EventType).flatmap(events_of)
