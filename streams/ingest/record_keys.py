"""The keys of the person in a record: its own first, and the others that say who it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from streams.ingest.identities import Identities
from streams.ingest.outcomes import Stopped
from streams.ingest.paths import Getter, Scope
from streams.ingest.subjects import PseudonymKey, SubjectRule, absent_words

Keys = tuple[tuple[str, ...], Sequence[Stopped]]
KeysReader = Callable[[Scope, bool], Keys]
"""From the scope, and whether it is a negative signal, to the record's keys, its own first, and
what is wrong with others of a negative signal. Raises Stopped where there is no key."""


def keys_reader(
    rules: Sequence[SubjectRule], key: PseudonymKey, identities: Identities
) -> KeysReader:
    """The function of all entries of `subject`."""
    getters = tuple(subject.getter(key) for subject in rules)
    missing = absent_words(rules)
    path = rules[0].path.text

    def read(s: Scope, negative: bool) -> Keys:  # noqa: FBT001 - called for each event
        if negative:
            keys, faults = _every(getters, s)
        else:
            keys, faults = _own(getters, s, only_first=not identities), ()
        if not keys:
            raise faults[0] if faults else Stopped(missing, path=path, rejected=True)
        return tuple(keys), faults

    return read


def _own(getters: Sequence[Getter], s: Scope, *, only_first: bool) -> list[str]:
    """The record's own key, which must be sound; others where they may say who it is."""
    keys: list[str] = []
    for getter in getters:
        try:
            found = getter(s)
        except Stopped:
            if not keys:
                raise
            continue
        if found is not None:
            keys.append(found)
            if only_first:
                break
    return keys


def _every(getters: Sequence[Getter], s: Scope) -> tuple[list[str], Sequence[Stopped]]:
    """A "no" reaches the keys that can be read, also where another is broken."""
    keys: dict[str, None] = {}
    faults: list[Stopped] = []
    for getter in getters:
        try:
            found = getter(s)
        except Stopped as fault:
            faults.append(fault)
            continue
        if found is not None:
            keys[found] = None
    return list(keys), faults
