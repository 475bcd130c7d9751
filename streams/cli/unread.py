"""What of the inputs was not read: on standard error, and in the exit code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from streams.terminal.out import say

if TYPE_CHECKING:
    from streams.files.find import PassedOver
    from streams.files.records import Unread

AllowUnread = Annotated[
    bool,
    typer.Option(
        "--allow-unread",
        help="Do not exit with 2 where a file, or the rest of one, was not read.",
    ),
]

EXIT_UNREAD = 2
"""Something was not read: what was found is no answer about all of the input."""

_SHOWN = 50


def report_unread(unread: Iterable[Unread], passed_over: Iterable[PassedOver]) -> int:
    """Name what was not read, with the reason, and count it. Returns how many may hold events."""
    lines = []
    count = passed = 0
    for over in passed_over:
        count += over.unread
        lines.append(f"{over.file}: passed over: {over.reason}")
    passed = len(lines)
    for one in unread:
        count += 1
        place = f":{one.number}: rest of the file unread" if one.number else ": not read"
        lines.append(f"{one.file}{place}: {one.reason}")
    for line in lines[:_SHOWN]:
        say(line, err=True)
    if len(lines) > _SHOWN:
        say(f"... and {len(lines) - _SHOWN} more files", err=True)
    if passed:
        files = (
            "1 file of the folders was" if passed == 1 else f"{passed} files of the folders were"
        )
        say(f"{files} passed over", err=True)
    if count:
        files = "1 file was" if count == 1 else f"{count} files were"
        say(f"{files} not read, wholly or in part", err=True)
    return count
