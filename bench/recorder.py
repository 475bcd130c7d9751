"""Writes the results of a run while it goes on, as the lines of `bench/results.py`."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import msgspec

from bench import machine
from bench.results import Line


class Recorder:
    """Writes a run as it goes, so that a run that is cut off keeps what it has."""

    def __init__(self, file: Path, facts: dict[str, Any]) -> None:
        self.file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        self._began = time.monotonic()
        file.write_bytes(b"")
        self._write(Line(kind="head", values=machine.facts() | facts))

    def figure(self, section: str, who: str, round_: int, values: dict[str, Any]) -> None:
        """Something was measured."""
        kept = {name: _short(value) for name, value in values.items()}
        self._write(Line(kind="figure", section=section, who=who, round=round_, values=kept))

    def fault(self, section: str, who: str, what: str, round_: int = 0) -> None:
        """Something failed, or was left out."""
        self._write(Line(kind="fault", section=section, who=who, round=round_, what=what))

    def end(self) -> None:
        """The run is whole."""
        values = {
            "ended_at": machine.now(),
            "seconds": round(time.monotonic() - self._began, 1),
            "load_average": list(os.getloadavg()),
        }
        self._write(Line(kind="end", values=values))

    def _write(self, line: Line) -> None:
        with self.file.open("ab") as file:
            file.write(msgspec.json.encode(line) + b"\n")


def _short(value: Any) -> Any:
    """Six digits that count: more would be noise."""
    return float(f"{value:.6g}") if isinstance(value, float) else value
