"""`[[event]]`: one kind of event that a map makes, and of which part of a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from streams.core.vocabulary import ConsentAction, EventType
from streams.ingest.conditions import (
    Check,
    Condition,
    read_checks,
    read_condition,
    read_path,
)
from streams.ingest.field_rules import FieldRule
from streams.ingest.fields import read_field
from streams.ingest.paths import FanOut, SourcePath, parse_each
from streams.ingest.subjects import SubjectRule, read_subjects
from streams.ingest.tables import FieldTable, RawTable, table_for
from streams.ingest.words import Verdictless, read_reason
from streams.policy_file.places import PolicyPlace, Problems, suggestion
from streams.wire.field_specs import FIELDS

_KEYS: Final = [
    "name", "type", "nature", "each", "absent", "when", "check", "table", "subject", "set",
]  # fmt: skip
_NOT_SET: Final = {
    "subject_id": "subject says who the event is about",
    "source_system": "it is the name of the map",
}


class Nature(StrEnum):
    """What a record of consent is: somebody did something, or something is so."""

    ACT = "act"
    STATE = "state"
    """A snapshot, a profile attribute. It grants nothing without an instant of its own, and
    with one it is one event however often it comes."""


@dataclass(frozen=True)
class TableUse:
    """A table, and the path to its key or the one row that holds."""

    table: FieldTable
    path: SourcePath | None
    row: str | None


@dataclass(frozen=True)
class EventRule:
    """An `[[event]]`, read and checked."""

    name: str
    kind: EventType
    nature: Nature
    each: FanOut | None
    absent: Verdictless | None
    when: Condition | None
    checks: tuple[Check, ...]
    tables: tuple[TableUse, ...]
    subjects: tuple[SubjectRule, ...]
    fields: Mapping[str, FieldRule]

    @property
    def actions(self) -> frozenset[ConsentAction]:
        """The actions that it can come to; empty for other types than consent changes."""
        if self.kind is not EventType.CONSENT_CHANGE or "action" not in self.fields:
            return frozenset()
        rule = self.fields["action"]
        if rule.constant is not None:
            return frozenset({rule.constant})
        if not rule.words:
            return frozenset(ConsentAction)
        return frozenset(one for one in rule.words.values() if isinstance(one, ConsentAction))


def read_rule(
    raw: object,
    place: PolicyPlace,
    problems: Problems,
    tables: Mapping[str, RawTable],
    *,
    with_controller: bool,
) -> EventRule | None:
    """One `[[event]]`; None where something is wrong, and said so.

    `with_controller`: whether the controller is known from elsewhere.
    """
    if not isinstance(raw, Mapping):
        problems.add(place, "allowed: a table [[event]]")
        return None
    before = len(problems.found)
    for name in raw:
        if name not in _KEYS:
            problems.add(place.child(name), f"there is no such key{suggestion(name, _KEYS)}")
    kinds = [kind.value for kind in EventType]
    if raw.get("type") not in kinds:
        problems.add(place.child("type"), f"allowed: one of {', '.join(kinds)}", raw.get("type"))
        return None
    kind = EventType(raw["type"])
    rule = EventRule(
        name=str(raw.get("name", kind.value)),
        kind=kind,
        nature=_nature(raw, kind, place, problems),
        each=_each(raw, place, problems),
        absent=read_reason(raw["absent"], place.child("absent"), problems)
        if "absent" in raw
        else None,
        when=read_condition(raw.get("when"), place.child("when"), problems),
        checks=read_checks(raw.get("check"), place.child("check"), problems),
        tables=_tables(raw.get("table"), place.child("table"), problems, tables, kind),
        subjects=read_subjects(raw.get("subject"), place.child("subject"), problems),
        fields=_fields(raw.get("set"), place.child("set"), problems, kind),
    )
    if len(problems.found) == before:
        _whole(rule, place, problems, with_controller=with_controller)
    return rule if len(problems.found) == before else None


def _nature(
    raw: Mapping[str, Any], kind: EventType, place: PolicyPlace, problems: Problems
) -> Nature:
    nature = raw.get("nature", None if kind is EventType.CONSENT_CHANGE else "act")
    if nature in ("act", "state") and (nature == "act" or kind is EventType.CONSENT_CHANGE):
        return Nature(nature)
    problems.add(
        place.child("nature"),
        'allowed: "act" (the person did something at that instant) or, for a consent-change, '
        '"state" (a snapshot or attribute, which lifts no withdrawal)',
        *(() if nature is None else (nature,)),
    )
    return Nature.STATE


def _each(raw: Mapping[str, Any], place: PolicyPlace, problems: Problems) -> FanOut | None:
    if "each" not in raw:
        if "absent" in raw:
            problems.add(place.child("absent"), "it has no effect without each")
        return None
    try:
        return parse_each(raw["each"])
    except ValueError as error:
        problems.add(place.child("each"), str(error), raw["each"])
        return None


def _tables(
    raw: object,
    place: PolicyPlace,
    problems: Problems,
    known: Mapping[str, RawTable],
    kind: EventType,
) -> tuple[TableUse, ...]:
    listed = raw if isinstance(raw, list) else [] if raw is None else [raw]
    found: list[TableUse] = []
    for n, one in enumerate(listed):
        at = place.child(n) if isinstance(raw, list) else place
        keys = set(one) if isinstance(one, Mapping) else set()
        if keys not in ({"name", "from"}, {"name", "row"}):
            problems.add(at, 'allowed: {name = "...", from = "item.Id"} or {name = "...", '
                         'row = "..."}')  # fmt: skip
            continue
        if not isinstance(one["name"], str) or one["name"] not in known:
            near = suggestion(str(one["name"]), list(known))
            problems.add(at.child("name"), f"tables names no such table{near}", one["name"])
            continue
        table = table_for(known[one["name"]], kind, problems)
        path = read_path(one["from"], at.child("from"), problems) if "from" in one else None
        row = one.get("row")
        if row is not None and not (isinstance(row, str) and row in table.rows):
            problems.add(at.child("row"), "the table has no such row", row)
        found.append(TableUse(table, path, row))
    return tuple(found)


def _fields(
    raw: object, place: PolicyPlace, problems: Problems, kind: EventType
) -> dict[str, FieldRule]:
    if not isinstance(raw, Mapping):
        problems.add(place, "[event.set] is missing: the fields of the event")
        return {}
    shapes = {shape.name: shape for shape in FIELDS[kind].all}
    found: dict[str, FieldRule] = {}
    for name, given in raw.items():
        at = place.child(name)
        if name in _NOT_SET or name not in shapes:
            why = _NOT_SET.get(name) or f"a {kind.value} has no such field" + suggestion(
                name, list(shapes)
            )
            problems.add(at, why)
            continue
        rule = read_field(shapes[name], given, at, problems)
        if rule is not None:
            found[name] = rule
    return found


def _whole(
    rule: EventRule, place: PolicyPlace, problems: Problems, *, with_controller: bool
) -> None:
    """What is missing, stands twice, or would let absence read as permission."""
    if any(not use.table.makes_events for use in rule.tables):
        return  # nothing is decided yet: every record ends at the table
    of_tables, in_rows = _of_tables(rule, place, problems)
    given = in_rows | set(rule.fields) | {"subject_id", "source_system"}
    if with_controller:
        given |= {"controller_id"}
    for shape in FIELDS[rule.kind].all:
        if shape.required and shape.name not in given:
            in_some = " in some row of its table" if shape.name in of_tables else ""
            how = f"it must be {shape.allowed}"
            if shape.name == "controller_id":
                how = "name it at the top of the map, or with --controller"
            problems.add(place.child("set"), f"{shape.name} is missing{in_some}; {how}")
    if ConsentAction.GRANTED in rule.actions and "purposes" not in given:
        problems.add(place.child("set"), "purposes is missing: the rule can come to GRANTED, and a "
                     "grant names its purpose")  # fmt: skip
    for shape in FIELDS[rule.kind].all:
        made = rule.fields.get(shape.name)
        if made is None:
            continue
        constant = shape.name in {"event_id", "occurred_at"} and not made.of_record
        if constant or (shape.required and made.optional):
            problems.add(place.child("set").child(shape.name), "it must come from the record, "
                         "always")  # fmt: skip


def _of_tables(
    rule: EventRule, place: PolicyPlace, problems: Problems
) -> tuple[frozenset[str], frozenset[str]]:
    """The fields that some row sets, and those that every row sets; none may stand twice."""
    of_tables = frozenset[str]()
    in_rows = frozenset[str]()
    for use in rule.tables:
        for name in sorted(use.table.columns & (of_tables | set(rule.fields))):
            problems.add(place.child("table"), f"{name} is set twice: by the table "
                         f"{use.table.name} and elsewhere")  # fmt: skip
        of_tables |= use.table.columns
        in_rows |= use.table.in_every_row
    return of_tables, in_rows
