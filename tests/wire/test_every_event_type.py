"""What every type of event has, from its schema to its sample: `EventType`, one after another.

That no dispatch passes over a sixth one: `tests/repository/test_vocabularies_bite.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from streams.check.report.facts import describe
from streams.core.affected import affected
from streams.core.event_hash import NOT_HASHED
from streams.core.event_kinds import event_key, key_of
from streams.core.events import EVENT_CLASSES, Event
from streams.core.identifiers import ControllerId, SubjectId
from streams.core.policy import default_policy
from streams.core.rules.assess import assess
from streams.core.state import EventRow, Fact, FactSource
from streams.core.subject import Subject
from streams.core.vocabulary import EventType
from streams.dev.samples import SampleOptions, make_sample
from streams.settings import Settings
from streams.topics import input_topics
from streams.wire.decode import Decoded, decode
from streams.wire.encode import event_to_avro, event_to_json
from streams.wire.schemas import INPUTS, schema_folder
from tests.oracle.histories import Teller
from tests.property.histories import histories
from tests.wire.strategies import events_of

DOCS = Path(__file__).parents[2] / "docs"
POLICY = default_policy()
UNSHRUNK = settings(deadline=None, database=None, phases=[Phase.generate])

every_type = pytest.mark.parametrize("kind", EventType)


def example(kind: EventType) -> dict[str, Any]:
    path = schema_folder() / "examples" / f"{INPUTS[kind]}.json"
    record: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return record


def decoded(kind: EventType, value: bytes) -> Decoded:
    found = decode(value, kind)
    assert isinstance(found, Decoded), found
    return found


def example_event(kind: EventType) -> Event:
    return decoded(kind, json.dumps(example(kind)).encode()).event


def subject_with(event: Event) -> Subject:
    """Who has this event and no other, and the index over it."""
    subject = Subject(ControllerId(event.controller_id), SubjectId(event.subject_id))
    subject.arrange(POLICY, always=True)
    digest = decoded(EventType(kind_of(event)), event_to_json(event)).payload_hash
    fact = Fact(
        event=event,
        payload_hash=digest,
        ingested_at=event.recorded_at,
        source=FactSource("topic", 0, 0),
    )
    subject.add(EventRow(fact=fact, policy_digest=POLICY.digest, taken_at=event.recorded_at))
    return subject


def kind_of(event: Event) -> str:
    return str(event.__struct_config__.tag)


def timelines(subject: Subject) -> list[object]:
    """Every timeline of a subject that holds something."""
    found: list[object] = [subject.grants, subject.signals, subject.shares, subject.messages]
    found += [subject.sales, subject.reversals, *subject.notifications.values()]
    return [one for one in found if list(one)]  # type: ignore[call-overload]  # timelines of all kinds


@every_type
def test_its_class_is_in_the_union_and_bears_its_name(kind: EventType) -> None:
    assert EVENT_CLASSES[kind] in get_args(Event)
    assert EVENT_CLASSES[kind].__struct_config__.tag == kind.value


def test_no_two_types_share_a_key() -> None:
    keys = {event_key(msgspec.structs.replace(example_event(k), event_id="x")) for k in EventType}
    assert len(keys) == len(EventType)


@every_type
def test_its_key_can_be_found_by_name(kind: EventType) -> None:
    event = example_event(kind)
    assert key_of(kind, event.event_id) == event_key(event)


@every_type
def test_its_schema_has_a_released_version_and_an_example(kind: EventType) -> None:
    folder, name = schema_folder(), INPUTS[kind]
    assert (folder / f"{name}.avsc").is_file()
    assert list((folder / "history" / name).iterdir())
    assert example(kind)["event_type"] == kind.value


@every_type
def test_both_forms_give_one_event_and_one_hash(kind: EventType) -> None:
    event = example_event(kind)
    assert decoded(kind, event_to_avro(event)) == decoded(kind, event_to_json(event))


@every_type
@pytest.mark.parametrize("form", [event_to_json, event_to_avro])
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_the_hash_depends_on_every_field(kind: EventType, form: Any, data: st.DataObject) -> None:
    """But on those that say nothing of the event itself."""
    full = data.draw(events_of(kind, whole=True))
    whole = decoded(kind, form(full)).payload_hash
    for name in full.__struct_fields__:
        less = _without(full, name)
        if less is not None:
            changed = decoded(kind, form(less)).payload_hash
            assert (changed == whole) is (name in NOT_HASHED), name


def _without(event: Event, name: str) -> Event | None:
    """The event without an optional field, None where it may not be left out."""
    fields = {one.name: one for one in msgspec.structs.fields(type(event))}
    if fields[name].required or name == "purposes":
        return None
    return msgspec.structs.replace(event, **{name: fields[name].default})


@every_type
def test_its_topic_is_in_the_catalogue_and_its_setting_names_it(kind: EventType) -> None:
    name = INPUTS[kind]
    (topic,) = [one for one in input_topics(Settings()) if one.schemas == (name,)]
    assert topic.name == getattr(Settings().topics, name)
    moved = Settings.model_validate({f"topic_{name}": "elsewhere"})
    assert "elsewhere" in {one.name for one in input_topics(moved)}


@every_type
def test_it_joins_a_timeline_and_leaves_it(kind: EventType) -> None:
    event = example_event(kind)
    subject = subject_with(event)
    assert timelines(subject)
    subject.remove(event)
    assert not timelines(subject)


def test_a_subject_without_events_has_no_timeline() -> None:
    """So the test above can fail."""
    assert not timelines(Subject(ControllerId("OURCO"), SubjectId("s-1")))


@every_type
def test_it_is_assessed_and_can_change_others(kind: EventType) -> None:
    """Without falling through: each dispatch ends in `assert_never`."""
    event = example_event(kind)
    subject = subject_with(event)
    record = subject.records[event_key(event)]
    assert assess(subject, record, POLICY, None) is not None
    assert affected(subject, event, POLICY) <= set(subject.records)


@every_type
def test_the_report_says_what_happened_in_both_languages(kind: EventType) -> None:
    said = describe(example_event(kind))
    assert said.en
    assert said.nl
    assert said.en != said.nl


@every_type
def test_the_page_of_events_describes_it(kind: EventType) -> None:
    assert f"\n### {kind.value}\n" in (DOCS / "events.md").read_text("utf-8")


@every_type
def test_the_page_of_events_says_when_it_is_sent(kind: EventType) -> None:
    assert f"\n| `{kind.value}` | " in (DOCS / "events.md").read_text("utf-8")


@every_type
def test_the_norm_has_a_section_on_it(kind: EventType) -> None:
    norm = (DOCS / "legal-model.md").read_text("utf-8")
    assert re.search(rf"^### 3\.\d+ `{kind.value}`", norm, re.MULTILINE)


def absent(found: Iterable[str]) -> set[str]:
    return {kind.value for kind in EventType} - set(found)


def test_samples_have_every_type() -> None:
    until = example_event(EventType.DATA_SHARE).occurred_at
    sample = make_sample(SampleOptions(subjects=400, seed=7, until=until))
    assert absent(str(record.topic) for record in sample.records) == set()


def test_histories_of_the_second_implementation_have_every_type() -> None:
    seen = {event["event_type"] for seed in range(40) for event in Teller(seed).history()[0]}
    assert absent(seen) == set()


@every_type
def test_histories_of_the_properties_have_it(kind: EventType) -> None:
    def has(history: list[Fact]) -> bool:
        return any(kind_of(fact.event) == kind.value for fact in history)

    assert find(histories(), has, settings=UNSHRUNK)


def test_a_type_that_histories_lack_is_noticed() -> None:
    assert absent(["purchase"]) >= {"data-share", "consent-change"}
