"""What was measured, as JSON lines: a head, then a line for each figure as it came, an end.

One file is one run: one machine, one commit, one broker. Nothing is computed here but what
was counted; ratios are made of it by the report.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec

FOLDER = Path(__file__).parent / "results"

Kind = Literal["head", "figure", "fault", "end"]


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line. `section` and `who` say what it is about, `round` counts from 1.

    A figure has `values` by name, the unit in the name. A fault says in `what` why there
    is none. The head has facts about machine and versions.
    """

    kind: Kind
    section: str = ""
    who: str = ""
    round: int = 0
    what: str = ""
    values: dict[str, Any] = {}


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was read."""

    name: str
    lines: list[Line]
    apart: list[Run] = []
    """Runs of single sections that this one lacks; their figures are among its lines."""

    @property
    def head(self) -> dict[str, Any]:
        """Facts about the run."""
        return next((line.values for line in self.lines if line.kind == "head"), {})

    @property
    def end(self) -> dict[str, Any] | None:
        """What held at the end, None when the run was cut off."""
        return next((line.values for line in self.lines if line.kind == "end"), None)

    def figures(self, section: str, who: str = "") -> list[Line]:
        """The figures of a section, of one contestant where it is named, in rounds."""
        found = (
            line
            for line in self.lines
            if line.kind == "figure" and line.section == section and who in ("", line.who)
        )
        return sorted(found, key=lambda line: line.round)

    def sections(self) -> set[str]:
        """The sections of which there are figures."""
        return {line.section for line in self.lines if line.kind == "figure"}

    def faults(self) -> list[Line]:
        """What failed or was left out."""
        return [line for line in self.lines if line.kind == "fault"]


def read(file: Path) -> Run:
    """Read a run. Raises ValueError, with file and line, for what is none."""
    lines = []
    for number, text in enumerate(file.read_bytes().splitlines(), 1):
        try:
            lines.append(msgspec.json.decode(text, type=Line))
        except msgspec.DecodeError as error:
            raise ValueError(f"{file}, line {number}: {error}") from None
    if not lines or lines[0].kind != "head":
        raise ValueError(f"{file}: the first line is no head, so this is no run of the bench")
    return Run(name=file.stem, lines=lines)
