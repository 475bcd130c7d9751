"""A progress bar on standard error, for people only: a pipe or a log never sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(what: str, total: int | None, unit: str = "") -> Iterator[Callable[[int], None]]:
    """Show how far long work is; yields a function that is told how much is done.

    `total` None: the end is not known, and a spinner with the count is shown. On a
    standard error that is no terminal nothing is shown.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (
        (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        if total is not None
        else (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn())
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task(f"{what} {unit}".strip(), total=total)

        def done(count: int) -> None:
            progress.update(task, completed=count)

        yield done
