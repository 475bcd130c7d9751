"""Workers that are wrong on purpose, in ways that a transport or a judge could be.

The campaign's checks must catch each of them; a checker that finds nothing proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from streams.agents.judging import PartitionJudge
from streams.transport.delivery import Batch, Output

NTH = 20
"""Which record or output is hit: each process hits one."""


def skip_a_record() -> None:
    """One record is neither judged nor counted, and committed past."""
    _skip(counted=False)


def count_and_forget_a_record() -> None:
    """One record is counted as judged, and nothing is stored or told of it."""
    _skip(counted=True)


def send_a_finding_twice() -> None:
    """One finding is sent two times."""
    _outputs("violations", lambda output: [output, output])


def keep_findings_back() -> None:
    """Findings whose id begins with 0 or 1 are stored with their events, and never told.

    Some of them stand at the end, whatever is retracted in between.
    """
    broken: Any = Batch
    add = broken.add

    def passing(self: Any, output: Output) -> None:
        told = output.topic.endswith("violations")
        if not (told and (output.key or b"").startswith((b"0", b"1"))):
            add(self, output)

    broken.add = passing


def _skip(*, counted: bool) -> None:
    broken: Any = PartitionJudge
    judge, seen = broken._event, 0

    def skipping(self: Any, record: Any, counters: Any) -> None:
        nonlocal seen
        seen += 1
        if seen != NTH:
            judge(self, record, counters)
        elif counted:
            counters.judged += 1
        else:
            counters.read -= 1  # the caller counts it

    broken._event = skipping


def _outputs(topic: str, change: Callable[[Output], list[Output]]) -> None:
    """Change the n-th output to a topic, named by its end."""
    broken: Any = Batch
    add, seen = broken.add, 0

    def changing(self: Any, output: Output) -> None:
        nonlocal seen
        if output.topic.endswith(topic):
            seen += 1
            if seen == NTH:
                for one in change(output):
                    add(self, one)
                return
        add(self, output)

    broken.add = changing
