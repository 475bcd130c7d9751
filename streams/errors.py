"""The one kind of error that a user can mend; everything else is a bug and looks like one."""

from __future__ import annotations


class ConsentryError(Exception):
    """Something outside the program is wrong and somebody can put it right.

    `problem` says what is wrong and where (file, line, key, topic, partition, offset or
    field), never a personal value or a secret. `remedy` says what to do. The command
    line prints both, without a traceback, and exits with 2.
    """

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


class UnreachableError(ConsentryError):
    """No broker answers: one may yet, so a worker that meets it is started again (code 70)."""
