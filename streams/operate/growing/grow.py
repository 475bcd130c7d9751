"""Giving an installation more partitions: its facts move, and the topics stay (docs/adr/0103).

Nothing of before is changed but the number of partitions of the inputs; state, findings and
duties of before stand until an operator deletes them. Each step does what is left of it, so the
same command goes on after whatever ended it.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from streams.core.policy import Policy
from streams.errors import ConsentryError
from streams.operate.growing.left_behind import copy_findings, send_on
from streams.operate.growing.plan import GrowthPlan
from streams.operate.moving.export import export_facts
from streams.operate.moving.going_on import GoingOn
from streams.operate.moving.load import Exports
from streams.operate.moving.writing import Imported, ImportWriter
from streams.settings import Settings
from streams.topics import admin_session, create_topics
from streams.topics.cluster import read_cluster
from streams.transport.tasks.judging_basis import JudgingBasis
from streams.transport.tasks.kafka_clients import changelog_reader
from streams.transport.tasks.state_owner import latest_progress
from streams.verify import Verification, verify
from streams.verify.bus import LiveBus
from streams.verify.pace import Advance, Pace
from streams.verify.topics import topic_ids
from streams.wire.progress import Progress

_EXPORT = Path("the facts of before")
"""How errors name the file between, which has no name."""

SHOWN_S = 30.0
"""How long a cluster may take until it shows the partitions that it was given."""

Step = Callable[[str], Advance | None]
"""Is called with each step in words; what it returns shows how far the step is."""


class Grown(NamedTuple):
    """What was done: `facts` moved in all, `imported` says how many rows in this run.

    `resent` re-keyed records had waited, `copied` findings have no row. `proof` is None where a
    sweep has to come first.
    """

    facts: int
    imported: Imported
    resent: int
    copied: int
    proof: Verification | None

    @property
    def proved(self) -> bool:
        """Whether what stands afterwards follows from as many facts as there were."""
        if self.proof is None:
            return False
        return self.proof.equal and sum(one.facts for one in self.proof.cuts) == self.facts


def grow(plan: GrowthPlan, policy: Policy, step: Step) -> Grown:
    """Do what the plan says, or what is left of it.

    Raises ConsentryError where workers run, and where a step cannot be done; said again, it goes
    on there.
    """
    plan.require_stopped()
    asyncio.run(_require_idle(plan))
    ids = topic_ids(plan.settings)
    exports = Exports(plan.target.partitions)
    try:
        with tempfile.TemporaryFile() as file:
            manifest = export_facts(plan.settings, file, step("reading the facts"))
            _require_same_topics(manifest.topic_ids, ids)
            file.seek(0)
            exports.load_file(file, _EXPORT)
        step("raising the partitions, and creating topics")
        plan.require_stopped()
        if plan.raised:
            _raise(plan)
        create_topics(plan.target)
        return asyncio.run(_move(plan, policy, exports, ids, step))
    finally:
        exports.close()


def _raise(plan: GrowthPlan) -> None:
    """Give the topics their partitions, and wait until the cluster says so."""
    to, deadline = plan.target.partitions, time.monotonic() + SHOWN_S
    with admin_session(plan.settings.connection) as client:
        client.create_partitions(dict.fromkeys(plan.raised, to))
        while True:
            found = read_cluster(client, plan.raised).topics
            behind = sorted(name for name in plan.raised if found[name].partitions < to)
            if not behind:
                return
            if time.monotonic() > deadline:
                raise ConsentryError(
                    f"{behind[0]} does not show {to} partitions after {SHOWN_S:g} s",
                    "Look at the cluster's controller, then say it again.",
                )
            time.sleep(0.2)


async def _require_idle(plan: GrowthPlan) -> None:
    """No command waits or is half done, as long as workers could still finish it.

    One that concerns a person belongs to the person's partition, which is another one afterwards.
    """
    if plan.begun:
        return
    names = plan.settings.topics
    async with LiveBus(plan.settings, Pace(None)) as bus:
        states = await _states(plan)
        for number in range(plan.before):
            end = await bus.settled(names.commands, number)
            # Where no worker has stored anything yet, all of them wait.
            start = await bus.start(names.commands, number)
            state = states.get(number) or Progress(positions={names.commands: start})
            position = state.positions.get(names.commands, end)
            if state.command is not None or state.leaving or position < end:
                raise ConsentryError(
                    f"partition {number} has a command or a departure that is not through "
                    f"({names.commands}, offset {position})",
                    "Start the workers, wait for its result, stop them, and say it again.",
                )


async def _move(
    plan: GrowthPlan, policy: Policy, exports: Exports, ids: Mapping[str, str], step: Step
) -> Grown:
    states = await _states(plan)
    covered = {one.partition: one.positions for one in exports.manifests[0].covered}
    if {number: one.positions for number, one in states.items()} != covered:
        raise ConsentryError(
            "workers went on while the facts were read", "Stop all workers, and say it again."
        )
    step("sending re-keyed records on")
    async with LiveBus(plan.target, Pace(None)) as bus:
        ends, resent = await send_on(plan.target, bus, range(plan.before), states)
    pace = Pace(step("writing facts, findings and duties"))
    going_on = GoingOn(states, rekeyed=ends)
    writer = ImportWriter(plan.target, policy, exports, ids, pace, going_on=going_on)
    imported = await writer.run(same=True)
    # After the others: they come only to topics that are empty.
    step("copying findings that no row holds")
    async with LiveBus(plan.target, Pace(None)) as bus:
        copied = await copy_findings(plan.settings, plan.target, bus, range(plan.before))
    facts = sum(exports.manifests[0].facts.values())
    proof = None
    if all(JudgingBasis(policy).change(one) is None for one in states.values()):
        proof = await asyncio.to_thread(_proof, plan.target, policy, step)
    return Grown(facts, imported, resent, copied, proof)


def _proof(target: Settings, policy: Policy, step: Step) -> Verification:
    return verify(target, policy, advance=step("verifying"))


async def _states(plan: GrowthPlan) -> dict[int, Progress]:
    """The progress rows of before, of the partition numbers that have one."""
    reader = changelog_reader(plan.settings)
    await reader.start()
    try:
        changelog = plan.settings.topics.changelog
        return await latest_progress(reader, changelog, range(plan.before))
    finally:
        await reader.stop()


def _require_same_topics(read: Mapping[str, str], now: Mapping[str, str]) -> None:
    """Positions of other topics of the same name would mean nothing."""
    for topic, topic_id in sorted(read.items()):
        if now.get(topic, topic_id) != topic_id:
            raise ConsentryError(
                f"{topic} was deleted and created again since it was judged",
                'docs/runbook.md, "Input is lost", says how to go on; then say it again.',
            )
