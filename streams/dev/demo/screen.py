"""What the demo shows: steps, findings as they change, the score. Lines where no terminal is."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from streams.core.findings import Finding
from streams.dev.board import Board, Change, plain_line

if TYPE_CHECKING:
    from streams.dev.scoring import Score
    from streams.terminal.console import Live, RenderableType
    from streams.terminal.console import SafeConsole as Console

_REFRESH_S = 0.2
_CODE_WIDTH = 55
"""Room for the longest code and its counts."""


class Screen:
    """The demo's output: a live table on a terminal, plain lines elsewhere."""

    def __init__(self) -> None:
        from streams.terminal.console import screen

        self.console: Console = screen()
        self.board = Board()
        self._live: Live | None = None
        self._shown_at = 0.0
        self._began = time.monotonic()
        self.playing = ""
        """What is going on, above the table."""
        self.all_sent = False

    def say(self, text: str) -> None:
        """One line that stays."""
        # Never wrapped: in a pipe a line is a line.
        self.console.print(text, soft_wrap=True)

    def say_in_pipe(self, text: str) -> None:
        """One line where there is no live picture that shows it."""
        if not self.console.is_terminal:
            self.say(text)

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Say what is being done, and how long it took."""
        began = time.monotonic()
        if self.console.is_terminal:
            from streams.terminal.console import words

            with self.console.status(words(what)):
                yield
        else:
            self.say(f"{what} ...")
            yield
        self.say(f"{what}: {time.monotonic() - began:.1f} s")

    @contextmanager
    def live(self) -> Iterator[None]:
        """Show findings as they change, for as long as the block lasts."""
        if not self.console.is_terminal:
            yield
            return
        from streams.terminal.console import live

        with live(self.console, self._picture()) as picture:
            self._live = picture
            try:
                yield
            finally:
                self._live = None

    def take(self, finding: Finding) -> None:
        """Show a revision of a finding, if it says something new."""
        change: Change | None = self.board.take(finding)
        if change is not None and not self.console.is_terminal:
            self.say(plain_line(change))

    def refresh(self) -> None:
        """Draw the live picture again; cheap to call often."""
        now = time.monotonic()
        if self._live is not None and now - self._shown_at >= _REFRESH_S:
            self._shown_at = now
            self._live.update(self._picture(), refresh=True)

    def _picture(self) -> RenderableType:
        from streams.terminal.console import Group, words

        return Group(
            words(self.playing, "bold"),
            self.board.summary(),
            words(""),
            self.board.table(max(3, self.console.height - 4), self.console.width),
        )

    def result(self, score: Score, *, seconds: float) -> None:
        """The findings of the end, and the score by code."""
        self.say("")
        self.console.print(self.board.summary())
        self.console.print(_score_table(score, columns=max(1, self.console.width // _CODE_WIDTH)))
        if score.full:
            verdict = (
                f"full score: {score.right} of {score.expected} findings and duties, none extra"
            )
        else:
            verdict = (
                f"NOT the full score: {score.right} of {score.expected} found, "
                f"{len(score.missing)} missing, {len(score.extra)} extra"
            )
            for name, those in (("missing", score.missing), ("extra", score.extra)):
                for subject, event, code, recipient in those[:10]:
                    self.say(f"  {name}: {code} on {event} of {subject[:9]} {recipient}")
        self.say(f"{verdict} ({seconds:.0f} s)")
        self.say("Findings are indications for review, not legal determinations.")
        sys.stdout.flush()


def _score_table(score: Score, *, columns: int) -> RenderableType:
    """All codes, found and expected, in `columns` side by side; what is wrong is marked."""
    from rich.table import Table

    from streams.terminal.console import words

    table = Table(box=None, padding=(0, 1), header_style="bold")
    for _ in range(columns):
        table.add_column("code")
        table.add_column("found", justify="right")
        table.add_column("of", justify="right")
        table.add_column("")
    cells: list[tuple[RenderableType, ...]] = []
    for code, counts in score.by_code.items():
        wrong = counts.missing or counts.extra
        mark = (
            words(f"{counts.missing} missing, {counts.extra} extra", "red")
            if wrong
            else words("✓", "green")
        )
        right = str(counts.expected - counts.missing)
        cells.append((code, right, str(counts.expected), mark))
    height = -(-len(cells) // columns)
    cells += [("", "", "", "")] * (height * columns - len(cells))
    for row in range(height):
        table.add_row(*(cell for column in range(columns) for cell in cells[column * height + row]))
    return table
