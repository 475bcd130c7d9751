"""However long a list is, no more of it is in memory than was allowed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from streams.check.memory import LEAST_MIB, MIB

LINES = 10_000
"""About 16 KiB each, so that their text alone is as much as is allowed."""

ASKED = """
from contextlib import closing
from streams.ask import KeptQuestions, Questions, run, share_template
from streams.ask.stored import StateTime
from streams.check.memory import resident
from streams.core.instants import Instant
from streams.core.policy import fixed_policy
from tests.ask.test_bounded import LINES, Lines

run.gather = lambda *_: StateTime(Instant(1_790_000_000_000), None, 0)
reader = Questions(share_template("ACME", "ANALYTICS", ["EMAIL"]), "SHOP")
with closing(KeptQuestions(reader, MEMORY)) as questions:
    for one in reader.read(Lines()):
        questions.add(one)
    asked = run.ask(None, fixed_policy(), questions)
    most = resident()
    read = sum(len(one.raw) for one in questions.answers(covered=False))
    print(asked.of, read, max(most, resident()))
"""


class Lines:
    """A long file of persons, each line with many blanks."""

    def __init__(self) -> None:
        self._number = 0

    def readline(self, _limit: int) -> bytes:
        """The next line."""
        self._number += 1
        if self._number > LINES:
            return b""
        return b'{"subject_id": "p-%d"%s}\n' % (self._number, b" " * 16_000)


IN_MEMORY = """
import sqlite3
from streams.ask import kept
kept.open_database = lambda _: sqlite3.connect(":memory:", isolation_level=None)
"""


@pytest.mark.parametrize(("before", "bounded"), [("", True), (IN_MEMORY, False)])
def test_a_long_list_is_read_and_answered_within_the_memory_that_is_allowed(
    before: str,
    bounded: bool,  # noqa: FBT001 - of two cases
) -> None:
    program = before + ASKED.replace("MEMORY", str(LEAST_MIB))
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    count, read, most = map(int, done.stdout.split())
    assert count == LINES
    assert read > LEAST_MIB * MIB * 0.9
    assert (most < LEAST_MIB * MIB) is bounded, f"{most // MIB} MiB"
