"""What a reader of committed records finds on the topics of the model."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from streams.core.findings import Duty, Finding
from streams.core.identifiers import SubjectKey
from streams.core.vocabulary import DutyStatus, Status
from streams.wire.commands import REBUILT, CommandResult, decode_result
from streams.wire.findings import decode_duty, decode_finding
from streams.wire.progress import BATCH_HEADER, PROGRESS_KEY, Progress, decode_progress
from streams.wire.rows import subject_of
from tests.model.log import Record
from tests.model.publications import statuses
from tests.model.traffic import NAMES, PARTITIONS
from tests.model.world import World

ARRIVAL = {"detected_at", "revision", "status", "finality", "late_detected", "policy_version"}
"""Fields that show how a finding came about, and by which policy it was last published."""

Net = dict[str, dict[str, Any]]


class Reader:
    """A reader of the outputs: `read_committed`, from the beginning, and it forgets nothing."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._positions: dict[tuple[str, int], int] = {}
        self.findings: dict[str, Finding] = {}
        self.duties: dict[str, Duty] = {}
        self._gaps: list[tuple[Finding | Duty, int]] = []
        self.batches = dict.fromkeys(range(PARTITIONS), 0)
        self.rows: dict[bytes, bytes | None] = {}
        """None for those that were taken away."""
        self._rows_before: dict[bytes, bytes] = {}
        """What a row that was taken away said last."""
        self.unnumbered: set[str] = set()
        """Findings about records alone, which no event closes."""
        self.aside: Counter[bytes] = Counter()
        self.rekeyed: Counter[tuple[str, int, int]] = Counter()
        self.progress: dict[int, Progress] = {}
        self.first: dict[int, Mapping[str, int]] = {}
        self.seen = -1
        self.accounted: dict[int, Progress] = {}
        # Of commands.
        self.answers: dict[int, list[CommandResult]] = defaultdict(list)
        self.answered: Counter[int] = Counter()
        """How many were looked at, by partition number."""
        self.begun: dict[int, list[tuple[int, int]]] = defaultdict(list)
        """The first command that was not begun after each transaction, and the batch before."""
        self.taken_away: Counter[SubjectKey] = Counter()
        """Rows of each person that went."""
        self.counted: Counter[SubjectKey] = Counter()
        """The same as answers say."""
        self.published_in: dict[tuple[int, str], int] = {}
        """The batch of the first revision of what stands, by partition number and id."""
        self.restated_in: dict[tuple[int, str], int] = {}
        """The last batch in which it was published again."""

    def read(self) -> None:
        """Read what has come to stand there since the last time."""
        for number in range(PARTITIONS):
            for record in self._new(NAMES.changelog, number):
                if record.key == PROGRESS_KEY:
                    self._take_progress(number, decode_progress(record.value or b""))
                else:
                    self._take_row(record.key or b"", record.value)
            for record in self._new(NAMES.violations, number):
                if BATCH_HEADER in dict(record.headers):
                    self._take(number, record, self.findings, decode_finding)
                else:
                    self.unnumbered.add((record.key or b"").decode())
            for record in self._new(NAMES.duties, number):
                self._take(number, record, self.duties, decode_duty)
            for topic in (NAMES.dead_letters, NAMES.quarantine):
                self.aside.update(record.key or b"" for record in self._new(topic, number))
            for record in self._new(NAMES.rekeyed, number):
                self.rekeyed[origin_of(record)] += 1
            for record in self._new(NAMES.command_results, number):
                self.answers[number].append(decode_result(record.value or b""))

    def _take_progress(self, number: int, progress: Progress) -> None:
        before = self.progress.get(number)
        self.progress[number] = progress
        self.first.setdefault(number, progress.positions)
        begun = progress.positions.get(NAMES.commands, 0) + (progress.command is not None)
        self.begun[number].append((begun, 0 if before is None else before.sequence))

    def _take_row(self, key: bytes, value: bytes | None) -> None:
        if value is None and (before := self.rows.get(key)) is not None:
            self._rows_before[key] = before
            self.taken_away[subject_of(key)] += 1
        self.rows[key] = value

    def _take(
        self, number: int, record: Record, known: dict[str, Any], decode: Callable[[bytes], Any]
    ) -> None:
        """Revisions come one after the other, none twice but in a rebuild."""
        headers = dict(record.headers)
        batch = int(headers[BATCH_HEADER] or b"0")
        self.batches[number] = max(self.batches[number], batch)
        name = (record.key or b"").decode()
        if record.value is None:
            known.pop(name, None)
            self.published_in.pop((number, name), None)
            return
        one = decode(record.value)
        before = known.get(name)
        known[name] = one
        last = 0 if before is None else before.revision
        visible = f"visible: revision {one.revision} after {last}"
        if headers.get(REBUILT[0]):
            assert before is not None, f"{visible}, in a rebuild"
            assert one.revision == last, f"{visible}, in a rebuild"
            assert one.status == before.status, "in a rebuild: another status"
            self.restated_in[number, name] = batch
            return
        self.published_in.setdefault((number, name), batch)
        if one.revision > last + 1:
            self._gaps.append((one, last))
        else:
            assert one.revision == last + 1, visible

    def close_gaps(self) -> None:
        """What is left out between two revisions was of the later one's status.

        Of revisions of one status in a batch only the last one is published. Rows say which
        there were, once the markers of the transaction stand everywhere.
        """
        for one, last in self._gaps:
            passed_over = statuses(one, [*self.rows.items(), *self._rows_before.items()])
            between = {passed_over.get(number) for number in range(last + 1, one.revision)}
            assert between == {one.status}, f"visible: revision {one.revision} after {last}"
        self._gaps.clear()

    def _new(self, topic: str, number: int) -> list[Record]:
        log = self._world.broker.logs[topic, number]
        position = self._positions.get((topic, number), 0)
        found, self._positions[topic, number] = log.read(position, log.end, committed=True)
        return found

    def net(self) -> tuple[Net, Net]:
        """Open findings and raised duties without what shows their arrival."""
        return net_of(self.findings.values(), self.duties.values())


def origin_of(record: Record) -> tuple[str, int, int]:
    headers = {name: value or b"" for name, value in record.headers}
    topic = headers["consentry-topic"].decode()
    return topic, int(headers["consentry-partition"]), int(headers["consentry-offset"])


def net_of(findings: Iterable[Finding], duties: Iterable[Duty]) -> tuple[Net, Net]:
    found: Net = {
        one.violation_id: without(one, ARRIVAL) | {"remediated": one.status is Status.REMEDIATED}
        for one in findings
        if one.status is not Status.RETRACTED
    }
    raised: Net = {
        one.duty_id: without(one, {"detected_at", "revision", "policy_version"})
        for one in duties
        if one.status is not DutyStatus.RETRACTED
    }
    return found, raised


def without(value: Any, fields: set[str]) -> dict[str, Any]:
    return {k: v for k, v in msgspec.structs.asdict(value).items() if k not in fields}
