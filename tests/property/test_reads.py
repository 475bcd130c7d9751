"""What a rule says it reads is what its verdicts depend on; `affected` looks there.

Every field of every fact of a history is changed, one at a time, to other values. Where a
verdict on another event changes with it, the rule that gives its code has to name that field, and
`affected` has to name that event.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, Final, NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core.affected import affected
from streams.core.events import EVENT_CLASSES, INSTANT_FIELDS, ConsentChange, Event, event_key
from streams.core.identifiers import EventKey
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.rules.assess import Assessment
from streams.core.rules.registry import RULES, readers_of
from streams.core.rules.rule import IDENTITY
from streams.core.state import EventRow, Fact
from streams.core.subject import Subject
from streams.core.vocabulary import Code, ConsentAction, RecipientKind
from tests.core.builders import (
    OFFERS,
    OWN,
    buy,
    grant,
    message,
    notify,
    object_,
    own_grant,
    processor_share,
    refund,
    share,
    withdraw,
)
from tests.core.stories import POLICY as STORIES
from tests.core.stories import with_policy
from tests.core.test_every_code import PAIRS
from tests.property import histories as drawn
from tests.property.histories import CONTROLLER, HOUR, START, SUBJECT, facts
from tests.property.test_affected import POLICIES, assessed

pytestmark = pytest.mark.timeout(600)
"""Many examples, drawn and judged: on a busy machine more than the usual limit."""

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
    from tests.property.test_convergence import Run

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


OWN_SHARE: Final[dict[str, Any]] = {"purpose": OWN, "recipient_role": "THIRD_PARTY"}
CALL: Final[dict[str, Any]] = {"channel": "PHONE_HUMAN", "legal_basis_claimed": "CONSENT"}
BY_CATEGORY: Final = with_policy(named_recipient_required=False)

CLOSE: Final[list[tuple[Policy, list[Event]]]] = [
    *[
        (STORIES, list(side))
        for code, pair in PAIRS.items()
        if code is not Code.EVENT_ID_CONFLICT  # which is about two events of one id
        for side in (pair.fires, pair.silent)
    ],
    # A consent ends a signal, a consent and a duty, or is cited by what ends it.
    (STORIES, [withdraw(0), grant(1), share(2)]),
    (STORIES, [grant(0), grant(1, id="other", purposes=[OFFERS], replaces_consent_id="grant"),
               share(2)]),
    (STORIES, [own_grant(0), own_grant(1, id="other", channels=["SMS"],
               replaces_consent_id="grant"), message(2, legal_basis_claimed="CONSENT")]),
    (STORIES, [own_grant(0, expires_at=12), message(2, legal_basis_claimed="CONSENT")]),
    (STORIES, [own_grant(0, topics=["club"], channels=["EMAIL"]),
               message(2, topic="club", legal_basis_claimed="CONSENT")]),
    (STORIES, [grant(0), withdraw(1, purposes=[], consent_id="grant"), share(2)]),
    (STORIES, [own_grant(0, topics=["club"]), withdraw(1, purposes=[], consent_id="grant"),
               buy(0), message(2, topic="club")]),
    (STORIES, [grant(-2), share(0), withdraw(1), grant(2, id="other")]),
    (BY_CATEGORY, [share(0, recipient_category="RETAIL"), withdraw(1),
                   grant(2, id="other", recipient_ids=[], recipient_categories=["RETAIL"])]),
    (BY_CATEGORY, [grant(0, recipient_ids=[], recipient_categories=["RETAIL"]),
                   share(2, recipient_category="RETAIL")]),
    (STORIES, [grant(-2, topics=["club"]), share(0), withdraw(1, purposes=[], consent_id="grant")]),
    (STORIES, [own_grant(-2, recipient_ids=["ACME"], channels=["EMAIL"]), share(0, **OWN_SHARE),
               withdraw(1, purposes=[], consent_id="grant")]),
    (STORIES, [own_grant(-2, recipient_ids=["ACME"], topics=["club"]), share(0, **OWN_SHARE),
               withdraw(1, purposes=[], consent_id="grant")]),
    (STORIES, [grant(-2, recipient_ids=[], recipient_categories=["RETAIL"]),
               share(0, recipient_category="RETAIL"),
               withdraw(1, purposes=[], consent_id="grant")]),
    (STORIES, [share(0, purpose="ANALYTICS", recipient_role=None), withdraw(1)]),
    (STORIES, [processor_share(0), object_(1)]),
    (STORIES, [share(0), withdraw(1), notify(2)]),
    (STORIES, [withdraw(0), share(1), notify(2)]),
    (STORIES, [processor_share(0), object_(1), own_grant(2, id="other", recipient_ids=["B"])]),
    (STORIES, [grant(-2), share(0), withdraw(1),
               grant(2, id="other", age_band="AGE_12_15", guardian_consent=True)]),
    (STORIES, [own_grant(0, recipient_ids=["ACME"]),
               withdraw(1, purposes=[OWN], channels=["EMAIL"]), share(2, **OWN_SHARE)]),
    (STORIES, [own_grant(0, recipient_ids=["ACME"]),
               withdraw(1, purposes=[OWN], topics=["club"]), share(2, **OWN_SHARE)]),
    (STORIES, [own_grant(0, age_band="AGE_12_15", guardian_consent=True),
               message(2, legal_basis_claimed="CONSENT")]),
    # One of each type, so that a rule that reads another one is noticed.
    (STORIES, [own_grant(0), buy(0), notify(1), share(2), message(2), object_(3), refund(4)]),
    # Calls, and sales.
    (with_policy(phone_consent_needs_verified_number=True),
     [own_grant(0, verified_contact=["PHONE"]), message(2, **CALL)]),
    (STORIES, [buy("2022-01-01T00:00:00Z", relationship_ends_at=1), message(2)]),
    (STORIES, [buy(0), refund(1, action="REFUNDED_PARTIAL", product_categories=["COFFEE"]),
               message(2)]),
    (STORIES, [buy(0, opt_out_exercised_at_collection=True), message(2)]),
]  # fmt: skip
"""Histories that a small change decides: those of every code, and some more."""


def test_every_field_that_decides_is_named_and_looked_at() -> None:
    read = [one for policy, events in CLOSE for one in read_in(events, policy)]
    assert faults(iter(read)) == set()
    seen = {(one.of, one.kind, one.field) for one, _ in read}
    said = {
        (rule.judges, kind, field)
        for rule in RULES
        for kind, fields in rule.reads.items()
        for field in fields
    }
    # What is said and never decides would have more judged again than need be.
    assert {f"{of.__name__}: {kind.__name__}.{field}" for of, kind, field in said - seen} == set()


def test_nothing_else_is_looked_at() -> None:
    """Only events whose rules read such facts."""
    for policy, events in CLOSE:
        for place, event in enumerate(events):
            kinds = {
                type(events[number])
                for number in range(len(events))
                if event_key(events[number]) in looked_at(events, place, event, policy)
            }
            assert kinds <= readers_of(type(event)) | {type(event)}


@st.composite
def different(draw: st.DrawFn, most: int = 8) -> list[Event]:
    """Events with different ids."""
    size = draw(st.integers(2, most))
    return [draw(drawn.events(st.just(f"e{number:02d}"))) for number in range(size)]


@given(different(), st.sampled_from(POLICIES), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_a_rule_names_what_its_verdicts_depend_on(
    events: list[Event], policy: Policy, random: Random
) -> None:
    assert faults(read_in(events, policy, random)) == set()
