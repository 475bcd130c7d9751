"""Records whose texts are wrong: what speaks to a terminal, envelopes, other formats, instants."""

from __future__ import annotations

import json
from collections.abc import Iterator

import msgspec

from streams.core.identifiers import EventId, SubjectId, subject_key
from streams.core.instants import LATEST, hours
from streams.settings.names import TopicNames
from streams.wire.encode import event_to_json
from tests.clients.librdkafka import Raw
from tests.core.test_instant_faults import FAULTS
from tests.kafka.hostile import DEAD, JUDGED, QUARANTINED, REKEYED, Hostile, sound
from tests.kafka.stories import START, grant, share
from tests.terminal.hostile import IDS
from tests.terminal.hostile import share as plain_share
from tests.wire.test_foreign import ENVELOPES, FORMATS

_READ = frozenset(
    {"styles", "a closing style alone", "an emoji code", "a formula", "wide", "a table"}
)
"""Ids that are odd to a terminal, and ids all the same: they come out letter by letter."""

_OTHERS = {
    "a number": (1_756_720_800_000, "it is a number"),
    "decimals": (17.5, "it is a number"),
    "truth": (True, "it is true or false"),
    "an object": ({"$date": "2026-09-01T10:00:00Z"}, "it is an object"),
    "a list": ([2026, 9, 1], "it is a list"),
}


def hostile_texts(names: TopicNames) -> Iterator[Hostile]:
    """All of them."""
    yield from _ids(names)
    for name, (value, words) in FORMATS.items():
        yield _refused(names, f"a format: {name}", value, words)
    for name, (record, words) in ENVELOPES.items():
        yield _refused(names, f"an envelope: {name}", json.dumps(record).encode(), words)
    yield from _instants(names)


def _refused(names: TopicNames, name: str, value: bytes, words: str) -> Hostile:
    record, _ = sound(names, "text", value=value)
    return Hostile(name, record, DEAD, words=words)


def _ids(names: TopicNames) -> Iterator[Hostile]:
    for number, (name, text) in enumerate(IDS.items()):
        if name in _READ:
            yield from _odd_ids(names, name, text)
            continue
        words = "must be in Unicode NFC" if name == "marks" else "must not hold control, format"
        for field in ("event_id", "subject_id", "controller_id", "recipient_id"):
            value = json.dumps(plain_share(f"id-{number}-{field}") | {field: text}).encode()
            yield _refused(names, f"{field}: {name}", value, f"{field} {words}")


def _odd_ids(names: TopicNames, name: str, text: str) -> Iterator[Hostile]:
    """As the id of an event, of a person, and in the record's own key."""
    event = msgspec.structs.replace(share("subject-odd", "x", START), event_id=EventId(text))
    key = subject_key(event.controller_id, event.subject_id)
    yield Hostile(
        f"event_id: {name}", Raw(names.data_share, key, event_to_json(event)), JUDGED, event
    )
    event = msgspec.structs.replace(
        share("x", f"odd-{name}", START), subject_id=SubjectId(text), share_id=text
    )
    yield Hostile(
        f"subject_id: {name}",
        Raw(names.data_share, text.encode(), event_to_json(event)),
        REKEYED,
        event,
    )


def _instants(names: TopicNames) -> Iterator[Hostile]:
    values: dict[str, tuple[object, str]] = {text: (text, words) for text, words in FAULTS.items()}
    for number, (name, (value, words)) in enumerate((values | _OTHERS).items()):
        if words == "outside the years":
            continue  # of a record that arrived now, it is one of the future
        field = ("occurred_at", "recorded_at")[number % 2]
        event = plain_share(f"at-{number}") | {field: value}
        refused = _refused(names, f"{field}: {name!a}", json.dumps(event).encode(), words)
        if name == "01-09-2026 10:00:00":  # eight digits and six: a telephone number, as it seems
            refused = refused._replace(ends=QUARANTINED, words=f"{field} holds a phone number")
        yield refused


def untimed(names: TopicNames) -> Iterator[Hostile]:
    """Records with times of their own, for the topic of consents where it keeps those."""
    too_early = "occurred more than five minutes after the record arrived"
    for number, (name, timestamp, words) in enumerate(
        (
            ("none", -1, "the record timestamp is none (-1)"),
            ("of 1970", 1, too_early),
            ("an hour before the event", START - hours(1), too_early),
            ("of the year 9999", LATEST, ""),  # it arrived now, whatever the producer says
        )
    ):
        event = grant(f"subject-untimed-{number}", f"u-{number}", START)
        key = subject_key(event.controller_id, event.subject_id)
        record = Raw(names.consent_change, key, event_to_json(event), timestamp=timestamp)
        ends, held = (DEAD, None) if words else (JUDGED, event)
        yield Hostile(f"a record timestamp: {name}", record, ends, held, words=words)
