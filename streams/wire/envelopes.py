"""Envelopes: JSON objects that carry an event inside, as tools around Kafka write them.

Consentry reads the event itself. An envelope is refused, and named with the setting of its
tool that takes it off; its content is never guessed at, since an envelope can say that a row
was deleted, or hold two states of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from streams.wire.errors import WireError
from streams.wire.guard import shown_name

_OWN: Final = frozenset({"event_id", "controller_id", "subject_id", "occurred_at"})
_AVRO_TYPES: Final = frozenset(
    {"null", "boolean", "int", "long", "float", "double", "bytes", "string", "array", "map"}
)
_DEBEZIUM: Final = (
    "a change event of Debezium: use its transformation ExtractNewRecordState, and map the row "
    "onto the fields of the event"
)
_CONNECT: Final = (
    "the schema and payload of Kafka Connect's JsonConverter: set "
    "value.converter.schemas.enable=false"
)

Record = Mapping[str, Any]


def _has(*names: str) -> Callable[[Record], bool]:
    wanted = frozenset(names)
    return lambda record: wanted <= record.keys()


def _inner_is_debezium(record: Record) -> bool:
    payload = record.get("payload")
    return isinstance(payload, dict) and _is_debezium(payload)


def _is_debezium(record: Record) -> bool:
    return "op" in record and ("after" in record or "before" in record)


# The first that fits names it.
_KINDS: Final[tuple[tuple[Callable[[Record], bool], str], ...]] = (
    (_is_debezium, _DEBEZIUM),
    (_inner_is_debezium, f"{_DEBEZIUM}; and set value.converter.schemas.enable=false"),
    (_has("schema", "payload"), _CONNECT),
    (
        _has("specversion", "type", "source"),
        (
            "a CloudEvent in structured mode: set input_envelope = cloudevents, or send its data as "
            "the value of the record, and its attributes as headers (binary mode)"
        ),
    ),
    (_has("detail-type", "detail"), "an event of Amazon EventBridge: send its detail alone"),
    (_has("TopicArn", "Message"), "a notification of Amazon SNS: turn on raw message delivery"),
    (_has("eventType", "data", "dataVersion"), "an Azure Event Grid event: send its data alone"),
    (_has("message", "subscription"), "a push message of Google Pub/Sub: send its data alone"),
    (
        _has("operationType", "fullDocument"),
        (
            "a change event of MongoDB: set publish.full.document.only=true, and map the document "
            "onto the fields of the event"
        ),
    ),
    (
        _has("database", "table", "type", "data"),
        "a change event of Maxwell or Canal: map the row in data onto the fields of the event",
    ),
    (_has("messageType", "message"), "an envelope of MassTransit: send its message alone"),
    (_has("records"), "a request of a Kafka REST proxy: send each value as a record of its own"),
)
_HOLDERS: Final = (
    "payload", "data", "value", "event", "message", "body", "detail", "after", "record",
)  # fmt: skip


def envelope_fault(record: Record) -> WireError | None:
    """What to say where the record is an envelope around an event, else None."""
    if len(_OWN & record.keys()) > 1:
        return _union_fault(record)
    for fits, words in _KINDS:
        if fits(record):
            return WireError(f"the record is an envelope, {words}; docs/events.md")
    for name in _HOLDERS:
        inner = record.get(name)
        if isinstance(inner, dict) and _OWN & inner.keys():
            return WireError(
                f"the record is an envelope: the event stands in {name}; send it alone", name
            )
        if isinstance(inner, str) and inner.lstrip()[:1] == "{" and '"event_' in inner:
            return WireError(
                f"the record is an envelope: the event stands in {name} as a text; send it "
                "alone, as an object",
                name,
            )
    return None


def _union_fault(record: Record) -> WireError | None:
    """Avro's own JSON encoding wraps the members of unions: `{"string": "..."}`."""
    for name, member in record.items():
        if isinstance(member, dict) and len(member) == 1 and member.keys() <= _AVRO_TYPES:
            shown = shown_name(name)
            return WireError(
                f"{shown} names the type of its value, as the JSON encoding of Avro does; "
                "write plain JSON, or Avro in the single-object encoding",
                shown,
            )
    return None
