"""A map as it was read from its file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from streams.ingest.conditions import Check
from streams.ingest.embedded import TcfRule
from streams.ingest.paths import SourcePath
from streams.ingest.rules import EventRule


class InputFormat(StrEnum):
    """What the bytes of a record are; `value`: they were decoded elsewhere."""

    JSON = "json"
    FORM = "form"
    VALUE = "value"


@dataclass(frozen=True, eq=False)
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
