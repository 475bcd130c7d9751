"""The health of one worker: looks at consumer and committers, and judges what it sees."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from math import inf
from typing import TYPE_CHECKING, Final, Protocol

import structlog
from faust.exceptions import ConsumerNotStarted

from streams.health.report import PartitionReport, Phase, TopicReport, WorkerReport
from streams.health.sweeps import sweep_report
from streams.health.uncommitted import OpenTransactions
from streams.health.watchdog import LOOK_EVERY_S, Watchdog, WatchedPlace
from streams.transport.consumer_probe import ProbeReading

if TYPE_CHECKING:
    from streams.registry import Registry
    from streams.settings import Settings
    from streams.transport.tasks.assignment import Assignment
    from streams.transport.tasks.partition_task import PartitionTask

UNREADY_AFTER_S: Final = 5.0
"""A worker that has something to commit and commits nothing for so long is not ready."""

REBALANCE_S: Final = 60.0
"""How long the group waits for its members to join (Faust's `broker_rebalance_timeout`)."""

log = structlog.get_logger("consentry.worker")


class Holder(Protocol):
    """What is looked at of the consumer."""

    @property
    def current_assignment(self) -> Assignment | None:
        """The partitions that are assigned now."""

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that are judged."""


class Heart(Protocol):
    """What is looked at of its thread."""

    async def read(self) -> ProbeReading:
        """The reading now."""


class Health:
    """Looks every second, and answers at any time from what it saw."""

    def __init__(
        self, consumer: Holder, probe: Heart, settings: Settings, registry: Registry | None = None
    ) -> None:
        """While records wait for the `registry`, a new start would not help."""
        self._registry = registry
        self._consumer = consumer
        self._probe = probe
        self._ticks = settings.topics.ticks
        self._stall_after_s = settings.stall_after_s
        self._silent_after_s = settings.session_timeout_s / 2
        self._watchdog = Watchdog(settings.stall_after_s, self._ticks)
        self._stalled: frozenset[int] = frozenset()
        self._open = OpenTransactions()
        self._reading = ProbeReading(None, {})
        self._unanswered_s = 0.0
        self._joining_s = 0.0

    async def watch(self) -> None:
        """Look every second until cancelled."""
        while True:
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - the watchdog must outlive what it watches
                log.warning("health.failed", error=type(error).__name__)
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Take a reading, see how far the partitions are, and log what changed."""
        try:
            async with asyncio.timeout(LOOK_EVERY_S):
                self._reading = await self._probe.read()
        except ConsumerNotStarted:
            # It waits for a registry first, and no new start brings that back.
            self._unanswered_s = 0.0
        except Exception:  # noqa: BLE001 - at its end, or hung: no answer
            self._unanswered_s += 2 * LOOK_EVERY_S
        else:
            self._unanswered_s = 0.0
            self._open.look(self._reading.logs)
        now = time.monotonic()
        joins = self._phase() == "joining" and self._silent_s(now) < self._silent_after_s
        self._joining_s = self._joining_s + LOOK_EVERY_S if joins else 0.0
        # Nothing is committed while the registry is away, and no new start brings it back.
        judged = {} if self._registry_away_s() is not None else self._judged()
        self._watchdog.look(now, {n: self._read_places(p) for n, p in judged.items()})
        stalled = self._watchdog.stalled
        for number in sorted(stalled - self._stalled):
            standing_s = round(self._watchdog.standing_s(number), 1)
            log.error("worker.stalled", partition=number, standing_s=standing_s)
        for number in sorted(self._stalled - stalled):
            log.info("worker.recovered", partition=number)
        self._stalled = stalled

    def report(self) -> WorkerReport:
        """How the worker is now."""
        now = time.monotonic()
        faults = self._faults()
        hindrances = self._hindrances(now)
        silent_s = self._silent_s(now)
        return WorkerReport(
            live=not faults,
            ready=not faults and not hindrances,
            phase=self._phase(),
            reasons=[*faults, *hindrances],
            notes=self._notes(),
            group_answered_s=None if silent_s == inf else round(silent_s, 1),
            partitions={n: self._partition(p, now) for n, p in sorted(self._judged().items())},
        )

    def _notes(self) -> list[str]:
        """What somebody should know although it is ready."""
        notes = [
            f"partition {number}: {topic} is paused at offset {one.offset}, since "
            f"{one.dead} of its latest {one.read} records could not be judged"
            for number, task in sorted(self._judged().items())
            for topic, one in sorted(task.progress.paused.items())
        ]
        for number, task in sorted(self._judged().items()):
            if (sweep := sweep_report(task.progress)) is not None:
                notes.append(
                    f"partition {number}: subjects are judged again under policy "
                    f"{sweep.policy_version} ({sweep.reason}), {sweep.percent:.0f} % are through"
                )
        return notes

    def _judged(self) -> Mapping[int, PartitionTask]:
        """What is judged now; while it is restored or handed over, nothing is."""
        assignment = self._consumer.current_assignment
        return assignment.partitions if assignment is not None and assignment.open else {}

    def _places(self, partition: PartitionTask) -> dict[str, WatchedPlace]:
        committed, ends = partition.committer.committed, self._reading.ends
        return {
            topic: WatchedPlace(committed.get(topic, 0), ends.get((topic, partition.number)))
            for topic in self._consumer.topics
        }

    def _read_places(self, partition: PartitionTask) -> dict[str, WatchedPlace]:
        """Those that are to move: nothing is awaited of a topic that is paused."""
        paused = partition.progress.paused
        places = self._places(partition)
        return {topic: place for topic, place in places.items() if topic not in paused}

    def _phase(self) -> Phase:
        assignment = self._consumer.current_assignment
        if assignment is None:
            return "joining"
        if assignment.open:
            return "judging"
        # Without partitions there are no positions to set, so Faust never has it opened.
        return "standby" if assignment.taken and not assignment.numbers else "restoring"

    def _faults(self) -> list[str]:
        """Why it is not live: only a new start can help."""
        found = [
            f"partition {number}: there is more to read, and nothing was committed for "
            f"{self._watchdog.standing_s(number):.0f} s"
            for number in sorted(self._stalled)
        ]
        if self._unanswered_s >= self._stall_after_s:
            found.append("the consumer does not answer")
        if self._joining_s >= REBALANCE_S + self._stall_after_s:
            found.append("the group answers, and assigned no partitions to this worker")
        return found

    def _hindrances(self, now: float) -> list[str]:
        """Why it is not ready: time may help."""
        found = []
        match self._phase():
            case "joining":
                found.append("the group has not assigned partitions yet, or assigns them again")
            case "restoring":
                found.append("state is being restored")
            case "judging" | "standby":
                pass
        for number, partition in sorted(self._judged().items()):
            committer = partition.committer
            waiting_s = committer.waiting_s(now)
            if not committer.alive:
                found.append(f"partition {number}: nothing more is committed")
            elif waiting_s > UNREADY_AFTER_S:
                found.append(f"partition {number}: a commit has been due for {waiting_s:.0f} s")
        away_s = self._registry_away_s()
        if self._registry is not None and away_s is not None:
            found.append(
                f"the schema registry {self._registry.url} has not answered for {away_s:.0f} s"
            )
        silent_s = self._silent_s(now)
        if silent_s == inf:
            found.append("this worker is not a member of the group yet")
        elif silent_s > self._silent_after_s:
            found.append(f"the group's coordinator has not answered for {silent_s:.0f} s")
        return found

    def _registry_away_s(self) -> float | None:
        """For how long records have waited for the schema registry; None: they do not."""
        return None if self._registry is None else self._registry.away_s

    def _silent_s(self, now: float) -> float:
        """For how long the group's coordinator has not answered."""
        heard_at = self._reading.heard_at
        return inf if heard_at is None else now - heard_at

    def _partition(self, partition: PartitionTask, now: float) -> PartitionReport:
        committer, number = partition.committer, partition.number
        topics = {t: self._topic(t, partition, p) for t, p in self._places(partition).items()}
        inputs = [one for topic, one in topics.items() if topic != self._ticks]
        known = [one.lag for one in inputs if one.lag is not None]
        at = committer.committed_at
        return PartitionReport(
            lag=sum(known) if known else None,
            uncommitted=sum(one.uncommitted for one in inputs),
            last_commit_s=None if at is None else round(now - at, 1),
            waiting_s=round(committer.waiting_s(now), 1),
            standing_s=round(self._watchdog.standing_s(number), 1),
            topics=topics,
            sweep=sweep_report(partition.progress),
        )

    def _topic(self, topic: str, partition: PartitionTask, place: WatchedPlace) -> TopicReport:
        """What stands behind an open transaction is lag, though nobody can read it yet."""
        behind = self._open.of(topic, partition.number)
        return TopicReport(
            committed=place.committed,
            lag=None if place.lag is None else place.lag + behind.records,
            uncommitted=behind.records,
            uncommitted_s=round(behind.seconds, 1),
            paused=topic in partition.progress.paused,
        )
