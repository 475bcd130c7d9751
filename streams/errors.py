"""The one kind of error that a user can correct; everything else is a bug and looks like one."""

from __future__ import annotations

from collections.abc import Iterable

from streams.safe_text import safe


class ConsentryError(Exception):
    """Something outside the program is wrong and somebody can put it right.

    `problem` says what is wrong and where (file, line, key, topic, partition, offset or
    field), never a personal value or a secret. `remedy` says what to do. The command
    line prints both, without a traceback, and exits with 2.

    What is given is one line each, also where a file name or an answer of somebody else
    in it holds a line break; `problems` and `steps` are further lines of either. Both
    attributes are safe to print and to log.
    """

    def __init__(
        self,
        problem: str,
        remedy: str = "",
        *,
        problems: Iterable[str] = (),
        steps: Iterable[str] = (),
    ) -> None:
        self.problem = _lines(problem, problems)
        self.remedy = _lines(remedy, steps)
        super().__init__(self.problem)

    def within(self, what: str, *steps: str) -> ConsentryError:
        """The same as part of something larger, with further steps."""
        first, *more = self.problem.split("\n")
        remedy, *known = self.remedy.split("\n")
        return ConsentryError(
            f"{what}: {first}",
            remedy,
            problems=(line.removeprefix("  ") for line in more),
            steps=(*(line.removeprefix("  ") for line in known), *steps),
        )


class UnreachableError(ConsentryError):
    """No broker answers: one may yet, so a worker that meets it is started again (code 70)."""


def _lines(first: str, more: Iterable[str]) -> str:
    return "\n".join([safe(first), *(f"  {safe(line)}" for line in more)])


def first_error(failed: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error of a group to report: one that somebody can correct, if there is one."""
    found: list[BaseException] = []

    def collect(group: BaseExceptionGroup[BaseException]) -> None:
        for one in group.exceptions:
            if isinstance(one, BaseExceptionGroup):
                collect(one)
            else:
                found.append(one)

    collect(failed)
    return next((one for one in found if isinstance(one, ConsentryError)), found[0])
