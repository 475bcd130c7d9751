"""What must be true before a partition is judged (architecture 4, invariants 7, 8 and 11).

Each check returns, or raises a ConsentryError that ends the worker: never judge on less.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from streams.core.instants import Instant
from streams.errors import ConsentryError
from streams.transport.fetch.log_range import LogRange, out_of_range
from streams.transport.state.changelog_restore import Restored, unreadable_row
from streams.wire.progress import CorruptProgress, Gap, Progress, decode_progress

_START_AGAIN = (
    "Raise the setting `generation`, create its topics, and bring the facts of a backup with "
    "`consentry facts import`. Without one: restore the topic; or judge the inputs again, where "
    "they still begin at their start."
)

_OFFSETS_LOST = (
    "Stop all workers, then `consentry offsets restore` sets the offsets from the state: the "
    "coordinator forgets those of a group that was idle for offsets.retention.minutes."
)


def shared_numbers(topics: Sequence[str], assigned: Iterable[tuple[str, int]]) -> frozenset[int]:
    """The partition numbers that this worker was given, the same for every topic.

    Raises ConsentryError when one topic has others: its records would be judged without
    the rest of their subjects.
    """
    by_topic: dict[str, set[int]] = {topic: set() for topic in topics}
    for topic, number in assigned:
        by_topic.setdefault(topic, set()).add(number)
    numbers = by_topic[topics[0]]
    odd = [topic for topic, own in by_topic.items() if own != numbers]
    if odd:
        raise ConsentryError(
            f"the group assigned other partition numbers of {', '.join(sorted(odd))} than of "
            f"{topics[0]}",
            "All workers of the group must read the same topics. To add a topic: stop all "
            "workers, remove static members, then start all on the new release.",
        )
    return frozenset(numbers)


def same_counts(counts: Mapping[str, int]) -> int:
    """The partition count that all topics have. Raises ConsentryError when they differ."""
    distinct = set(counts.values())
    if len(distinct) == 1:
        return distinct.pop()
    listed = ", ".join(f"{topic} {count}" for topic, count in sorted(counts.items()))
    raise ConsentryError(
        f"the topics have different partition counts: {listed}",
        "`consentry topics check` says which are wrong; a subject's records and state must "
        "share one partition number.",
    )


def stored_progress(restored: Restored, changelog: str, partition: int) -> Progress | None:
    """The progress row that was restored; None when there is no state at all.

    Raises ConsentryError for rows without one, and for one that cannot be read.
    """
    if restored.progress is None:
        if next(restored.rows.walk(), None) is not None:
            raise ConsentryError(
                f"the state has rows and no progress row ({changelog}, partition {partition})",
                f"Something else than a worker wrote to the topic. {_START_AGAIN}",
            )
        return None
    try:
        progress = decode_progress(restored.progress)
    except CorruptProgress:
        raise unreadable_row(changelog, partition) from None
    if progress.imported is not None and not progress.imported.through:
        raise ConsentryError(
            f"facts are being imported into {changelog}, partition {partition}, and not all of "
            "them are there",
            "Run `consentry facts import` again with the same files: it goes on where it was.",
        )
    return progress


def progress_agrees(
    progress: Progress | None, committed: Mapping[str, int], changelog: str, partition: int
) -> None:
    """Check that the restored state ends where the group's committed offsets are.

    Raises ConsentryError when state is missing, older or newer than the offsets.
    """
    place = f"{changelog}, partition {partition}"
    if progress is None:
        if committed:
            raise ConsentryError(
                f"the state of the group is missing ({place}): offsets are committed, and no "
                "progress row is there",
                _START_AGAIN,
            )
        return
    differing = progress.differences(committed)
    if not differing:
        return
    topic = differing[0]
    raise ConsentryError(
        f"the state does not belong to the committed offsets ({place}): for {topic} it ends at "
        f"{progress.positions.get(topic)}, committed is {committed.get(topic)}",
        _OFFSETS_LOST
        if not committed
        else "If somebody deleted or moved the group's offsets: stop all workers, and `consentry "
        "offsets restore` sets them from the state. If the changelog lost its end: restore it "
        "from a backup first.",
    )


def lost_inputs(
    committed: Mapping[str, int],
    logs: Mapping[str, LogRange],
    partition: int,
    *,
    accept: bool,
) -> list[Gap]:
    """Records that the broker deleted before they were judged.

    Raises ConsentryError when there are any and the operator did not accept it, and for a
    position past the end of its log, which nobody can accept: what comes to stand there
    has the offsets of records that were judged.
    """
    outside = [
        (topic, position, logs[topic])
        for topic, position in sorted(committed.items())
        if topic in logs and not logs[topic].holds(position)
    ]
    for topic, position, log in outside:
        if not accept or position > log.end:
            raise out_of_range(topic, partition, position, log)
    return [Gap(topic, position, log.start) for topic, position, log in outside]


def latest(first: Instant | None, second: Instant | None) -> Instant | None:
    """The later of two instants, None being before all."""
    if first is None or (second is not None and second > first):
        return second
    return first
