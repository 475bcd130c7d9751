"""What a rule reads of other events: found by changing every field of every fact, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, Final, NamedTuple

import msgspec

from streams.core.affected import affected
from streams.core.event_kinds import event_key
from streams.core.events import EVENT_CLASSES, INSTANT_FIELDS, ConsentChange, Event
from streams.core.identifiers import EventKey
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.rules.assess import Assessment
from streams.core.rules.registry import RULES
from streams.core.rules.rule import IDENTITY
from streams.core.state import EventRow, Fact
from streams.core.subject import Subject
from streams.core.vocabulary import Code, ConsentAction, RecipientKind
from tests.property import drawn_events as drawn
from tests.property.drawn_events import CONTROLLER, HOUR, START, SUBJECT
from tests.property.histories import facts
from tests.property.test_affected import assessed

CLOCK: Final = Instant(START + 2_000 * HOUR)
"""The deadlines of every history have passed."""

WORDS: Final[dict[str, list[Any]]] = {
    "recipient_id": [*drawn.RECIPIENTS, "B"],
    "recipient_ids": [*drawn.RECIPIENTS, "B"],
    "consent_id": [*drawn.CONSENTS, "grant", "other"],
    "consent_ref": [*drawn.CONSENTS, "grant"],
    "replaces_consent_id": [*drawn.CONSENTS, "grant"],
    "purchase_id": [*drawn.SALES],
    "topic": drawn.TOPICS,
    "topics": drawn.TOPICS,
    "seller_controller_id": [CONTROLLER, drawn.SISTER],
    "sender_controller_id": [CONTROLLER, drawn.SISTER],
    "advertiser_id": ["OURCO", "ACME"],
    "product_categories": ["COFFEE", "TEA", "BOOKS"],
    "recipient_category": ["RETAIL", "ADS"],
    "recipient_categories": ["RETAIL", "ADS"],
    "recipient_kind": list(RecipientKind),
    "recipient_country": ["NL", "IN"],
}
"""Texts that a field is changed to where no vocabulary closes it; others to any text."""

HOURS: Final = (-200, -48, -1, 0, 1, 12, 40, 90, 200)
"""Instants are changed to so many hours from when the event occurred."""


def values(name: str, kind: msgspec.inspect.Type) -> list[Any]:
    """What a field may hold, a few of each sort."""
    match kind:
        case msgspec.inspect.UnionType(types=types):
            return [one for part in types for one in values(name, part)]
        case msgspec.inspect.NoneType():
            return [None]
        case msgspec.inspect.BoolType():
            return [False, True]
        case msgspec.inspect.EnumType(cls=cls):
            return list(cls)
        case msgspec.inspect.VarTupleType(item_type=item):
            singles = values(name, item)
            return [(), *[(one,) for one in singles], tuple(singles)]
        case msgspec.inspect.IntType():
            assert name in INSTANT_FIELDS
            return [hour * HOUR for hour in HOURS]
        case msgspec.inspect.StrType():
            return WORDS.get(name, ["x", "y"])
        case _:
            raise AssertionError(f"{name}: {kind}")


def _fields(kind: type[Event]) -> dict[str, list[Any]]:
    shape = msgspec.inspect.type_info(kind)
    assert isinstance(shape, msgspec.inspect.StructType)
    return {
        field.name: values(field.name, field.type)
        for field in shape.fields
        if field.name not in IDENTITY
    }


FIELDS: Final = {kind: _fields(kind) for kind in EVENT_CLASSES.values()}


def changes(event: Event) -> Iterator[tuple[str, list[Event]]]:
    """The event with each of its fields changed to every other value, one at a time."""
    for name, allowed in FIELDS[type(event)].items():
        changed = [
            msgspec.structs.replace(event, **{name: one})
            for one in (_moved(event, name, value) for value in allowed)
            if one != getattr(event, name)
        ]
        if changed := [one for one in changed if _is_read(one)]:
            yield name, changed


def _moved(event: Event, name: str, value: Any) -> Any:
    if name in INSTANT_FIELDS and value is not None:
        return Instant(event.occurred_at + value)
    return value


def _is_read(event: Event) -> bool:
    """A grant has one purpose; the wire refuses others."""
    if not isinstance(event, ConsentChange) or event.action is not ConsentAction.GRANTED:
        return True
    return len(event.purposes) == 1


def named_codes(one: Assessment, other: Assessment) -> set[Code]:
    """The codes of what differs between two assessments."""
    slots = {s for s in {*one.verdicts, *other.verdicts} if _at(one, s) != _at(other, s)}
    found = {v.code for s in slots for v in (_at(one, s), _at(other, s)) if v is not None}
    if one.duties != other.duties:
        found.add(Code.RECIPIENT_NOTIFICATION_DUE)
    return found


def _at(assessment: Assessment, slot: Any) -> Any:
    return assessment.verdicts.get(slot)


def changed_by(
    events: list[Event], place: int, changed: Event, policy: Policy
) -> Iterator[tuple[EventKey, Event, set[Code]]]:
    """The other events whose assessment changes when one of them is another."""
    before = assessed(rows(events), policy, CLOCK)
    after = assessed(rows([*events[:place], changed, *events[place + 1 :]]), policy, CLOCK)
    for other in events:
        key = event_key(other)
        if key != event_key(changed) and before[key] != after[key]:
            yield key, other, named_codes(before[key], after[key])


def rows(events: list[Event]) -> list[EventRow]:
    """As stored, and never judged."""
    return [EventRow(fact=fact, policy_digest="") for fact in facts(events)]


def looked_at(events: list[Event], place: int, changed: Event, policy: Policy) -> set[EventKey]:
    """What `judge` looks at again where one payload takes the place of another."""
    stored = judged(events, policy)
    run = Subject.from_rows(CONTROLLER, SUBJECT, stored)
    found = affected(run, events[place], policy, leaving=True)
    kept = [row for row in stored if event_key(row.fact.event) != event_key(changed)]
    run = Subject.from_rows(CONTROLLER, SUBJECT, kept)
    run.add(EventRow(fact=fact_of(changed), policy_digest=""))
    return found | affected(run, changed, policy)


def fact_of(event: Event) -> Fact:
    """The fact of one event."""
    return facts([event])[0]


def judged(events: list[Event], policy: Policy) -> list[EventRow]:
    """The rows of a history that was judged in this order."""
    from tests.property.judging import Run

    return list(Run(policy).take(facts(events), CLOCK).rows.values())


class Read(NamedTuple):
    """A verdict with a code, on a type of event, changed with a field of another event."""

    code: Code
    of: type[Event]
    kind: type[Event]
    field: str

    @property
    def declared(self) -> bool:
        """Whether a rule that gives the code for such events names the field."""
        return any(
            self.field in rule.reads.get(self.kind, frozenset())
            for rule in RULES
            if self.code in rule.codes and rule.judges is self.of
        )

    def __str__(self) -> str:
        return f"{self.code} of {self.of.__name__} reads {self.kind.__name__}.{self.field}"


def read_in(
    events: list[Event], policy: Policy, random: Random | None = None
) -> Iterator[tuple[Read, bool]]:
    """What verdicts depend on in a history, each with whether `affected` looks there.

    With `random` a field is changed to one other value, else to all.
    """
    for place, event in enumerate(events):
        for name, changed in changes(event):
            for one in changed if random is None else [random.choice(changed)]:
                looked: set[EventKey] | None = None
                for key, other, codes in changed_by(events, place, one, policy):
                    if looked is None:
                        looked = looked_at(events, place, one, policy)
                    for code in codes:
                        yield Read(code, type(other), type(event), name), key in looked


def faults(read: Iterator[tuple[Read, bool]]) -> set[str]:
    """What is wrong with the declarations or with `affected`."""
    found = set()
    for one, looked in read:
        if not one.declared:
            found.add(f"no rule says: {one}")
        if not looked:
            found.add(f"affected passes over: {one}")
    return found
