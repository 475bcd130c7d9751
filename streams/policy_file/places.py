"""Where something stands in a file, and everything that is wrong, gathered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from difflib import get_close_matches
from typing import Any

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class PolicyProblem:
    """One thing that is wrong: where, what stands there, and what is allowed."""

    file: str
    line: int | None
    key: str
    value: str | None
    allowed: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        name = f"{where}: {self.key}" if self.key else where
        is_value = "" if self.value is None else f" is {self.value}"
        return f"{name}{is_value}: {self.allowed}"


@dataclass
class Problems:
    """All problems of a policy file and its registers, in the order they were met."""

    found: list[PolicyProblem] = field(default_factory=list)

    def add(self, place: PolicyPlace, allowed: str, *value: object) -> None:
        """Note a problem; the value is left out where it would say nothing."""
        shown = _shown(value[0]) if value else None
        self.found.append(PolicyProblem(place.file, place.line, place.key, shown, allowed))


@dataclass(frozen=True)
class PolicyPlace:
    """A key of a file. `lines` knows the lines of keys; `fixed_line` holds for all."""

    file: str
    path: Path = ()
    lines: Mapping[Path, int] = field(default_factory=dict)
    fixed_line: int | None = None

    def child(self, name: str | int) -> PolicyPlace:
        """A key (or the element of a list) below this one."""
        return PolicyPlace(self.file, (*self.path, name), self.lines, self.fixed_line)

    @property
    def key(self) -> str:
        """The dotted key; elements of a list are counted from 1."""
        shown = ""
        for part in self.path:
            shown += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
        return shown.removeprefix(".")

    @property
    def line(self) -> int | None:
        """The line of the key, or of what it stands in."""
        if self.fixed_line is not None:
            return self.fixed_line
        for length in range(len(self.path), 0, -1):
            if (line := self.lines.get(self.path[:length])) is not None:
                return line
        return None


def suggestion(name: str, known: list[str]) -> str:
    """`; did you mean ...?` where a known name is near."""
    near = get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _shown(value: Any) -> str:
    """A value as the file might write it, cut to a length that fits a line."""
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, datetime | date | time):
        text = value.isoformat()
    elif isinstance(value, str):
        text = f'"{value}"'
    else:
        text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
