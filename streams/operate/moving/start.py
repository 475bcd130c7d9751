"""Where an installation goes on whose state was imported: positions, time, and what verdicts rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from streams.core.vocabulary import ClosingReason
from streams.errors import ConsentryError
from streams.operate.moving.lines import Covered, Manifest
from streams.transport.fetch.log_range import LogRange
from streams.transport.tasks.preconditions import latest
from streams.wire.imports import Import
from streams.wire.progress import Progress, StateOwner
from streams.wire.sweeps import Basis, Sweep


class Start(StrEnum):
    """From where on inputs are read that no export covers."""

    LATEST = "latest"
    EARLIEST = "earliest"


def same_topics(manifests: Sequence[Manifest], ids: Mapping[str, str]) -> bool:
    """Whether the positions of the export are those of the topics that are read here.

    `ids` are those of the topics here. Of several exports no position covers all of them.
    """
    if len(manifests) != 1:
        return False
    theirs = manifests[0].topic_ids
    return bool(ids) and all(theirs.get(topic) == own for topic, own in ids.items())


def require_start(*, same: bool, start: Start | None) -> None:
    """Check that it is known from where on inputs are read. Raises ConsentryError."""
    if not same and start is None:
        raise ConsentryError(
            "the export is of other topics than those that are read here, so its positions mean "
            "nothing here",
            "Say --from latest where the inputs here hold only what the export covers, or "
            "--from earliest to judge all that they hold: what is a fact already changes nothing.",
        )
    if same and start is not None:
        raise ConsentryError(
            "the export is of the topics that are read here, and says where to go on",
            "Leave --from out.",
        )


def require_count(manifest: Manifest, count: int, published: Sequence[str]) -> None:
    """Check that nothing that is published stays on a partition that is not its person's any more.

    `published` are the output topics that hold something. Raises ConsentryError.
    """
    if manifest.count != count and published:
        raise ConsentryError(
            f"the export is of {manifest.count} partitions, the topics have {count} now, and "
            f"{', '.join(published)} hold findings and duties on the partitions of before",
            "Import into an installation whose output topics are empty: with another topic_prefix, "
            "or other names in topic_violations and topic_duties.",
        )


def positions(
    number: int,
    logs: Mapping[str, LogRange],
    covered: Iterable[Covered],
    ticks: str,
    start: Start | None,
    commands: str = "",
) -> dict[str, int]:
    """The next offset of each topic of a partition number.

    `logs` end where they did as the import began. With `start` the same for all; without, where
    the export ended, and the start of what it did not read; commands that stand there already are
    not carried out again. Of ticks the later ones give the time, so theirs need not be there any
    more.
    """
    if start is not None:
        ends = start is Start.LATEST
        return {
            topic: log.end if ends or topic == commands else log.start
            for topic, log in logs.items()
        }
    read = next((one.positions for one in covered if one.partition == number), {})
    found = {topic: read.get(topic, log.start) for topic, log in logs.items()}
    if ticks in found and not logs[ticks].holds(found[ticks]):
        found[ticks] = logs[ticks].start
    return found


def first_progress(
    manifests: Sequence[Manifest],
    at: Mapping[str, int],
    *,
    digest: str,
    count: int,
    owner: StateOwner,
    topic_ids: Mapping[str, str],
) -> Progress:
    """The progress row of a partition number, once all its rows are written.

    `at` are its positions, `digest` names the exports. What was judged under other policies,
    by parts or by halves, is swept; the worker begins a sweep itself where its own policy or
    rules differ.
    """
    covered = [one for manifest in manifests for one in manifest.covered]
    partition_time = judged_until = ticking_since = None
    for one in covered:
        partition_time = latest(partition_time, one.partition_time)
        judged_until = latest(judged_until, one.judged_until)
        # A fact that says no arrival came by the first tick of its own partition.
        ticking_since = latest(ticking_since, one.ticking_since)
    return Progress(
        positions=dict(at),
        partition_time=partition_time,
        judged_until=judged_until,
        policy_digest=_digest(covered),
        partitions=count,
        ticking_since=ticking_since,
        owner=owner,
        topic_ids=dict(topic_ids),
        begins=dict(at),
        refusals_from=dict(at),
        basis=_basis(covered),
        sweep=_sweep(covered, several=len(manifests) > 1),
        imported=Import(digest, through=True),
    )


def _digest(covered: Sequence[Covered]) -> str:
    """That of the policy up to the latest instant that was judged; "" where they differ."""
    bases = {(one.policy_sequence, one.policy_version, one.rules) for one in covered}
    judged = [one for one in covered if one.judged_until is not None]
    if len(bases) != 1 or not judged:
        return ""
    return max(judged, key=lambda one: one.judged_until or 0).policy_digest


def _basis(covered: Sequence[Covered]) -> Basis:
    """Of no sequence: the log of policies here is another one, or may be."""
    rules, versions = {one.rules for one in covered}, {one.policy_version for one in covered}
    return Basis(
        rules=rules.pop() if len(rules) == 1 else "",
        version=versions.pop() if len(versions) == 1 else "",
    )


def _sweep(covered: Sequence[Covered], *, several: bool) -> Sweep | None:
    causes = [one.sweep for one in covered if one.sweep is not None]
    if several:
        # What came of one installation is evidence about what came of the other.
        return Sweep(cause=ClosingReason.LATE_EVIDENCE.value)
    return Sweep(cause=causes[0]) if causes else None
