"""A map, ready for records: `Mapping.apply` is what every stage in front of Consentry calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Headers
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, Final

from streams.ingest.building import Build, compile_rule
from streams.ingest.conditions import Check
from streams.ingest.decoders import canonical_json, read_form, read_json_value
from streams.ingest.embedded import TcfRule, with_json, with_literal, with_vendors
from streams.ingest.fan_out import AbsentListError, walk
from streams.ingest.identities import Identities
from streams.ingest.outcomes import IgnoredItem, Outcome, RejectedItem, Stopped, reject
from streams.ingest.paths import (
    DOUBT,
    ITEM,
    NAME,
    NUMBER,
    OUTER,
    ROOT,
    FanOut,
    Scope,
    SourcePath,
)
from streams.ingest.rules import EventRule
from streams.ingest.subjects import PseudonymKey
from streams.ingest.words import Verdictless

MAX_ITEMS: Final = 100_000
"""Items of one record; more is no event but a file."""


class InputFormat(StrEnum):
    """What the bytes of a record are; `value`: they were decoded elsewhere."""

    JSON = "json"
    FORM = "form"
    VALUE = "value"


@dataclass(frozen=True)
class MapSpec:
    """A map as it was read from its file, not yet bound to a key."""

    name: str
    title: str
    format: InputFormat
    controller_id: str | None
    root: SourcePath | None
    embedded: tuple[SourcePath, ...]
    literals: tuple[SourcePath, ...]
    tcf: TcfRule | None
    checks: tuple[Check, ...]
    rules: tuple[EventRule, ...]

    def groups(self) -> dict[str, list[EventRule]]:
        """The rules by what they go through: those of the same items stand together."""
        found: dict[str, list[EventRule]] = {}
        for rule in self.rules:
            found.setdefault("" if rule.each is None else rule.each.text, []).append(rule)
        return found


_Claim = tuple[str, Callable[[Scope], bool] | None, tuple[Callable[[Scope], None], ...], Build]


class Mapping:
    """A map bound to a pseudonym key and an identity table. Stateless; one for all threads."""

    def __init__(
        self, spec: MapSpec, key: PseudonymKey, identities: Identities | None = None
    ) -> None:
        self.spec = spec
        self.name = spec.name
        self._key = key
        known = Identities() if identities is None else identities
        constants = {"source_system": spec.name}
        if spec.controller_id is not None:
            constants["controller_id"] = spec.controller_id
        self._root = None if spec.root is None else spec.root.getter()
        self._record_checks = tuple(c.run for c in spec.checks if not c.of_item)
        item_checks = tuple(c.run for c in spec.checks if c.of_item)
        self._groups = tuple(
            (
                rules[0].each,
                next((rule.absent for rule in rules if rule.absent is not None), None),
                tuple(
                    (
                        rule.name,
                        None if rule.when is None else rule.when.test,
                        tuple(check.run for check in rule.checks),
                        compile_rule(rule, constants, key, known),
                    )
                    for rule in rules
                ),
                item_checks,
                _takes(rules),
            )
            for rules in spec.groups().values()
        )
        self._decode: Callable[[bytes], Any] = (
            read_form if spec.format is InputFormat.FORM else read_json_value
        )

    def apply(self, record: Any, headers: Headers[str, str] | None = None) -> list[Outcome]:
        """What becomes of a record: at least one outcome. Never raises for any record.

        `record` is its bytes, in the format of the map, or a value that was decoded: made of
        dict, list, str, int, float, bool, None (and datetime with a zone, as Avro has). `headers`
        are looked up without regard to case.
        """
        out: list[Outcome] = []
        try:
            scope = self.scope(record, headers)
            for check in self._record_checks:
                check(scope)
            for each, absent, claims, checks, takes in self._groups:
                if takes is not None and not takes(scope):
                    continue
                if each is None:
                    _item(scope, claims, checks, out)
                else:
                    _items(scope, each, absent, claims, checks, out)
        except Stopped as stop:
            out.append(stop.outcome(None, None))
        if not out:
            out.append(RejectedItem("no entry [[event]] of the map takes this record"))
        return out

    def scope(self, record: Any, headers: Headers[str, str] | None = None) -> Scope:
        """What paths are said from, before any item. Raises Stopped for what is no record."""
        top = self._top(record)
        names = {} if not headers else {k.lower(): v for k, v in headers.items()}
        digest = partial(self._digest, record)
        scope: Scope = [top, top, top, None, None, None, names, digest, {}, None]
        if self._root is not None:
            root = self._root(scope)
            if root is None:
                assert self.spec.root is not None
                reject(f"root: {self.spec.root.text} is absent", self.spec.root.text)
            scope[ROOT] = scope[ITEM] = root
        return scope

    def _top(self, record: Any) -> Any:
        if type(record) is bytes:
            if self.spec.format is InputFormat.VALUE:
                reject("the record was not decoded: the map's format is value")
            record = self._decode(record)
        elif record is None:
            reject("the record is a tombstone: it has no value")
        for path in self.spec.embedded:
            record = with_json(record, path)
        for path in self.spec.literals:
            record = with_literal(record, path)
        return record if self.spec.tcf is None else with_vendors(record, self.spec.tcf)

    def _digest(self, record: Any) -> str:
        return self._key.digest(record if type(record) is bytes else canonical_json(record))


def _items(
    scope: Scope,
    each: FanOut,
    absent: Verdictless | None,
    claims: Sequence[_Claim],
    checks: Sequence[Callable[[Scope], None]],
    out: list[Outcome],
) -> None:
    root = scope[ITEM]
    before = len(out)
    try:
        for number, _ in enumerate(walk(scope, each.getters)):
            if number >= MAX_ITEMS:
                reject(f"{each.text} has more than {MAX_ITEMS} items")
            _item(scope, claims, checks, out)
    except AbsentListError as missing:
        if absent is not None:
            stop = Stopped(absent.reason, path=missing.path, rejected=absent.rejected)
        else:
            stop = Stopped(f"{missing.path} is {missing.found}", path=missing.path,
                           rejected=True)  # fmt: skip
        out.append(stop.outcome(None, scope[NUMBER]))
    finally:
        scope[ITEM], scope[NAME], scope[NUMBER], scope[OUTER] = root, None, None, None
    if len(out) == before:
        out.append(IgnoredItem(f"nothing stands in {each.text}"))


def _item(
    scope: Scope,
    claims: Sequence[_Claim],
    checks: Sequence[Callable[[Scope], None]],
    out: list[Outcome],
) -> None:
    claimed = False
    doubt = scope[DOUBT]
    try:
        for check in checks:
            check(scope)
        for name, when, own_checks, build in claims:
            if when is None or when(scope):
                claimed = True
                _run(scope, name, own_checks, build, out)
        if not claimed:
            reject("no entry [[event]] of the map takes this item")
    except Stopped as stop:
        out.append(stop.outcome(None, scope[NUMBER]))
    scope[DOUBT] = doubt


def _run(
    scope: Scope,
    name: str,
    checks: Sequence[Callable[[Scope], None]],
    build: Build,
    out: list[Outcome],
) -> None:
    """One rule on one item."""
    doubt = scope[DOUBT]
    try:
        for check in checks:
            check(scope)
        build(scope, out)
    except Stopped as stop:
        out.append(stop.outcome(name, scope[NUMBER]))
    scope[DOUBT] = doubt


def _takes(rules: Sequence[EventRule]) -> Callable[[Scope], bool] | None:
    """Whether rules of the same items take a record at all; None: that is for its items to say.

    A record that no rule takes is rejected, but not once for each group of rules.
    """
    conditions = [rule.when for rule in rules]
    if any(
        one is None or (rules[0].each is not None and any(path.of_item for path in one.paths))
        for one in conditions
    ):
        return None
    tests = [one.test for one in conditions if one is not None]
    return lambda s: any(test(s) for test in tests)
