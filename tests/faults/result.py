"""What came of a run, as it is kept for the report."""

from __future__ import annotations

import subprocess
import traceback
from datetime import UTC, datetime

import msgspec

from tests.faults.checks import Problem
from tests.faults.plan import Plan
from tests.faults.runtime import Runtime
from tests.faults.scene import Moment
from tests.kafka.harness import ROOT


class Result(msgspec.Struct, kw_only=True):
    """One run, played and checked. Times are seconds from its start."""

    plan: Plan
    runtime: str
    commit: str
    """What was under test, with a mark if files differed from it."""

    began: datetime
    events: int
    """Records that were made."""

    problems: list[Problem] = []
    failure: str = ""
    """Why the run could not be brought to its end; empty when it was."""

    records: int = 0
    """Committed records on the inputs: more where producers sent again."""

    findings: int = 0
    """Revisions of findings and duties that a `read_committed` reader sees."""

    erased: int = 0
    """Tombstones of findings and duties of people who were erased."""

    rebuilt: int = 0
    """Findings and duties that were published again."""

    commands: dict[str, int] = {}
    """What workers answered to commands, added up."""

    rows: int = 0
    caught_up_s: float = 0.0
    seconds: float = 0.0
    struck: dict[str, int] = {}
    deaths: dict[str, int] = {}
    exits: dict[str, int] = {}
    starts: int = 0
    moments: list[Moment] = []
    behind: list[tuple[float, int]] = []
    """Records that are on the inputs and not judged, over the time of the run."""

    finale: str = ""
    """What was done to the state at the end that must stop the worker."""

    @property
    def clean(self) -> bool:
        """Whether it was played to its end and nothing was found."""
        return not self.problems and not self.failure

    @property
    def report(self) -> str:
        """What came of it, in a line; problems on lines below."""
        came = "clean" if self.clean else "NOT CLEAN"
        counts = f"{self.records} records, {self.findings} revisions, {self.seconds:.0f} s"
        published = [f"{p.kind}: {p.what}: {p.count} ({p.examples})" for p in self.problems]
        return "\n    ".join(
            [f"seed {self.plan.seed}: {came}; {counts}", *published, *self.failure.splitlines()]
        )

    def fail(self, error: BaseException) -> None:
        """Note an error of the campaign itself, or a worker that ended as it must not."""
        self.failure = "".join(traceback.format_exception(error))


def begun(plan: Plan, runtime: Runtime, events: int) -> Result:
    """The result of a run that just begins."""
    return Result(
        plan=plan, runtime=runtime.name, commit=commit(), began=datetime.now(UTC), events=events
    )


def commit() -> str:
    """The commit in the working tree, with a mark if files differ from it."""
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=10", "--exclude=*"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown"


def encode(result: Result) -> bytes:
    """A line of JSON."""
    return msgspec.json.encode(result)


def decode(line: bytes) -> Result:
    """A result as it was kept."""
    return msgspec.json.decode(line, type=Result)
