"""A flame graph as SVG from the stacks that py-spy saw of a worker.

    py-spy record --native --threads --format raw --output stacks.txt --duration 10 --pid PID
    python -m bench.flame stacks.txt docs/images/flame.svg

Frames of mypyc's C code are named as their Python functions; other native frames, and what
stands below the agent and the threads' loops, are left out. A box is as wide as its share
of the samples; boxes under 0.4 % are not drawn. py-spy is in no lock file: pip install py-spy.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Final

WIDTH: Final = 1200
ROW: Final = 17
LEAST: Final = 0.004
COLOURS: Final = {"core": "#e8a33d", "wire": "#d9674e", "agents": "#7aa95c", "transport": "#5b8db8",
                  "clients": "#a88fc2", "waiting": "#c9c9c9"}  # fmt: skip
_COMPILED = re.compile(r"CPyDef_(\w+?)___(\w+)")
_PYTHON = re.compile(r"(.+) \((.+?)(?::\d+)?\)")
_SKIPPED = ("runpy", "typer", "asyncio/runners", "streams/cli", "<string>", "threading.py",
            "mode/threads", "faust/agents", "mode/services", "asyncio/base_events", "importlib")  # fmt: skip
_WAITING = ("epoll", "cond_timedwait", "select_epoll", "futex")
_CORE = ("subject", "timeline", "judge", "revise", "affected", "deadlines", "signals", "identifiers", "assess",
         "capture", "coverage", "duties", "message_basis", "message_extras", "share_basis",
         "share_extras", "share_roles", "soft_opt_in")  # fmt: skip


class Box:
    """A function, called from the one below."""

    def __init__(self, name: str, part: str) -> None:
        self.name = name
        self.part = part
        self.samples = 0
        self.above: dict[str, Box] = {}


def frames(stack: Iterable[str]) -> list[tuple[str, str]]:
    """Name and part of the project of each frame that is shown, outermost first."""
    found: list[tuple[str, str]] = []
    for frame in stack:
        name, part = _named(frame)
        if name and (not found or found[-1][0] != name):
            found.append((name, part))
    return found


def _named(frame: str) -> tuple[str, str]:
    if any(word in frame for word in _WAITING):
        return "waiting", "waiting"
    if "gc_collect_main" in frame:
        return "looking for cycles", "clients"
    compiled = _COMPILED.match(frame)
    if compiled:
        module, function = compiled[1], compiled[2].replace("___", ".")
        part = "core" if module in _CORE else "wire"
        return f"{module}: {function}", part
    python = _PYTHON.fullmatch(frame)
    if python is None or not python[2].endswith(".py"):
        return "", ""
    place = python[2]
    if any(word in place for word in _SKIPPED):
        return "", ""
    part = next((one for one in ("core", "wire", "agents", "transport") if f"streams/{one}/" in place),
                "clients")  # fmt: skip
    return python[1], part


def read(stacks: Path) -> Box:
    """The samples of all threads, those at rest left out."""
    root = Box("all that works", "clients")
    for line in stacks.read_text("utf-8").splitlines():
        stack, _, count = line.rpartition(" ")
        shown = frames(stack.split(";"))
        if shown and shown[-1][1] == "waiting":
            continue
        root.samples += int(count)
        box = root
        for name, part in shown:
            box = box.above.setdefault(name, Box(name, part))
            box.samples += int(count)
    return root


def drawn(root: Box) -> str:
    """The graph, the outermost frame at the bottom."""
    depth = _depth(root, root.samples)
    parts: list[str] = []
    _draw(root, 0.0, 0, depth, root.samples, parts)
    height = (depth + 1) * ROW
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="monospace" font-size="11">\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _depth(box: Box, total: int) -> int:
    return 1 + max(
        (_depth(one, total) for one in box.above.values() if one.samples >= LEAST * total),
        default=0,
    )


def _draw(box: Box, x: float, level: int, depth: int, total: int, parts: list[str]) -> None:
    width = WIDTH * box.samples / total
    y = (depth - level) * ROW
    share = f"{100 * box.samples / total:.1f} %"
    room = int(width / 6.7)
    text = escape(box.name if len(box.name) <= room else box.name[: max(0, room - 1)] + "…")
    parts.append(
        f'<g><title>{escape(box.name)}: {share}</title><rect x="{x:.1f}" y="{y}" width="{width:.1f}" '
        f'height="{ROW - 1}" rx="1" fill="{COLOURS[box.part]}"/>'
        + (f'<text x="{x + 3:.1f}" y="{y + 12}">{text}</text>' if room > 3 else "")
        + "</g>"
    )
    for one in sorted(box.above.values(), key=lambda above: -above.samples):
        if one.samples >= LEAST * total:
            _draw(one, x, level + 1, depth, total, parts)
        x += WIDTH * one.samples / total


def main() -> None:
    """Draw one."""
    stacks, picture = map(Path, sys.argv[1:3])
    root = read(stacks)
    picture.write_text(drawn(root), "utf-8")
    print(f"{root.samples} samples")


if __name__ == "__main__":
    main()
