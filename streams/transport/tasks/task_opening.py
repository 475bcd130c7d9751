"""The last steps of taking a partition number over: compare, then begin where judging ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import structlog

from streams.transport.clock import OwnClock
from streams.transport.commit.output_batch import OutputBatch
from streams.transport.commit.partition_count import unchanged
from streams.transport.commit.transactions import Committer
from streams.transport.fetch.log_range import LogRange
from streams.transport.state.changelog_restore import Restored
from streams.transport.tasks import preconditions
from streams.transport.tasks.judging_basis import log_sweep
from streams.transport.tasks.partition_task import PartitionTask
from streams.transport.tasks.settling import settled_offsets
from streams.transport.tasks.state_owner import require_own_state, require_same_topics
from streams.transport.tasks.task_plan import GroupOffsets, TaskPlan
from streams.wire.progress import Gap, Progress

log = structlog.get_logger("consentry.worker")


class FoundState(NamedTuple):
    """What was found of one partition number once it was fenced.

    `partitions` is the partition count of the topics, `topic_ids` their ids by name, `committed`
    the offsets of the group by topic, `logs` from where to where the topics reach.
    """

    number: int
    partitions: int
    topic_ids: Mapping[str, str]
    committed: dict[str, int]
    logs: Mapping[str, LogRange]
    restored: Restored


async def open_task(
    found: FoundState,
    committer: Committer,
    plan: TaskPlan,
    group: GroupOffsets,
    clock: OwnClock | None,
) -> PartitionTask:
    """A task that judges from the committed offsets. Raises ConsentryError when a check fails."""
    number = found.number
    stored = preconditions.stored_progress(found.restored, plan.changelog, number)
    _require_same_source(stored, found, plan)
    plan = await _up_to_date(stored, plan)
    committed = await settled_offsets(group, number, stored, found.committed)
    committer.committed.update(committed)
    progress = _agreed(stored, committed, found, plan, clock)
    gaps = _accepted_gaps(committed, found, plan)
    task = PartitionTask(
        number, found.partitions, found.restored.rows, progress, committer, plan.basis
    )
    await _settle_positions(task, found.logs, gaps, plan)
    return task


async def _up_to_date(stored: Progress | None, plan: TaskPlan) -> TaskPlan:
    """The plan with the policy in force.

    Until it was fenced the last owner may have taken up one that came after this process had
    read the log.
    """
    known, ask = plan.basis.stored.sequence, plan.latest_basis
    if stored is None or ask is None or stored.basis.sequence <= known:
        return plan
    return replace(plan, basis=await ask())


def _require_same_source(stored: Progress | None, found: FoundState, plan: TaskPlan) -> None:
    """The state is this installation's, and of the topics that are there now."""
    if plan.owner is not None:
        require_own_state(stored, plan.owner, plan.changelog, found.number)
    if stored is not None:
        require_same_topics(stored, found.topic_ids, found.number, accept=plan.accept_lost_input)


def _agreed(
    stored: Progress | None,
    committed: Mapping[str, int],
    found: FoundState,
    plan: TaskPlan,
    clock: OwnClock | None,
) -> Progress:
    """The progress to go on from, which agrees with offsets, partition count, clock and policy."""
    number = found.number
    preconditions.progress_agrees(stored, committed, plan.changelog, number)
    progress = Progress(positions={}) if stored is None else stored
    if progress.partitions:
        unchanged(found.partitions, (progress.partitions,))
    if clock is not None:
        clock.check_state(plan.changelog, number, progress.partition_time)
    if plan.basis.adopt(progress, number):
        log_sweep(number, progress)
    if progress.refusals_from is None:
        progress.refusals_from = dict(progress.positions)
    progress.owner = plan.owner
    progress.topic_ids = {**progress.topic_ids, **found.topic_ids}
    return progress


def _accepted_gaps(committed: Mapping[str, int], found: FoundState, plan: TaskPlan) -> list[Gap]:
    """Records that were deleted before they were judged, where the operator accepts it."""
    lasting = {topic: at for topic, at in committed.items() if topic not in plan.passing}
    return preconditions.lost_inputs(
        lasting, found.logs, found.number, accept=plan.accept_lost_input
    )


async def _settle_positions(
    task: PartitionTask, logs: Mapping[str, LogRange], gaps: list[Gap], plan: TaskPlan
) -> None:
    """Commit where a topic begins that has no offset yet, or has other ticks; and accepted gaps.

    From then on a committed offset that is missing means that state is missing.
    """
    progress = task.progress
    batch = OutputBatch()
    for topic in plan.topics:
        position, reach = progress.positions.get(topic), logs[topic]
        if position is None or (topic in plan.passing and not reach.holds(position)):
            batch.positions[topic] = reach.start
        if position is None:
            progress.begins[topic] = reach.start
    for gap in gaps:
        log.warning(
            "input.lost",
            topic=gap.topic,
            partition=task.number,
            from_offset=gap.start,
            to_offset=gap.end,
        )
        batch.positions[gap.topic] = gap.end
    progress.gaps = (*progress.gaps, *gaps)
    task.committer.start()
    if batch.positions:
        task.hand_over(batch)
        await task.committer.drained()
