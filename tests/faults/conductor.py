"""One run: a stream, a crew, strikes at seeded moments, and the check at the end.

    with Cluster() as cluster:
        result = Run(cluster, Plan(seed=7)).play()
    assert not result.problems

The seed decides the stream, the crew, its settings, which strikes come when, and whom they
hit. How the processes interleave is left to the machine.
"""

from __future__ import annotations

import shutil
import tempfile
import time
import uuid
from collections import deque
from pathlib import Path
from random import Random

from streams.core.instants import Instant
from streams.dev.samples import POLICY_FILE
from streams.policy_file import load_policy
from tests.faults.accounts import accounts, refused_ids
from tests.faults.checks import (
    against_batch,
    against_truth,
    facts_of,
    judge_at_once,
    missing_inputs,
    read_inputs,
    rows_of,
    sent_again,
)
from tests.faults.cluster import Cluster
from tests.faults.crew import Crew
from tests.faults.orders import after, erasures, may_be_erased, unanswered, without
from tests.faults.plan import Plan
from tests.faults.published import read_published, repeated
from tests.faults.restricted import marked
from tests.faults.result import Result, begun
from tests.faults.runtime import CONSENTRY, Runtime
from tests.faults.scene import Scene, stubbornly
from tests.faults.second import second
from tests.faults.stream import Feeder, Stream, make_stream
from tests.faults.strikes import STRIKES
from tests.faults.strikes.commands import ERASE, erase_at_rest
from tests.faults.strikes.exports import EXPORT
from tests.faults.verified import verified
from tests.faults.watcher import Watcher
from tests.kafka.harness import Bus

LOOK_S = 0.1
ASK_S = 1.0
"""Between two questions to the broker."""

PATIENCE_S = 15.0
WAITING_SHARE = 0.75
"""So many strikes wait until some worker judges."""


class UnsettledError(AssertionError):
    """The workers did not judge the rest although nothing strikes any more."""


class Run:
    """A run of one plan on a cluster, with ours or another runtime."""

    def __init__(self, cluster: Cluster, plan: Plan, runtime: Runtime = CONSENTRY) -> None:
        self.plan = plan
        self.runtime = runtime
        self._cluster = cluster
        name = f"faults-{plan.seed}-{uuid.uuid4().hex[:6]}"
        self._state = Path(tempfile.mkdtemp(prefix="consentry-state-"))
        self.bus = Bus(
            cluster.direct,
            name,
            partitions=plan.partitions,
            policy_file=POLICY_FILE,
            **({"store_folder": self._state} | plan.settings),
        )

    def play(self) -> Result:
        """Feed, strike, settle, check. What went wrong stands in the result."""
        plan = self.plan
        stream = make_stream(self.bus.settings, plan.seed, plan.subjects)
        result = begun(plan, self.runtime, len(stream.records))
        crew = Crew(self.bus, self.runtime, self._cluster.proxied, plan.names)
        scene = Scene(
            self.bus,
            self._cluster,
            crew,
            Random(plan.seed),
            ours=self.runtime.ours,
            persons=may_be_erased(stream, self.bus.names),
            export=self._state / "facts.jsonl",
        )
        feeder = Feeder(self._cluster.direct, stream.records, plan.seconds)
        with self.bus, Watcher(self.bus, feeder) as watcher:
            try:
                for member in crew.members:
                    crew.start(member)
                feeder.start()
                self._storm(scene, feeder)
                self._settle(scene, feeder)
                if scene.struck[ERASE]:
                    erase_at_rest(scene)
                    self._settle(scene, feeder)
                result.caught_up_s = round(time.monotonic() - scene.began, 1)
                self._check(scene, stream, result)
            except Exception as error:  # noqa: BLE001 - the next run goes on, and the report shows it
                result.fail(error)
            finally:
                feeder.stop()
                crew.end()
                shutil.rmtree(self._state)
                scene.finish_agenda()
        result.seconds = round(time.monotonic() - scene.began, 1)
        result.moments = scene.moments
        result.struck, result.deaths = dict(scene.struck), dict(crew.deaths)
        result.exits, result.starts = dict(crew.exits), crew.starts
        result.behind = watcher.behind
        return result

    def remove_topics(self) -> None:
        """Make room on the cluster for the next run."""
        prefix = self.bus.settings.topic_prefix
        own = self.bus.names.changelog
        with self._cluster.admin() as admin:
            admin.delete_topics(
                [name for name in admin.list_topics() if name.startswith(prefix) or name == own]
            )

    def _storm(self, scene: Scene, feeder: Feeder) -> None:
        """One strike after the other, spread over the time of the stream."""
        deck = deque(self.plan.deck)
        every = self.plan.seconds / (len(deck) + 1)
        wait = True
        following = scene.began + every * scene.rnd.uniform(0.5, 1.5)
        while deck or not feeder.done:
            time.sleep(LOOK_S)
            scene.keep_agenda()
            scene.crew.tend()
            if not deck or time.monotonic() < following:
                continue
            # Most strike at work under way; those on workers that still start find the rest.
            if wait and not scene.crew.working and time.monotonic() < following + PATIENCE_S:
                continue
            one = STRIKES[deck[0]]
            if one.inner and not self.runtime.ours:
                deck.popleft()
            elif one.possible(scene):
                deck.popleft()
                one.act(scene)
                wait = scene.rnd.random() < WAITING_SHARE
                following = time.monotonic() + every * scene.rnd.uniform(0.3, 1.7)
            elif time.monotonic() > following + PATIENCE_S:
                deck.popleft()  # it does not fit this crew

    def _settle(self, scene: Scene, feeder: Feeder) -> None:
        """Nothing strikes any more: wait until all is judged. Raises UnsettledError."""
        deadline = time.monotonic() + self.plan.settling_s
        asked = 0.0
        while True:
            time.sleep(LOOK_S)
            scene.keep_agenda()
            scene.crew.tend()
            if time.monotonic() > deadline:
                raise UnsettledError(f"{self._lag()} records are not judged in time")
            if not (scene.quiet and feeder.done):
                continue
            scene.crew.disarm()
            if scene.crew.whole and time.monotonic() > asked + ASK_S:
                if self._lag() == 0 and self._swept():
                    return
                asked = time.monotonic()

    def _swept(self) -> bool:
        """Whether all partitions are wholly of one policy; other runtimes have no sweeps."""
        if not self.runtime.ours:
            return True
        rows = stubbornly(self.bus.progress).values()
        latest = max(row.basis.sequence for row in rows)
        return all(not row.sweeping and row.basis.sequence == latest for row in rows)

    def _lag(self) -> int:
        """Records that are not committed, commands that were not carried out among them.

        A broker that was just restarted is asked again.
        """
        also = (self.bus.names.commands,) if self.runtime.ours else ()
        return stubbornly(lambda: self.bus.lag(*also))

    def _check(self, scene: Scene, stream: Stream, result: Result) -> None:
        """Compare; deadlines need the last ticks, so differences are looked at again."""
        policy, names = load_policy(POLICY_FILE), self.bus.names
        inputs = read_inputs(self.bus)
        erased = erasures(self.bus)
        facts = after(facts_of(inputs, names), erased)
        truth = without(stream.truth, erased)
        again = sent_again(inputs, stream, names)
        deadline = time.monotonic() + self.plan.last_ticks_s
        while True:
            clock = Instant(int(time.time() * 1000))
            published = read_published(self.bus)
            found = against_truth(truth, published, again, clock)
            found += against_batch(judge_at_once(facts, policy, clock), published)
            if not found or time.monotonic() > deadline:
                break
            scene.crew.tend()
            time.sleep(1)
        found += missing_inputs(inputs, stream) + repeated(published)
        if self.runtime.ours:
            scene.crew.stop()
            refused = refused_ids(inputs, names, facts)
            found += accounts(self.bus, inputs, rows_of(facts), refused, published)
            found += verified(self.bus)
            undone, done = unanswered(self.bus, scene.orders)
            found += undone + marked(self.bus)
            result.commands = dict(done)
            if scene.struck[EXPORT]:
                seconds = self.plan.last_ticks_s
                found += second(self.bus, policy, scene.export, published, seconds)
        result.problems = found
        result.records, result.rows = len(inputs), len(rows_of(facts))
        result.findings = len(published.findings) + len(published.duties)
        result.erased, result.rebuilt = published.erased, published.rebuilt
