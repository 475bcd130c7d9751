"""One partition number: cut, inputs, subject by subject, accounting."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from streams.core.findings import OutputRecord
from streams.core.identifiers import parse_subject_key
from streams.core.policy import Policy
from streams.core.state import EventRow, RefusalRow
from streams.errors import ConsentryError
from streams.settings import Settings
from streams.transport.clock import OwnClock
from streams.transport.state.changelog_restore import unreadable_row
from streams.transport.tasks.judging_basis import JudgingBasis
from streams.transport.tasks.state_owner import owner_of, require_own_state
from streams.verify import logs, offsets, refusals
from streams.verify.across import Across
from streams.verify.balance import balance, unbalanced
from streams.verify.bus import LiveBus
from streams.verify.compare import Comparison
from streams.verify.cut import Cut
from streams.verify.in_work import in_work, unswept
from streams.verify.inputs import Inputs, erased_until
from streams.verify.output_record import address_of, read_output
from streams.verify.pace import Pace
from streams.verify.result import PartitionCut, Verification
from streams.verify.spill import Kept, Spill
from streams.wire.progress import Progress
from streams.wire.rows import CorruptRow, decode_any, hashed_key, subject_of

ROUNDS = 3
"""A difference counts when it is seen in so many cuts, one after another."""

BETWEEN_CUTS_TICKS = 2
"""Ticks that may pass before the next cut: after a restore a deadline can be seen late."""

TICK_S = 60.0
"""How long a worker may be at one tick, in which very many deadlines pass."""

SUBJECTS_AT_ONCE = 500
"""After so many subjects the clients get their turn."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What all partition numbers of a verification have in common."""

    settings: Settings
    policy: Policy
    count: int
    bus: LiveBus
    across: Across
    comparison: Comparison
    basis: JudgingBasis
    pace: Pace
    result: Verification
    ids: Mapping[str, str] = field(default_factory=dict)
    """The ids of the inputs now, as far as the broker states them."""


class Partition:
    """Verifies one partition number, and adds to the result."""

    def __init__(self, shared: Shared, number: int, spill: Spill) -> None:
        self._shared = shared
        self._number = number
        self._spill = spill
        settings, names = shared.settings, shared.settings.topics
        self._topics = names.judged
        self._cut = Cut(shared.bus, settings, number, spill, shared.across)
        self._inputs = Inputs(
            names,
            number,
            shared.count,
            spill,
            shared.across,
            shared.policy,
            shared.settings.output_max_bytes,
            OwnClock(shared.settings.clock_jump_max_s),
            shared.bus.registry,
            cloud_events=settings.input_envelope == "cloudevents",
        )
        self._unswept = 0
        self._totals = Counter(subjects=0, facts=0, findings=0, duties=0)

    async def verify(self) -> int:
        """Run all checks. Returns up to where the violations topic was read.

        Raises ConsentryError where there is nothing that could be verified.
        """
        shared, bus, result = self._shared, self._shared.bus, self._shared.result
        committed = await bus.committed(self._topics, self._number)
        await self._cut.advance()
        for _ in range(ROUNDS - 1):
            if not offsets.ahead(committed, self._cut.progress, self._number):
                break
            await self._next_cut()
        progress = self._cut.progress
        self._check(progress)
        result.add(offsets.ahead(committed, progress, self._number))
        names = shared.settings.topics
        result.add(await logs.lost(bus, progress, self._number, names.ticks))
        result.add(logs.recreated(progress, shared.ids, self._number))
        if result.with_inputs:
            await self._inputs.dead_letters.read(bus)
            await self._inputs.read(bus, progress)
            read = [span for span in self._inputs.spans if span.topic in names.input_types]
            result.add(logs.passed_over(progress, read, self._number))
        await self._subjects()
        if self._cut.progress.partition_time is not None:
            shared.across.clocks[self._number] = self._cut.progress.partition_time
        result.add(self._cut.problems())
        if result.with_inputs:
            result.add(self._inputs.dead_letters.missing(self._inputs.spans))
        await self._account(progress)
        result.add(await offsets.behind(bus, progress, self._number))
        result.cuts.append(
            PartitionCut(
                partition=self._number,
                sequence=progress.sequence,
                partition_time=progress.partition_time,
                left_before=progress.left_before,
                arrived_before=progress.arrived_before,
                subjects_left=progress.subjects_left,
                **self._totals,
            )
        )
        for gap in progress.gaps:
            result.notes.append(
                f"{gap.topic}, partition {self._number}: an operator accepted that offsets "
                f"{gap.start} to {gap.end} were lost"
            )
        if self._unswept:
            result.notes.append(
                f"partition {self._number}: {self._unswept} persons were not compared, since a "
                "sweep has not come to them (consentry sweep status); verify again when it is "
                "through"
            )
        shared.pace.did(0)
        return self._cut.read_until

    def _check(self, progress: Progress) -> None:
        shared = self._shared
        changelog = shared.settings.topics.changelog
        require_own_state(progress, owner_of(shared.settings), changelog, self._number)
        shared.basis.require_same(progress, self._number)
        if progress.partitions not in (0, shared.count):
            raise ConsentryError(
                f"the state of partition {self._number} was made for {progress.partitions} "
                f"partitions, and the topics have {shared.count}",
                "Stop all workers: `consentry partitions grow` brings the state to another number.",
            )

    async def _subjects(self) -> None:
        """Look at every subject; at those that differ again, in later cuts."""
        self._shared.pace.expect(self._spill.count("row"))
        await self._round(self._spill.subjects(), last=False)
        for left in range(ROUNDS - 1, 0, -1):
            if not self._spill.count("suspect"):
                return
            await self._next_cut()
            await self._round(self._spill.take_suspects(), last=left == 1)

    async def _next_cut(self) -> None:
        """Give the worker time to go on, and to finish a tick that it is at."""
        pause_s = BETWEEN_CUTS_TICKS * self._shared.settings.tick_interval_s
        deadline = time.monotonic() + TICK_S
        await asyncio.sleep(pause_s)
        await self._cut.advance()
        while await self._cut.within_tick() and time.monotonic() < deadline:
            await asyncio.sleep(pause_s)
            await self._cut.advance()

    async def _round(self, subjects: Iterable[Kept], *, last: bool) -> None:
        for seen, kept in enumerate(subjects, 1):
            self._subject(kept, last=last)
            if seen % SUBJECTS_AT_ONCE == 0:
                await asyncio.sleep(0)

    def _subject(self, kept: Kept, *, last: bool) -> None:
        progress = self._cut.progress
        stored = self._rows(kept.rows)
        rows = {key: row for key, row in stored.items() if isinstance(row, EventRow)}
        refused = {key: row for key, row in stored.items() if isinstance(row, RefusalRow)}
        published: dict[str, tuple[OutputRecord, int]] = {}
        for one in kept.published:
            value = read_output(one.value, duty=one.duty)
            published[address_of(value)] = value, one.offset
        compared = self._shared.comparison.subject(
            kept.subject, stored.values(), published, progress.partition_time, self._number
        )
        identity = parse_subject_key(kept.subject) or ("", "")
        counts, missing = self._inputs.judged(identity, rows, kept.arrivals, progress)
        erased_at = erased_until(rows.values())
        if erased_at is not None:
            self._shared.across.erased[kept.subject] = erased_at
        unknown = refusals.unknown(
            refused, kept.refused, self._inputs.spans, self._number, progress, erased_at
        )
        differences = [*compared.differences, *missing, *unknown]
        if differences and not last:
            self._spill.suspect(kept.subject)
            return
        if differences and unswept(progress, kept.subject):
            self._unswept += 1
            differences = []
        if differences and in_work(progress, kept.subject):
            self._shared.result.notes.append(
                f"partition {self._number}: a record of one person is judged in pieces, or one "
                "person leaves in pieces, and that is not through; that person was not compared. "
                "A worker that runs finishes it"
            )
            differences = []
        self._shared.result.add(differences)
        self._inputs.count(counts)
        for assumption in compared.assumptions:
            self._shared.result.assumptions.count(assumption)
        self._totals.update(
            subjects=bool(stored),
            facts=len(rows),
            findings=compared.findings,
            duties=compared.duties,
        )
        self._shared.pace.did(len(stored))

    def _rows(self, stored: Sequence[tuple[bytes, bytes]]) -> dict[bytes, EventRow | RefusalRow]:
        """By keys that records can be compared with, wherever a fact has its row."""
        try:
            rows = ((key, decode_any(value, key)) for key, value in stored)
            return {
                hashed_key(subject_of(key), row.fact) if isinstance(row, EventRow) else key: row
                for key, row in rows
            }
        except CorruptRow:
            changelog = self._shared.settings.topics.changelog
            raise unreadable_row(changelog, self._number) from None

    async def _account(self, progress: Progress) -> None:
        bus, result = self._shared.bus, self._shared.result
        ends = {topic: await bus.high(topic, self._number) for topic in progress.positions}
        for line in balance(progress, self._number, self._inputs.spans, ends):
            result.balance.append(line)
            result.add(unbalanced(line))
        result.uncommitted += await logs.waiting(bus, progress.positions, self._number)
