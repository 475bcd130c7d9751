"""Workers that are wrong on purpose, in ways that a transport or a judge could be.

The campaign's checks must catch each of them; a checker that finds nothing proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streams.agents.commander import Commander
from streams.agents.eraser import Eraser
from streams.agents.event_judge import EventJudge
from streams.agents.partition_judge import PartitionJudge
from streams.agents.restrictor import Restrictor
from streams.agents.retractor import Retractor
from streams.core.event_kinds import event_key
from streams.transport.commit.output_batch import Output, OutputBatch
from streams.wire.arrival import Arrived
from streams.wire.findings import decode_finding
from tests.faults.checks import DEAD_LETTER_CODES

NTH = 20
"""Which record or output is hit, in each process."""


def one_by_one() -> None:
    """Records take the way of those that are not as most are: through `EventJudge.take`, each."""
    holder: Any = PartitionJudge

    def none(judge: Any, _records: Any, first: int, _batch: Any) -> bool:
        judge._run.next = first
        return False

    holder._ordinary = none


def skip_a_record() -> None:
    """One record is neither judged nor counted, and committed past."""
    one_by_one()
    broken: Any = EventJudge
    judge, seen = broken.take, 0

    def skipping(self: Any, record: Any, counters: Any, batch: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == NTH:
            counters.read -= 1  # the caller counts it
        else:
            judge(self, record, counters, batch)

    broken.take = skipping


def count_and_forget_events() -> None:
    """Events are counted as judged, and nothing is stored or published of them.

    Some of them never come a second time; one that did would be judged then.
    """
    one_by_one()
    broken: Any = EventJudge
    take, seen = broken.take, 0

    def forgetting(self: Any, record: Any, counters: Any, batch: Any) -> None:
        nonlocal seen
        arrived = self._arrivals.read(record)
        if isinstance(arrived, Arrived) and arrived.key == record.key:
            subject = self.subjects.glance(arrived.key)
            fresh = subject is None or event_key(arrived.fact.event) not in subject.records
            seen += fresh and record.partition == self._number
        if seen and seen % NTH == 0:
            seen += 1
            counters.judged += 1
        else:
            take(self, record, counters, batch)

    broken.take = forgetting


def send_a_finding_twice() -> None:
    """One finding on an event is sent two times.

    Not one on a record that was set aside: those are counted, and have no revisions.
    """
    broken: Any = OutputBatch
    add, seen = broken.add, 0

    def doubling(self: Any, output: Output) -> None:
        nonlocal seen
        add(self, output)
        if output.topic.endswith("violations") and output.value is not None:
            seen += decode_finding(output.value).code not in DEAD_LETTER_CODES
            if seen == NTH:
                seen += 1
                add(self, output)

    broken.add = doubling


def keep_findings_back() -> None:
    """Findings whose id begins with 0 to 3 are stored with their events, and never published.

    Some of them stand at the end, whatever is retracted in between.
    """
    broken: Any = OutputBatch
    add = broken.add

    def passing(self: Any, output: Output) -> None:
        published = output.topic.endswith("violations")
        if not (published and (output.key or b"").startswith((b"0", b"1", b"2", b"3"))):
            add(self, output)

    broken.add = passing


def erase_nobody() -> None:
    """An erasure is answered, and nothing of the person goes."""
    broken: Any = Eraser

    def passing(_self: Any, *_given: Any) -> bool:
        return True

    broken.erase = passing


def restrict_nobody() -> None:
    """A restriction is answered, and no row says so."""
    broken: Any = Restrictor

    def passing(_self: Any, *_given: Any) -> None:
        """Nothing."""

    broken.restrict = passing


def end_nothing() -> None:
    """What nobody says is named, and stays."""
    broken: Any = Retractor

    def passing(_self: Any, *_given: Any) -> Iterator[None]:
        return iter(())

    broken.retract = passing


def leave_rebuilds_unanswered() -> None:
    """They are done and committed, and nobody hears of it."""
    broken: Any = Commander
    answer = broken._answer

    def silent(self: Any, result: Any, batch: Any) -> None:
        if result.kind != "rebuild":
            answer(self, result, batch)

    broken._answer = silent
