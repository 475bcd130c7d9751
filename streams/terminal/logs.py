"""Log lines for people: what is logged can hold words of others, and stays in its line."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog

from streams.safe_text import safe

Event = MutableMapping[str, Any]


class LogHandler(logging.StreamHandler[TextIO]):
    """Writes log lines; that they cannot be written stops nothing and prints no traceback."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Let a line fall when its reader has gone or the disk is full."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


def text_renderer(*, colours: bool) -> Any:
    """Renders an event as one line of text; a traceback of ours has a line a frame."""
    console = structlog.dev.ConsoleRenderer(
        colors=colours and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb",
        pad_event_to=22,
        exception_formatter=_traceback,
    )

    def render(logger: Any, name: str, event: Event) -> str:
        return str(console(logger, name, dict(escaped(event))))

    return render


def escaped(event: Event) -> Mapping[str, Any]:
    """The event with every text in it safe, at any depth."""
    return {
        safe(name): value if name in {"exc_info", "exception", "stack"} else _escaped(value)
        for name, value in event.items()
    }


def _traceback(into: TextIO, raised: Any) -> None:
    """The plain traceback: no values of variables, which may be records, and safe lines."""
    text = "".join(traceback.format_exception(*raised)).rstrip("\n")
    into.write("".join(f"\n  {safe(line)}" for line in text.split("\n")))


def _escaped(value: Any) -> Any:
    match value:
        case str():
            return safe(value)
        case Mapping():
            return {safe(name): _escaped(one) for name, one in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_escaped(one) for one in value]
        case None | bool() | int() | float():
            return value
        case _:
            return safe(value)
