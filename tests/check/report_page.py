"""A result with something of everything, and its page as a program without eyes reads it."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from streams.check.result import Result, run_check
from streams.core.instants import Instant, parse_instant
from streams.files.find import InputFiles
from streams.policy_file import policy_from_text

CLOCK = parse_instant("2026-11-20T00:00:00Z")
EVIL = "<script>alert(1)</script>"


def result_of(content: bytes, tmp_path: Path, clock: Instant | None = CLOCK) -> Result:
    file = tmp_path / "events.jsonl"
    file.write_bytes(content)
    return run_check(InputFiles([str(file)]), policy_from_text(""), clock, with_timelines=True)


class Page(HTMLParser):
    """What a browser would see: tags with their attributes, and open elements."""

    VOID = frozenset({"meta", "input", "br", "line", "rect", "link", "img"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2."""

    def luminance(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
