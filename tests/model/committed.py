"""What a reader of committed records finds on the topics of the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from streams.core.findings import Duty, Finding
from streams.core.vocabulary import DutyStatus, Status
from streams.wire.findings import decode_duty, decode_finding
from streams.wire.progress import BATCH_HEADER, PROGRESS_KEY, Progress, decode_progress
from tests.model.log import Record
from tests.model.traffic import (
    NAMES,
    PARTITIONS,
)
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
        self.published: Counter[tuple[str, str, int]] = Counter()
        self.batches = dict.fromkeys(range(PARTITIONS), 0)
        self.rows: set[bytes] = set()
        self.unnumbered: set[str] = set()
        """Findings about records alone, which no event closes."""
        self.aside: Counter[bytes] = Counter()
        self.rekeyed: Counter[tuple[str, int, int]] = Counter()
        self.progress: dict[int, Progress] = {}
        self.first: dict[int, Mapping[str, int]] = {}
        self.seen = -1
        self.accounted: dict[int, Progress] = {}

    def read(self) -> None:
        """Read what has come to stand there since the last time."""
        for number in range(PARTITIONS):
            for record in self._new(NAMES.changelog, number):
                if record.key == PROGRESS_KEY:
                    self.progress[number] = decode_progress(record.value or b"")
                    self.first.setdefault(number, self.progress[number].positions)
                else:
                    self.rows.add(record.key or b"")
            for record in self._new(NAMES.violations, number):
                if BATCH_HEADER in dict(record.headers):
                    self._take(number, record, decode_finding(record.value or b""))
                else:
                    self.unnumbered.add((record.key or b"").decode())
            for record in self._new(NAMES.duties, number):
                self._take(number, record, decode_duty(record.value or b""))
            for topic in (NAMES.dead_letters, NAMES.quarantine):
                self.aside.update(record.key or b"" for record in self._new(topic, number))
            for record in self._new(NAMES.rekeyed, number):
                self.rekeyed[origin_of(record)] += 1

    def _take(self, number: int, record: Record, one: Finding | Duty) -> None:
        """Revisions come one after the other, none twice."""
        known: Finding | Duty | None
        if isinstance(one, Finding):
            known, name = self.findings.get(one.violation_id), one.violation_id
            self.findings[name] = one
        else:
            known, name = self.duties.get(one.duty_id), one.duty_id
            self.duties[name] = one
        last = 0 if known is None else known.revision
        # Of two revisions of one status in a batch only the later one is published.
        passed_over = one.revision > last and one.status not in (Status.OPEN, Status.RETRACTED)
        visible = f"visible: revision {one.revision} after {last}"
        assert one.revision == last + 1 or passed_over, visible
        batch = int(dict(record.headers)[BATCH_HEADER] or b"0")
        self.batches[number] = max(self.batches[number], batch)

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
