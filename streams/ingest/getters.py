"""What reads the value of a field out of a record: by words, as a time, or as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from streams.core.instants import Instant
from streams.ingest.outcomes import Stopped, reject
from streams.ingest.paths import Getter, Scope, SourcePath, type_name
from streams.ingest.times import TimeReader
from streams.ingest.values import value_reader
from streams.ingest.words import SKIP, Verdictless, look_up, word_getter
from streams.wire.field_specs import FieldSpec


def value_getter(
    shape: FieldSpec,
    path: SourcePath,
    words: Mapping[str, Any],
    clock: TimeReader | None,
) -> Getter:
    """A function that gives the value at a path as its field takes it, or None."""
    get, text = path.getter(), path.text
    if clock is not None:
        return _timed(get, clock, shape.name, text)
    if not words:
        read = value_reader(shape, text)
        return lambda s: None if (value := get(s)) is None else read(value)
    if shape.is_list:
        return _listed(get, words, text)
    return word_getter(words, path, get)


def _timed(get: Getter, clock: TimeReader, name: str, path: str) -> Getter:
    def read(s: Scope) -> Instant | None:
        value = get(s)
        if value is None:
            return None
        try:
            return clock(value)
        except ValueError as error:
            reject(f"{name}: {path} is no time: {error}", path)

    return read


def _listed(get: Getter, words: Mapping[str, Any], path: str) -> Getter:
    """The meanings of all elements, each once."""

    def read(s: Scope) -> Any:
        value = get(s)
        if value is None:
            return None
        return _meanings(words, value if type(value) is list else [value], path)

    return read


def names_getter(words: Mapping[str, Any], paths: Sequence[SourcePath]) -> Getter:
    """A function that gives the meanings of all names with something under them, each once."""
    getters = tuple((path.getter(), path.text) for path in paths)

    def read(s: Scope) -> Any:
        found: dict[Any, None] = {}
        for get, text in getters:
            value = get(s)
            if value is not None:
                found |= dict.fromkeys(_meanings(words, _names(value, text), text) or ())
        return tuple(found) or None

    return read


def _meanings(words: Mapping[str, Any], members: Sequence[Any], path: str) -> Any:
    found: dict[Any, None] = {}
    for member in members:
        meaning = look_up(words, member, path)
        if meaning is not SKIP:
            found.update(dict.fromkeys(meaning))
    return tuple(found) or None


def _names(value: Any, path: str) -> list[str]:
    """The names with something under them: of an object, or of all objects of a list."""
    holders = value if type(value) is list else [value]
    found: list[str] = []
    for holder in holders:
        if type(holder) is not dict:
            reject(f"{path} is {type_name(holder)}, and no object", path)
        found += [name for name, held in holder.items() if held not in (None, "", [], {})]
    return found


def or_absent(
    get: Getter,
    fall: Getter | None,
    absent: Verdictless | None,
    missing: str,
    path: str,
    *,
    optional: bool,
) -> Getter:
    """The same with an end for absence: the fallback, None where it is optional, or Stopped."""
    if fall is None and optional:
        return get

    def read(s: Scope) -> Any:
        value = get(s)
        if value is not None:
            return value
        if fall is not None and (value := fall(s)) is not None:
            return value
        if optional:
            return None
        if absent is None:
            reject(missing, path)
        raise Stopped(absent.reason, path=path, rejected=absent.rejected)

    return read
