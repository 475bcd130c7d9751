"""State on disk, restoring, and memory under pressure: scripts of their own, called here.

Each is a module of `bench` that takes `--results FILE` (and `--short`) and writes a line of
JSON a figure there: `{"who": ..., "values": {...}}`. One that is not there is said to be
missing; one that fails ends alone.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import msgspec

from bench.process import Command, Running
from bench.sections.section import Bench, Section

LOOK_EVERY_S: Final = 0.2
LIMITS_S: Final = {"state": 420, "restore": 240, "memory": 180}


class StoreReport(msgspec.Struct, frozen=True):
    """A line of a script. `round` counts from 1."""

    who: str
    values: dict[str, Any]
    round: int = 1


def arguments(name: str) -> list[str]:
    """What starts a script."""
    return [sys.executable, "-m", f"bench.{name}"]


def script(name: str) -> Callable[[Bench], None]:
    """What runs the script of that name."""

    def run(bench: Bench) -> None:
        if find_spec(f"bench.{name}") is None:
            bench.fault(name, "", f"there is no script bench/{name}.py in this version")
            return
        file = bench.folder / f"{name}.jsonl"
        command = [*arguments(name), "--results", str(file)]
        if bench.short:
            command.append("--short")
        with Running(Command(command), bench.folder / f"{name}.log") as program:
            if problem := _wait(program, LIMITS_S[name]):
                bench.fault(name, "", problem)
        for line in _lines(file):
            bench.record.figure(name, line.who, line.round, line.values)
            bench.say(f"{name}  {line.who}: {line.values}")

    return run


def _wait(program: Running, limit_s: float) -> str | None:
    """What went wrong, None when it ended well."""
    deadline = time.monotonic() + limit_s
    while (status := program.ended) is None:
        if time.monotonic() > deadline:
            return f"it took longer than {limit_s:.0f} s: {program.tail()}"
        time.sleep(LOOK_EVERY_S)
    return None if status == 0 else f"exit status {status}: {program.tail()}"


def _lines(file: Path) -> list[StoreReport]:
    """What a script wrote, up to the first line that is not whole."""
    found = []
    for text in file.read_bytes().splitlines() if file.exists() else []:
        try:
            found.append(msgspec.json.decode(text, type=StoreReport))
        except msgspec.DecodeError:
            break
    return found


SECTIONS: Final = (
    Section("state", "cost of an event with many subjects on disk", script("state"), 440),
    Section("restore", "restoring after a restart", script("restore"), 260),
    Section("memory", "memory with a slow broker and a huge poll", script("memory"), 200),
)
