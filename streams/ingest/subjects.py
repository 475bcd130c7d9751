"""The person that a record is about, as a pseudonym: the one place that sees personal values.

    subject = {from = "root.identifier", kind = "email", require = {"root.identifierType" = "Email"}}

Several entries are several keys of one person. The first that is there is the record's own.
A guard (`require`) that does not hold passes an entry over; without any entry left the item is
rejected. A value that is none of its kind rejects: another key would be a guess.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from streams.ingest.conditions import Condition, read_condition, read_path
from streams.ingest.paths import SourcePath
from streams.policy_file.places import PolicyPlace, Problems, suggestion
from streams.wire.pseudonym import Pseudonymiser, ValueKind

SUBJECT_ID: Final = "subject-id"
"""The value is a pseudonym already, made by the producer as docs/events.md says."""
KINDS: Final = [*(kind.value for kind in ValueKind), SUBJECT_ID]
_KEYS: Final = ["from", "kind", "require"]


class PseudonymKey:
    """The secret key, and what is derived with it. Its text never shows."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._pseudonyms = Pseudonymiser(key)

    def of(self, kind: ValueKind, value: str) -> str:
        """The pseudonym of a value. Raises NotNormalisable, and ValueError for half characters."""
        return self._pseudonyms.of(kind, value)

    def of_kind(self, kind: ValueKind) -> Callable[[str], str]:
        """A function that is `of` for values of one kind."""
        return self._pseudonyms.of_kind(kind)

    def digest(self, content: bytes) -> str:
        """A keyed digest of a record: an id for sources that have none of their own.

        Keyed, since a record of few known values could be found by trying.
        """
        return hmac.digest(self._key, b"consentry:record\0" + content, "sha256").hex()[:40]

    def __repr__(self) -> str:
        return "PseudonymKey(...)"


@dataclass(frozen=True)
class SubjectRule:
    """One entry of `subject`."""

    path: SourcePath
    kind: str
    require: Condition | None

    @property
    def paths(self) -> tuple[SourcePath, ...]:
        """What it reads."""
        return (self.path, *(self.require.paths if self.require else ()))


def read_subjects(raw: object, place: PolicyPlace, problems: Problems) -> tuple[SubjectRule, ...]:
    """The entries of `subject`; a single one needs no list."""
    listed = raw if isinstance(raw, list) else [raw]
    if raw is None or not listed:
        problems.add(place, 'subject is missing: who the event is about, as {from = "root.email", '
                     'kind = "email"}')  # fmt: skip
        return ()
    found = [
        _entry(one, place.child(n) if isinstance(raw, list) else place, problems)
        for n, one in enumerate(listed)
    ]
    return tuple(one for one in found if one is not None)


def _entry(raw: Any, place: PolicyPlace, problems: Problems) -> SubjectRule | None:
    if not isinstance(raw, Mapping):
        problems.add(place, 'allowed: {from = "root.email", kind = "email"}')
        return None
    for name in raw:
        if name not in _KEYS:
            problems.add(place.child(name), f"there is no such key{suggestion(name, _KEYS)}")
    path = read_path(raw.get("from"), place.child("from"), problems)
    kind = raw.get("kind")
    if kind not in KINDS:
        problems.add(place.child("kind"), f"allowed: one of {', '.join(KINDS)}",
                     *(() if kind is None else (kind,)))  # fmt: skip
        return None
    require = read_condition(raw.get("require"), place.child("require"), problems)
    if path is None or (require is None and "require" in raw):
        return None
    return SubjectRule(path, str(kind), require)


def absent_words(rules: Sequence[SubjectRule]) -> str:
    """Why no entry applied, in words."""
    if len(rules) == 1 and rules[0].require is not None:
        tests = ", ".join(path.text for path in rules[0].require.paths)
        return f"subject: {rules[0].path.text} is absent, or {tests} is not as required"
    paths = ", ".join(dict.fromkeys(rule.path.text for rule in rules))
    guards = dict.fromkeys(
        path.text for rule in rules if rule.require for path in rule.require.paths
    )
    as_required = f", with {', '.join(guards)} as required" if guards else ""
    return f"subject: nothing usable at {paths}{as_required}"
