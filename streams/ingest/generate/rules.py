"""A rule as a function: from an item to its events, or to why there are none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec.structs import force_setattr

from streams.core.events import EVENT_CLASSES
from streams.core.vocabulary import ConsentAction, EventType
from streams.ingest.field_rules import FieldRule, actions_of
from streams.ingest.generate.meanings import write_checks, write_note, write_reject
from streams.ingest.generate.places import write_path
from streams.ingest.generate.subjects import write_subjects
from streams.ingest.generate.tables import write_row
from streams.ingest.generate.values import write_field, write_primary
from streams.ingest.generate.writer import FunctionWriter
from streams.ingest.grants import by_purpose, state_id
from streams.ingest.outcomes import IgnoredItem, MappedEvent, RejectedItem, Stopped
from streams.ingest.rules import EventRule, Nature
from streams.ingest.values import SCOPE_FIELDS
from streams.ingest.words import words_at

_GRANTED: Final = ConsentAction.GRANTED
EVERY_KEY: Final = frozenset({EventType.RECIPIENT_NOTIFICATION})
"""Types whose events go to every known key, as negative signals do: a duty stands under each
key that had one, and this closes it."""
MOST_KEYWORDS: Final = 15
"""For a call with more of them CPython makes a dict first (STACK_USE_GUIDELINE in its compiler),
which takes twice as long as all else about an event. A grant has 16 fields as a rule."""


def write_rule(f: FunctionWriter, rule: EventRule, constants: Mapping[str, Any]) -> None:
    """Write a function that appends the outcomes of an item which the rule takes.

    `constants`: source_system, and controller_id where it is known.
    """
    with f.block("try"):
        write_checks(f, rule.checks, f.given("doubt"))
        if f.module.observing:
            _write_notes(f, rule)
        _RuleWriter(f, rule, constants).write()
    with f.block(f"except {f.library(Stopped)} as stop"):
        f.line(f"out.append(stop.outcome({f.rule}, {f.number}))")


def _write_notes(f: FunctionWriter, rule: EventRule) -> None:
    """What observers are shown: each value whose words the rule lists, in whatever it ends."""
    for made in rule.fields.values():
        if made.words:
            values = [write_path(f, path) for path in made.sources]
            names = f"{f.library(words_at)}({', '.join(values)})"
            write_note(f, made.sources[0].text, names if made.of_names else values[0])
    for use in rule.tables:
        if use.path is not None:
            write_note(f, use.path.text, write_path(f, use.path))


class _RuleWriter:
    """The part of a rule behind its checks."""

    def __init__(self, f: FunctionWriter, rule: EventRule, constants: Mapping[str, Any]) -> None:
        self._f = f
        self._rule = rule
        self._cls = EVENT_CLASSES[rule.kind]
        self._constants = {name: f.bind(value, "constant") for name, value in constants.items()}
        shapes = msgspec.structs.fields(self._cls)
        self._required = {one.name for one in shapes if one.required}
        self._empty = {one.name: None if one.required else one.default for one in shapes}

    def write(self) -> None:
        """Write all actions, each with the fields that it has."""
        f, rule = self._f, self._rule
        if rule.kind is not EventType.CONSENT_CHANGE:
            self._body(None, "")
            return
        made = rule.fields.get("action")
        if made is None:  # no row of its table makes an event
            self._body(_GRANTED, "")
            return
        action = self._constant(made) if not made.of_record else write_field(f, made)
        *most, last = self._alike()
        for alike in most:
            with f.block(f"if {action} in {f.bind(frozenset(alike), 'actions')}"):
                self._body(alike[0], action)
                f.line("return")
        self._body(last[0], action)

    def _alike(self) -> list[list[ConsentAction]]:
        """The actions that the rule can come to, those with the same fields together.

        Where all its words say why there is no event, the item has ended by then.
        """
        found: dict[tuple[Any, ...], list[ConsentAction]] = {}
        for action in ConsentAction:
            if action in self._rule.actions:
                named = (field.name for field in self._rule.fields.values() if action in field.on)
                of_rows = (
                    name
                    for use in self._rule.tables
                    for name in sorted(use.table.columns)
                    if action in actions_of(name)
                )
                key = (action is _GRANTED, *named, None, *of_rows)
                found.setdefault(key, []).append(action)
        return list(found.values()) or [[_GRANTED]]

    def _body(self, action: ConsentAction | None, named: str) -> None:
        """Write one kind of event: `action` stands for all that have its fields."""
        f, rule = self._f, self._rule
        grants = action is _GRANTED
        if grants and named:
            self._refuse_grants()
        values = self._values(action, named)
        if values is None:
            return
        if rule.nature is Nature.STATE:
            given = f"{values['event_id']}, {named}, {values['occurred_at']}"
            values["event_id"] = f.fresh("event_id")
            f.line(f"{values['event_id']} = {f.library(state_id)}({given})")
        found = write_subjects(f, rule.subjects)
        if grants:
            self._grants(values, found)
        elif action is not None or rule.kind in EVERY_KEY:
            self._every(values, found)
        else:
            self._one(values, found)

    def _values(self, action: ConsentAction | None, named: str) -> dict[str, str] | None:
        """Write all fields; expressions for them, or None where no row of a table has any."""
        f, rule = self._f, self._rule
        values = dict(self._constants)
        if action is not None:
            values["action"] = named
        for use in rule.tables:
            row = write_row(f, use, self._empty)
            if not use.table.makes_events:
                return None
            values |= {n: v for n, v in row.items() if action is None or action in actions_of(n)}
        for field in rule.fields.values():
            if action is None or (field.name != "action" and action in field.on):
                values[field.name] = self._value(field, grants=action is _GRANTED)
        occurred, recorded = values["occurred_at"], values.get("recorded_at")
        if recorded is None:
            values["recorded_at"] = occurred
        elif rule.fields["recorded_at"].optional:
            f.line(f"if {recorded} is None: {recorded} = {occurred}")
        return values

    def _refuse_grants(self) -> None:
        """Write why a grant is none: a state without its instant, a check that knew nothing."""
        f, rule = self._f, self._rule
        made = rule.fields.get("occurred_at")  # absent where no row of a table makes an event
        if rule.nature is Nature.STATE and made is not None:
            instant = write_primary(f, made)
            with f.block(f"if {instant} is None"):
                reason = "a state without an instant of its own grants nothing"
                f.finish(f"{f.library(IgnoredItem)}({f.bind(reason, 'reason')}, {f.rule}, "
                         f"{f.number})")  # fmt: skip
        doubt = f.given("doubt")
        with f.block(f"if {doubt} is not None"):
            reason = f'f"{{{doubt}}} is absent, and without it nothing is granted"'
            f.finish(f"{f.library(RejectedItem)}({reason}, {f.rule}, {f.number}, {doubt})")

    def _constant(self, field: FieldRule) -> str:
        return self._f.bind(field.constant, "constant")

    def _value(self, field: FieldRule, *, grants: bool) -> str:
        f = self._f
        if not field.of_record:
            return self._constant(field)
        value = write_field(f, field)
        if field.optional:
            empty = self._empty[field.name]
            if grants and field.name in SCOPE_FIELDS:
                with f.block(f"if {value} is None"):
                    write_reject(f, f"{field.name} is absent, and a grant without it would cover "
                                 "all")  # fmt: skip
            elif empty is not None:
                f.line(f"if {value} is None: {value} = {f.bind(empty, 'empty')}")
        return value

    def _event(self, values: Mapping[str, str]) -> None:
        """Write what makes an event, and appends it with its rule."""
        f = self._f
        # First what an event must have: it is made of that, whatever is set afterwards.
        names = sorted(values, key=lambda name: name not in self._required)
        given = ", ".join(f"{name}={values[name]}" for name in names[:MOST_KEYWORDS])
        f.line(f"event = {f.library(self._cls)}({given})")
        for name in names[MOST_KEYWORDS:]:
            f.line(f"{f.library(force_setattr)}(event, {f.bind(name, 'field')}, {values[name]})")
        f.line(f"out.append({f.library(MappedEvent)}(event, {f.rule}))")

    def _grants(self, values: dict[str, str], found: str) -> None:
        """One subject, and a grant for each purpose."""
        f = self._f
        f.line(f"subject = {self._keys('canonical', found)}")
        purposes, event_id = values.get("purposes", "()"), values["event_id"]
        consent_id = values.get("consent_id", "None")
        apart = {"purposes": "purposes", "event_id": "event_id"}
        if "consent_id" in values:
            apart["consent_id"] = "consent_id"
        with f.block(f"for purposes, event_id, consent_id in {f.library(by_purpose)}"
                     f"({purposes}, {event_id}, {consent_id})"):  # fmt: skip
            self._event(values | apart | {"subject_id": "subject"})

    def _every(self, values: dict[str, str], found: str) -> None:
        """An event for every known key of the person."""
        f = self._f
        f.line(f"subjects, faults = {self._keys('every_key', found)}")
        with f.block("for subject in subjects"):
            self._event(values | {"subject_id": "subject"})
        with f.block("for fault in faults"):
            f.line(f"out.append(fault.outcome({f.rule}, {f.number}))")

    def _one(self, values: dict[str, str], found: str) -> None:
        f = self._f
        f.line(f"subject = {self._keys('canonical', found)}")
        self._event(values | {"subject_id": "subject"})

    def _keys(self, method: str, found: str) -> str:
        return f"{self._f.given('keys')}.{method}({found}, {self._f.given('memo')})"
