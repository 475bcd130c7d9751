"""Checks: which records and items are no events, before anything is made of them.

    [[check]]                                   # one value, all of whose words are listed
    from = "top.test"
    words = {false = "pass", true = {reject = "a test receipt"}}
    absent = "no-grant"                         # or "pass", or a reason

    [[check]]                                   # one or two values together
    when = {"root.status" = "SUBSCRIBED"}
    unless = {"root.legalBasis" = "CONSENT_WITH_NOTICE"}
    ignore = "subscribed on another basis than consent"

The first form is closed: a word that is not listed rejects, and so does absence unless the
check says otherwise. With "no-grant" a withdrawal is not lost over it, and nothing is granted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from streams.ingest.paths import SCOPES, SourcePath, parse_path, word_of
from streams.ingest.words import Verdictless, read_reason, read_words
from streams.policy_file.places import PolicyPlace, Problems, suggestion

PASS: Final = "pass"  # noqa: S105 - a word of the language of maps
NO_GRANT: Final = "no-grant"
_KEYS: Final = ["from", "words", "absent", "when", "unless", "ignore", "reject"]


@dataclass(frozen=True)
class Condition:
    """One or two tests on paths, all of which must hold: a path, and its words or presence."""

    tests: tuple[tuple[SourcePath, frozenset[str] | bool], ...]

    @property
    def paths(self) -> tuple[SourcePath, ...]:
        """What it reads."""
        return tuple(path for path, _ in self.tests)


@dataclass(frozen=True)
class ClosedCheck:
    """One value, all of whose words are listed: each passes or ends the item.

    `absent` is what absence means: it passes, passes but for grants, ends the item for a reason
    of the map, or (None) rejects.
    """

    path: SourcePath
    words: Mapping[str, Any]
    absent: Literal["pass", "no-grant"] | Verdictless | None

    @property
    def paths(self) -> tuple[SourcePath, ...]:
        """What it reads."""
        return (self.path,)


@dataclass(frozen=True)
class OpenCheck:
    """The item ends where `when` holds and `unless` does not."""

    when: Condition | None
    unless: Condition | None
    ends: Verdictless

    @property
    def paths(self) -> tuple[SourcePath, ...]:
        """What it reads."""
        return tuple(path for one in (self.when, self.unless) if one for path in one.paths)

    @property
    def words(self) -> None:
        """It lists no words of a single place."""
        return


Check = ClosedCheck | OpenCheck


def asked_of_items(check: Check) -> bool:
    """Whether a check has to be asked for each item."""
    return any(path.of_item for path in check.paths)


def read_checks(raw: object, place: PolicyPlace, problems: Problems) -> tuple[Check, ...]:
    """The checks of a map or an event, in their order."""
    if raw is None:
        return ()
    if not isinstance(raw, list):
        problems.add(place, "allowed: checks, each a table [[check]]")
        return ()
    found = [_check(one, place.child(n), problems) for n, one in enumerate(raw)]
    return tuple(one for one in found if one is not None)


def _check(raw: object, place: PolicyPlace, problems: Problems) -> Check | None:
    if not isinstance(raw, Mapping):
        problems.add(place, "allowed: a table")
        return None
    before = len(problems.found)
    for name in raw:
        if name not in _KEYS:
            problems.add(place.child(name), f"there is no such key{suggestion(name, _KEYS)}")
    closed = "from" in raw or "words" in raw
    wrong = (
        {"when", "unless", "ignore", "reject"} if closed else {"absent", "from", "words"}
    ) & set(raw)
    if wrong:
        problems.add(place, "a check has either from and words, or when, unless and a reason")
    made = (
        None
        if len(problems.found) > before
        else (_closed(raw, place, problems) if closed else _open(raw, place, problems))
    )
    return made if len(problems.found) == before else None


def _closed(raw: Mapping[str, Any], place: PolicyPlace, problems: Problems) -> Check | None:
    path = read_path(raw.get("from"), place.child("from"), problems)
    words = read_words(raw.get("words"), place.child("words"), problems, _pass)
    absent: Any = None
    if isinstance(raw.get("absent"), str) and raw["absent"] in {PASS, NO_GRANT}:
        absent = raw["absent"]
    elif "absent" in raw:
        absent = read_reason(raw["absent"], place.child("absent"), problems)
    if path is None:
        return None
    return ClosedCheck(path, words, absent)


def _pass(raw: object, place: PolicyPlace, problems: Problems) -> str | None:
    if raw == PASS:
        return PASS
    problems.add(place, 'allowed: "pass", {ignore = "reason"} or {reject = "reason"}', raw)
    return None


def _open(raw: Mapping[str, Any], place: PolicyPlace, problems: Problems) -> Check | None:
    when = read_condition(raw.get("when"), place.child("when"), problems)
    unless = read_condition(raw.get("unless"), place.child("unless"), problems)
    named = {key: raw[key] for key in ("ignore", "reject") if key in raw}
    ends = read_reason(named, place, problems)
    if ends is None:
        return None
    if when is None and unless is None:
        if "when" not in raw and "unless" not in raw:
            problems.add(place, "when or unless is missing")
        return None
    return OpenCheck(when, unless, ends)


def read_path(raw: object, place: PolicyPlace, problems: Problems) -> SourcePath | None:
    """A path, or None where it is none, and said so."""
    try:
        return parse_path(raw)
    except ValueError as error:
        problems.add(place, str(error), *(() if raw is None else (raw,)))
        return None


def read_condition(raw: object, place: PolicyPlace, problems: Problems) -> Condition | None:
    """`{"item.event" = ["open", "click"]}`: equal to one of these, or `{present = true}`."""
    if raw is None:
        return None
    if not isinstance(raw, Mapping) or not 0 < len(raw) <= 2:
        problems.add(place, 'allowed: one or two paths and their values, as {"top.type" = "x"}')
        return None
    tests: list[tuple[SourcePath, frozenset[str] | bool]] = []
    for text, wanted in raw.items():
        at = place.child(text)
        if text in SCOPES and isinstance(wanted, Mapping) and set(wanted) != {"present"}:
            problems.add(at, 'a path in a condition stands in quotes, as {"item.event" = "open"}')
            continue
        path = read_path(text, at, problems)
        test = None if path is None else _wanted(wanted, at, problems)
        if path is not None and test is not None:
            tests.append((path, test))
    return Condition(tuple(tests)) if len(tests) == len(raw) else None


def _wanted(wanted: object, place: PolicyPlace, problems: Problems) -> frozenset[str] | bool | None:
    """The words of a test, or whether the value must be there; None where it is neither."""
    if isinstance(wanted, Mapping) and set(wanted) == {"present"}:
        present = wanted["present"]
        if isinstance(present, bool):
            return present
    listed = wanted if isinstance(wanted, list) else [wanted]
    words = frozenset(word for one in listed if (word := word_of(one)) is not None)
    if not words or len(words) != len(listed):
        problems.add(place, "allowed: a text, a whole number, true, false, a list of these, or "
                     "{present = true}")  # fmt: skip
        return None
    return words
