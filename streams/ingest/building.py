"""A rule compiled: from a record's scope to events, by closures made once.

All that a map says in constants is typed, checked and divided by action beforehand; for each
event only what differs is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from streams.core.events import EVENT_CLASSES, ID_FIELDS, Event
from streams.core.identifiers import SubjectId
from streams.core.vocabulary import ConsentAction, EventType, Purpose
from streams.ingest.fields import FieldRule
from streams.ingest.identities import Identities
from streams.ingest.outcomes import MappedEvent, Outcome, Stopped, reject
from streams.ingest.paths import DOUBT, NUMBER, Getter, Scope
from streams.ingest.record_keys import keys_reader
from streams.ingest.row_reader import ByAction, RowReader, row_reader
from streams.ingest.rules import EventRule, Nature
from streams.ingest.subjects import PseudonymKey
from streams.ingest.values import SCOPE_FIELDS, text_fault
from streams.wire.guard import PRODUCER_IDS

Build = Callable[[Scope, list[Outcome]], None]
"""Adds the events of an item. Raises Stopped where there are none."""

_Plan = tuple[dict[str, Any], tuple[tuple[str, Getter, str | None], ...]]
"""Constants, and the fields that are computed; a third part names a field with the same text."""

_GRANTED: Final = ConsentAction.GRANTED
EVERY_KEY: Final = frozenset({EventType.RECIPIENT_NOTIFICATION})
"""Types whose events go to every known key, as negative signals do: a duty stands under each
key that had one, and this closes it."""


def compile_rule(
    rule: EventRule, constants: Mapping[str, Any], key: PseudonymKey, identities: Identities
) -> Build:
    """The function of a rule. `constants`: source_system, and controller_id where it is known."""
    shared = dict(constants) | {"recorded_at": None}
    if rule.kind is EventType.CONSENT_CHANGE:
        return _consent_change(rule, shared, key, identities)
    fixed, computed = _plan(rule, shared, None)
    look_ups = [row_reader(use, {None: fixed}) for use in rule.tables]
    subjects = keys_reader(rule.subjects, key, identities)
    emit = _emitter(rule)
    every_key = rule.kind in EVERY_KEY

    def build(s: Scope, out: list[Outcome]) -> None:
        values = _constants(look_ups, s, None, fixed)
        for field, get, same in computed:
            value = get(s) if same is None else values[same]
            if value is not None:
                values[field] = value
        keys, faults = subjects(s, every_key)
        whole = identities.every_key(keys) if every_key else (identities.canonical(keys),)
        emit(s, values, whole, faults, out)

    return build


def _consent_change(
    rule: EventRule, shared: Mapping[str, Any], key: PseudonymKey, identities: Identities
) -> Build:
    """Grants go to one subject and lose no part of their scope; a "no" goes to every key."""
    plans = {action: _plan(rule, shared, action) for action in ConsentAction}
    fixed_by_action: ByAction = {action: fixed for action, (fixed, _) in plans.items()}
    look_ups = [row_reader(use, fixed_by_action) for use in rule.tables]
    action_of = _action(rule)
    subjects = keys_reader(rule.subjects, key, identities)
    emit = _emitter(rule)
    state = rule.nature is Nature.STATE

    def build(s: Scope, out: list[Outcome]) -> None:
        action = action_of(s)
        fixed, computed = plans[action]
        values = _constants(look_ups, s, action, fixed)
        for field, get, same in computed:
            value = get(s) if same is None else values[same]
            if value is not None:
                values[field] = value
            elif action is _GRANTED and field in SCOPE_FIELDS:
                reject(f"{field} is absent, and a grant without it would cover all")
        if state:
            _name_state(values, action)
        negative = action is not _GRANTED
        keys, faults = subjects(s, negative)
        if negative:
            emit(s, values, identities.every_key(keys), faults, out)
            return
        whole = (identities.canonical(keys),)
        for one in _grants(values):
            emit(s, one, whole, faults, out)

    return build


def _constants(
    look_ups: Sequence[RowReader],
    s: Scope,
    action: ConsentAction | None,
    fixed: Mapping[str, Any],
) -> dict[str, Any]:
    """A new dict of all that is constant: of the map, and of the rows of its tables."""
    if not look_ups:
        return dict(fixed)
    values = dict(look_ups[0](s)[action])
    for look_up in look_ups[1:]:
        values |= look_up(s)[action]
    return values


def _action(rule: EventRule) -> Callable[[Scope], ConsentAction]:
    act = _getter(rule.fields["action"])
    instant = rule.fields["occurred_at"].primary
    state = rule.nature is Nature.STATE

    def action_of(s: Scope) -> ConsentAction:
        action: ConsentAction | None = act(s)
        if action is None:
            reject("action is absent")
        if state and action is _GRANTED and (instant is None or instant(s) is None):
            raise Stopped("a state without an instant of its own grants nothing", rejected=False)
        if action is _GRANTED and s[DOUBT] is not None:
            reject(f"{s[DOUBT]} is absent, and without it nothing is granted", s[DOUBT])
        return action

    return action_of


_Emit = Callable[[Scope, dict[str, Any], Sequence[str], Sequence[Stopped], list[Outcome]], None]


def _emitter(rule: EventRule) -> _Emit:
    """A function that makes the events of some values, one for each subject."""
    cls = EVENT_CLASSES[rule.kind]
    name = rule.name

    def emit(
        s: Scope,
        values: dict[str, Any],
        subjects: Sequence[str],
        faults: Sequence[Stopped],
        out: list[Outcome],
    ) -> None:
        if values["recorded_at"] is None:
            values["recorded_at"] = values["occurred_at"]
        for subject in subjects:
            event: Event = cls(subject_id=SubjectId(subject), **values)
            out.append(MappedEvent(event, name))
        out += [fault.outcome(name, s[NUMBER]) for fault in faults]

    return emit


def _getter(rule: FieldRule) -> Getter:
    if rule.get is not None:
        return rule.get
    constant = rule.constant
    return lambda _: constant


def _plan(rule: EventRule, constants: Mapping[str, Any], action: ConsentAction | None) -> _Plan:
    """What is set on an action; None: the event has none."""
    fixed = dict(constants)
    computed: list[tuple[str, Getter, str | None]] = []
    if action is not None:
        fixed["action"] = action
    for name, field in rule.fields.items():
        if action is not None and (name == "action" or action not in field.on):
            continue
        if field.get is None:
            fixed[name] = field.constant
        else:
            computed.append((name, field.get, _same(field, rule, [one for one, *_ in computed])))
    return fixed, tuple(computed)


def _same(field: FieldRule, rule: EventRule, before: Sequence[str]) -> str | None:
    """A field before this one that has the very text: consent and event ids often do."""
    if field.template is None or field.name not in ID_FIELDS & PRODUCER_IDS:
        return None
    return next(
        (
            name
            for name in before
            if rule.fields[name].template == field.template and name in ID_FIELDS & PRODUCER_IDS
        ),
        None,
    )


def _name_state(values: dict[str, Any], action: ConsentAction | None) -> None:
    """A state that comes again is the same event; one that changed is another."""
    suffix = f":{action}:{values['occurred_at']}"
    values["event_id"] += suffix
    fault = text_fault("event_id", values["event_id"])
    if fault is not None:
        reject(fault)


def _grants(values: dict[str, Any]) -> Sequence[dict[str, Any]]:
    """A grant for each purpose: with several, the purpose is part of event and consent id."""
    purposes: tuple[Purpose, ...] = values.get("purposes", ())
    if not purposes:
        reject("purposes is absent, and a grant names its purpose")
    if len(purposes) == 1:
        return (values,)
    found = []
    for purpose in purposes:
        one = values | {"purposes": (purpose,)}
        for name in ("event_id", "consent_id"):
            if one.get(name) is not None:
                one[name] = f"{one[name]}:{purpose}"
                fault = text_fault(name, one[name])
                if fault is not None:
                    reject(fault)
        found.append(one)
    return found
