"""Tables, bars and live pictures: rich, on a console that takes every text letter by letter.

Rich reads `[red]` as a style, `:bell:` as a picture, and passes control characters on.
A console made here does none of this: strings are shown as they are, escaped by `safe`.
Styles are given beside a text (`words`, `line`), never inside it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.live import Live
from rich.padding import Padding
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

from streams.safe_text import safe
from streams.terminal.out import ReaderGoneError, watch_output

__all__ = [
    "Group",
    "Hanging",
    "Live",
    "RenderableType",
    "SafeConsole",
    "Text",
    "line",
    "lines",
    "live",
    "progress",
    "screen",
    "words",
]


class SafeConsole(Console):
    """A rich console without markup, emoji codes and highlighting, and without controls."""

    def render_str(self, text: str, **options: Any) -> Text:
        """A string as a text: letter by letter."""
        return Text(
            safe(text),
            style=options.get("style", ""),
            justify=options.get("justify"),
            overflow=options.get("overflow"),
        )

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """As rich does, and a last look at what a Text of somebody else's making holds."""
        for segment in super().render(renderable, options):
            text = segment.text
            if segment.control or (text.isascii() and text.isprintable()) or text == "\n":
                yield segment
            else:
                shown = "\n".join(map(safe, text.split("\n")))
                yield segment if shown == text else Segment(shown, segment.style)

    def __exit__(self, *raised: object) -> None:
        """Rich writes here what it has gathered."""
        with suppress(OSError) if self.stderr else watch_output():
            super().__exit__(*raised)

    def on_broken_pipe(self) -> None:
        """Say that the reader has gone, as every other output does."""
        raise ReaderGoneError


def screen(
    *, err: bool = False, file: IO[str] | None = None, width: int | None = None
) -> SafeConsole:
    """A console on standard output, standard error or a file.

    Colours stay out where NO_COLOR is set or nobody looks; rich asks the environment.
    """
    return SafeConsole(
        stderr=err, file=file, width=width, markup=False, emoji=False, highlight=False
    )


def words(text: object, style: str | Style = "") -> Text:
    """One text in one style, in one line."""
    return Text(safe(text), style=style)


def line(*parts: str | tuple[object, str]) -> Text:
    """One line of several parts: a text, or a text and its style."""
    made = Text()
    for part in parts:
        text, style = (part, "") if isinstance(part, str) else part
        made.append(safe(text), style=style or None)
    return made


def lines(*parts: object) -> Text:
    """Several lines in one cell; none of them can begin another."""
    return Text("\n".join(map(safe, parts)))


class Hanging:
    """A line that goes on indented where it is too long, so that no part looks like another."""

    def __init__(self, text: Text, indent: int = 4) -> None:
        self._text = text
        self._indent = indent

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Wrapped at blanks where there are some, else anywhere."""
        if self._text.cell_len <= options.max_width:
            yield self._text
            return
        width = max(1, options.max_width - self._indent)
        for number, part in enumerate(self._text.wrap(console, width, overflow="fold")):
            yield Padding(part, (0, 0, 0, self._indent)) if number else part


@contextmanager
def live(console: SafeConsole, first: RenderableType) -> Iterator[Live]:
    """A picture over the whole terminal that is drawn again by `update`."""
    with Live(first, console=console, screen=True, auto_refresh=False) as picture:
        yield picture


@contextmanager
def progress(what: str, total: int | None, *, unit: str) -> Iterator[Callable[..., None]]:
    """A bar on standard error; yields a function of what is done and, if known now, the total.

    `unit` is count, bytes or percent.
    """
    console = screen(err=True)
    numbers: dict[str, ProgressColumn] = {
        "count": MofNCompleteColumn(),
        "bytes": DownloadColumn(),
        "percent": TaskProgressColumn(),
    }
    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        numbers[unit],
        TimeRemainingColumn(compact=True),
        console=console,
        transient=True,
        disable=not console.is_terminal,
        # Rich would send what is printed meanwhile to standard error, out of the pipe.
        redirect_stdout=sys.stdout.isatty(),
    ) as bar:
        task = bar.add_task(safe(what), total=total)

        def done(count: int, end: int | None = None, /) -> None:
            bar.update(task, completed=count, total=end)

        yield done
