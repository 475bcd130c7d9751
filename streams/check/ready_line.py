"""A finding or duty as the line that reports it, made by the process that found it.

A report of lines is most of what is left to do when all is judged. Who only gathers what others
found needs their order and their weight, and not what they say.
"""

from __future__ import annotations

import msgspec

from streams.check.spool import Key
from streams.core.vocabulary import Severity


class ReadyLine(msgspec.Struct, frozen=True, gc=False):
    """A line with its end, its place in the report, and what it is counted as there.

    `severity` is None for a duty that is no longer open.
    """

    key: Key
    severity: Severity | None
    line: bytes


def key_of(one: ReadyLine) -> Key:
    """Its place in the report."""
    return one.key
