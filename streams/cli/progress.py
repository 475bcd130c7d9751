"""A progress bar on standard error, for people only: a pipe or a log never sees it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Done(Protocol):
    """Says how much is done, and the total where it became known only now."""

    def __call__(self, count: int, end: int | None = None, /) -> None:
        """Move the bar."""
        ...


@contextmanager
def progress_bar(
    what: str, total: int | None, *, unit: str = "count", shown: bool = True
) -> Iterator[Done]:
    """Show how far long work is; yields a function that takes how much is done.

    `total` None: the end is not known, and the bar only moves. `unit` is count, bytes or
    percent. On a standard error that is no terminal nothing is shown.
    """
    import sys

    if not shown or not sys.stderr.isatty():
        yield _nothing
        return
    from streams.terminal.console import progress

    with progress(what, total, unit=unit) as done:
        yield done


def _nothing(_count: int, _end: int | None = None, /) -> None:
    """Nobody looks."""
