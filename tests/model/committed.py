"""What a reader of committed records finds on the topics of the model."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from streams.core.findings import Duty, Finding, id_of
from streams.core.identifiers import SubjectKey
from streams.core.instants import Instant
from streams.core.vocabulary import DutyStatus, Status
from streams.wire.arrival import partition_for
from streams.wire.commands import REBUILT, CommandResult, decode_result
from streams.wire.findings import decode_duty, decode_finding
from streams.wire.progress import BATCH_HEADER, PROGRESS_KEY, Progress, decode_progress
from streams.wire.rows import subject_of
from tests.model.foreign import FOREIGN
from tests.model.log import Record
from tests.model.publications import statuses
from tests.model.world import World

ARRIVAL = {"detected_at", "revision", "status", "finality", "late_detected", "policy_version"}
"""Fields that show how a finding came about, and by which policy it was last published."""

IMPORTED = b"0"
"""The batch of what was published before the state that is read here."""

Net = dict[str, dict[str, Any]]


class Reader:
    """A reader of the outputs: `read_committed`, from the beginning, and it forgets nothing."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.broker = world.broker
        self._positions: dict[tuple[str, int], int] = {}
        self.findings: dict[str, Finding] = {}
        self.duties: dict[str, Duty] = {}
        self._gaps: list[tuple[Finding | Duty, int]] = []
        self.batches = dict.fromkeys(range(world.partitions), 0)
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
        self.stored: dict[SubjectKey, int] = {}
        """The batch in which something was stored of a person first."""
        self._new_persons: set[SubjectKey] = set()
        self.restricted: dict[SubjectKey, Instant | None] = {}
        """Since when processing is restricted; None where that was lifted."""
        self.foreign: dict[str, list[Finding]] = defaultdict(list)
        """What somebody else wrote, until the state has ended or outdone it."""
        self.published_in: dict[tuple[int, str], int] = {}
        """The batch of the first revision of what stands, by partition number and id."""
        self.restated_in: dict[tuple[int, str], int] = {}
        """The last batch in which it was published again."""

    def successor(self, world: World) -> Reader:
        """A reader of the installation into which the facts have moved."""
        found = Reader(world)
        found.restricted = self.restricted
        if world.broker is self.broker:
            names = world.names
            found.aside = self.aside
            # Re-keyed records that waited were sent on: those are none of a worker's.
            for number in range(world.partitions):
                for topic in (names.dead_letters, names.quarantine, names.command_results):
                    place = topic, number
                    found._positions[place] = self._positions.get(place, 0)
                log = world.broker.logs[names.rekeyed, number]
                found._positions[names.rekeyed, number] = log.end
        return found

    def read(self) -> None:
        """Read what has come to stand there since the last time."""
        names = self._world.names
        for number in range(self._world.partitions):
            for record in self._new(names.changelog, number):
                if record.key == PROGRESS_KEY:
                    self._take_progress(number, decode_progress(record.value or b""))
                else:
                    self._take_row(number, record.key or b"", record.value)
            for record in self._new(names.violations, number):
                self._take_finding(number, record)
            for record in self._new(names.duties, number):
                self._take(number, record, self.duties, decode_duty)
            for topic in (names.dead_letters, names.quarantine):
                self.aside.update(record.key or b"" for record in self._new(topic, number))
            for record in self._new(names.rekeyed, number):
                self.rekeyed[origin_of(record)] += 1
            for record in self._new(names.command_results, number):
                self.answers[number].append(decode_result(record.value or b""))

    def _take_progress(self, number: int, progress: Progress) -> None:
        if not progress.positions:  # an import is under way
            return
        before = self.progress.get(number)
        self.stored |= dict.fromkeys(self._new_persons - self.stored.keys(), progress.sequence)
        self._new_persons.clear()
        self.progress[number] = progress
        self.first.setdefault(number, progress.positions)
        begun = progress.positions.get(self._world.names.commands, 0) + (
            progress.command is not None
        )
        self.begun[number].append((begun, 0 if before is None else before.sequence))

    def last_row(self, key: bytes) -> bytes | None:
        """What a row says, or said last where it was taken away."""
        return self.rows.get(key) or self._rows_before.get(key)

    def _take_row(self, number: int, key: bytes, value: bytes | None) -> None:
        home = partition_for(subject_of(key), self._world.partitions)
        assert home == number, "a row stands on another partition than that of its person"
        if value is None and (before := self.rows.get(key)) is not None:
            self._rows_before[key] = before
            self.taken_away[subject_of(key)] += 1
        if value is not None:
            self._new_persons.add(subject_of(key))
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
            self.foreign.pop(name, None)
            self.published_in.pop((number, name), None)
            return
        one = decode(record.value)
        before = known.get(name)
        known[name] = one
        if headers[BATCH_HEADER] == IMPORTED:
            self._take_imported(one, before)
            self.published_in[number, name] = batch
            return
        last = 0 if before is None else before.revision
        last = self._outdone(name, one.revision, last)
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

    def _take_finding(self, number: int, record: Record) -> None:
        if FOREIGN in record.headers:
            one = decode_finding(record.value or b"")
            self.foreign[one.violation_id].append(one)
        elif BATCH_HEADER in dict(record.headers):
            self._take(number, record, self.findings, decode_finding)
        else:
            self.unnumbered.add((record.key or b"").decode())

    def _outdone(self, name: str, revision: int, last: int) -> int:
        """The revision that one follows: of the state, or what somebody else wrote and it ends."""
        theirs = self.foreign.pop(name, [])
        lower = [one.revision for one in theirs if one.revision < revision]
        if len(lower) < len(theirs):
            self.foreign[name] = [one for one in theirs if one.revision >= revision]
        return last if revision == last + 1 else max([last, *lower])

    def _take_imported(self, one: Finding | Duty, before: object) -> None:
        """It was published by the installation of before, which readers may have known."""
        was = self._world.carried.said.get(id_of(one))
        assert before is None, "imported twice"
        assert was is not None, "imported, and was never said"
        same = (one.revision, one.status) == (was.revision, was.status)
        assert same, f"imported: revision {one.revision} after {was.revision}"

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
        log = self.broker.logs[topic, number]
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
