"""`[event.set]`: what each field of an event is made of.

    event_id = "ot:{root.receiptId}:{item.Id}"         a text, with values of the record in it
    channels = ["EMAIL"]                               a constant
    action = {from = "item.Type", words = {...}}       a value, by its meaning
    occurred_at = {from = "item.at", time = "epoch_s"} a time, with its form
    data_categories = {keys_of = "item", words = {...}}   the names of what is filled in

An absent value rejects, unless the field is `optional`; `absent` may give another reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from streams.core.events import INSTANT_FIELDS
from streams.core.instants import LATEST
from streams.core.vocabulary import ConsentAction
from streams.ingest.conditions import read_path
from streams.ingest.field_rules import GRANTED, NEGATIVE, FieldRule, Read, actions_of
from streams.ingest.outcomes import reject
from streams.ingest.paths import SourcePath
from streams.ingest.templates import is_template, parse_template
from streams.ingest.times import LATEST_PLAUSIBLE, TimeReader, time_reader
from streams.ingest.values import read_constant, text_guard, value_reader
from streams.ingest.words import Verdictless, read_reason, read_words
from streams.policy_file.places import PolicyPlace, Problems, suggestion
from streams.wire.field_specs import FieldSpec

_KEYS: Final = [
    "from", "keys_of", "value", "words", "time", "zone", "fallback", "optional", "absent", "on",
]  # fmt: skip
_ON: Final = {"GRANTED": GRANTED, "negative": NEGATIVE, "every": frozenset(ConsentAction)}


def read_field(
    shape: FieldSpec, raw: object, place: PolicyPlace, problems: Problems
) -> FieldRule | None:
    """One line of `[event.set]`; None where something is wrong, and said so."""
    before = len(problems.found)
    made = (
        _from_table(shape, raw, place, problems)
        if isinstance(raw, Mapping)
        else _plain(shape, raw, place, problems)
    )
    return made if len(problems.found) == before else None


def _plain(
    shape: FieldSpec, raw: object, place: PolicyPlace, problems: Problems
) -> FieldRule | None:
    on = actions_of(shape.name)
    if not isinstance(raw, str) or not is_template(raw):
        if isinstance(raw, str) and raw.partition(".")[0] in {"item", "root", "top", "headers"}:
            problems.add(place, 'a path stands in a table, as {from = "item.x"}', raw)
            return None
        return FieldRule(shape.name, on, constant=read_constant(shape, raw, place, problems))
    if shape.symbols or shape.type is bool or shape.is_list or shape.name in INSTANT_FIELDS:
        problems.add(place, f"allowed: {shape.allowed}, or {{from = ..., words = ...}}", raw)
        return None
    try:
        template = parse_template(raw)
    except ValueError as error:
        problems.add(place, str(error), raw)
        return None
    return FieldRule(shape.name, on, template=template, read=text_guard(shape.name))


def _from_table(
    shape: FieldSpec, raw: Mapping[str, Any], place: PolicyPlace, problems: Problems
) -> FieldRule | None:
    for name in raw:
        if name not in _KEYS:
            problems.add(place.child(name), f"there is no such key{suggestion(name, _KEYS)}")
    on = _on(raw, shape, place, problems)
    if "value" in raw:
        for name in set(raw) - {"value", "on"}:
            problems.add(place.child(name), "beside value, only on may stand")
        value = read_constant(shape, raw["value"], place.child("value"), problems)
        return FieldRule(shape.name, on, constant=value)
    if ("from" in raw) == ("keys_of" in raw):
        problems.add(place, "allowed: one of from, keys_of and value")
        return None
    source = "keys_of" if "keys_of" in raw else "from"
    paths = _sources(raw[source], place.child(source), problems, several=source == "keys_of")
    fallback = None
    if "fallback" in raw:
        fallback = read_path(raw["fallback"], place.child("fallback"), problems)
    words = _words(shape, raw, place, problems)
    clock = _clock(shape, raw, place, problems)
    optional, absent = _absence(raw, place, problems)
    if not paths or ("fallback" in raw and fallback is None):
        return None
    return FieldRule(
        shape.name,
        on,
        is_list=shape.is_list,
        sources=paths,
        read=None if words else _reader(shape, paths[0], clock),
        fallback=fallback,
        read_fallback=None if words or fallback is None else _reader(shape, fallback, clock),
        words=words,
        optional=optional,
        absent=absent,
        of_names=source == "keys_of",
    )


def _reader(shape: FieldSpec, path: SourcePath, clock: TimeReader | None) -> Read:
    if clock is None:
        return value_reader(shape, path.text)

    def read_time(value: Any) -> Any:
        try:
            return clock(value)
        except ValueError as error:
            reject(f"{shape.name}: {path.text} is no time: {error}", path.text)

    return read_time


def _sources(
    raw: object, place: PolicyPlace, problems: Problems, *, several: bool
) -> tuple[SourcePath, ...]:
    """The path that a value is read from; the names of several objects may be taken together."""
    if not (several and isinstance(raw, list) and raw):
        path = read_path(raw, place, problems)
        return () if path is None else (path,)
    found = [read_path(one, place.child(n), problems) for n, one in enumerate(raw)]
    return () if None in found else tuple(path for path in found if path is not None)


def _on(
    raw: Mapping[str, Any], shape: FieldSpec, place: PolicyPlace, problems: Problems
) -> frozenset[ConsentAction]:
    asked = raw.get("on")
    if asked is None:
        return actions_of(shape.name)
    if isinstance(asked, str) and asked in _ON:
        return _ON[asked]
    actions = [one for one in asked if isinstance(one, str)] if isinstance(asked, list) else []
    if actions and len(actions) == len(asked) and set(actions) <= set(ConsentAction.__members__):
        return frozenset(map(ConsentAction, actions))
    problems.add(place.child("on"), 'allowed: "GRANTED", "negative", "every" or a list of actions',
                 asked)  # fmt: skip
    return frozenset()


def _words(
    shape: FieldSpec, raw: Mapping[str, Any], place: PolicyPlace, problems: Problems
) -> dict[str, Any]:
    if "words" not in raw:
        if "keys_of" in raw:
            problems.add(place, "words is missing: what each name stands for")
        return {}

    def convert(one: object, at: PolicyPlace, found: Problems) -> Any:
        listed = [one] if shape.is_list and isinstance(one, str) else one
        return read_constant(shape, listed, at, found)

    return read_words(raw["words"], place.child("words"), problems, convert, of_list=shape.is_list)


def _clock(
    shape: FieldSpec, raw: Mapping[str, Any], place: PolicyPlace, problems: Problems
) -> TimeReader | None:
    if shape.name not in INSTANT_FIELDS:
        for name in ("time", "zone"):
            if name in raw:
                problems.add(place.child(name), f"{shape.name} is no time")
        return None
    latest = LATEST if shape.name in {"expires_at", "relationship_ends_at"} else LATEST_PLAUSIBLE
    if "time" not in raw:
        problems.add(place, "time is missing: the form in which the time is written")
        return None
    try:
        return time_reader(raw["time"], raw.get("zone"), latest=latest)
    except ValueError as error:
        problems.add(place.child("time"), str(error))
        return None


def _absence(
    raw: Mapping[str, Any], place: PolicyPlace, problems: Problems
) -> tuple[bool, Verdictless | None]:
    optional = raw.get("optional", False)
    if not isinstance(optional, bool):
        problems.add(place.child("optional"), "allowed: true or false", optional)
    if "absent" not in raw:
        return bool(optional), None
    if optional:
        problems.add(place.child("absent"), "it has no effect beside optional")
    return False, read_reason(raw["absent"], place.child("absent"), problems)
