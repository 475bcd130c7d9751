"""A world of the model: one broker, a group, worker processes, and what befalls them.

Each public method that begins with `do_` is one event of a schedule; its numbers choose
among what is possible at that moment, so that any numbers make a schedule, and smaller
ones a plainer one. Nothing depends on anything but these numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from streams.transport.tasks.judging_basis import JudgingBasis
from tests.model.carried import Carried
from tests.model.commanding import Ordered
from tests.model.disk import CURRENT, Disks
from tests.model.foreign import Foreign
from tests.model.log import Place
from tests.model.loop import Clock
from tests.model.network import Process, Request
from tests.model.traffic import (
    POLICIES,
    PROCESSES,
    SETTINGS,
    Sent,
)
from tests.model.worker import Worker


@dataclass
class World(Foreign):
    """Everything there is. `seed` chooses the history and what no number chooses.

    `lasting` gives workers one of a few instance ids; then two may have the same. With
    `on_disk` they keep state there, within `disk.disks()`.
    """

    seed: int = 0
    lasting: bool = False
    on_disk: bool = False
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.install(SETTINGS, self.cluster(SETTINGS))
        self.random = Random(self.seed)
        self.processes: list[Process] = []
        self.workers: dict[str, Worker] = {}
        self.on_the_way: list[Request] = []
        self.sent: dict[Place, list[Sent]] = defaultdict(list)
        self.ordered: dict[int, list[Ordered]] = defaultdict(list)
        self.ended: list[tuple[str, int]] = []
        self.lost_input = False
        self.accepts = False
        self.dropped = 0
        self.carried = Carried()
        self.faults = 0
        self.moves = 0
        self.moves_made = 0
        self.commands = 0
        self.disks = Disks() if self.on_disk else None
        if self.disks is not None:
            CURRENT.append(self.disks)
        self.next_event = 0
        self._names = 0
        self.hours = 0
        self.basis = JudgingBasis(POLICIES[0])
        """The policy that was applied last; a process may not have heard of it yet."""
        self.policy = 0

    def _one(self, number: int) -> Process | None:
        living = self.living
        return living[number % len(living)] if living else None

    # What happens to processes.

    def do_start(self, number: int, salt: int) -> None:  # noqa: ARG002 - all take two
        """One more process."""
        if len(self.living) < PROCESSES:
            self.start(number)

    def start(self, number: int = 0) -> Process:
        """Start a worker."""
        self._names += 1
        name = f"worker-{self._names}"
        process = Process(name, self.clock, self.broker)
        settings = self.settings_now()
        if self.disks is not None:
            folder = self.disks.folder(process, number)
            settings = settings.model_copy(update={"store": "rocksdb", "store_folder": folder})
        worker = Worker(
            process,
            broker=self.broker,
            group=self.group,
            member=f"w{number % PROCESSES}" if self.lasting else name,
            settings=settings,
            latest=lambda: self.basis,
            random=self.random,
        )
        self.processes.append(process)
        self.workers[process.name] = worker
        process.start(worker.main)
        return process

    def do_kill(self, number: int, salt: int) -> None:
        """Kill a process; what it sent may still arrive."""
        process = self._one(number)
        if process is not None:
            self.faults += 1
            self.forget(process, Random(salt) if salt else None)

    def forget(self, process: Process, random: Random | None) -> None:
        if self.disks is not None:
            self.disks.leave(process)
        left = process.kill()
        if random is not None:
            self.on_the_way += [request for request in left if random.random() < 0.5]

    def do_evict(self, number: int, salt: int) -> None:  # noqa: ARG002 - all take two
        """The session of a member times out: a dead one, or one that does not know yet."""
        members = list(self.group.members)
        if members:
            self.faults += 1
            self.group.evict(members[number % len(members)])

    def do_overtake(self, number: int, salt: int) -> None:
        """A process is put out of the group, does not know it, and another goes some steps."""
        victim = self._one(number)
        if victim is None:
            return
        self.faults += 1
        for member, name in self.group.members.items():
            if name == victim.name:
                self.group.evict(member)
        others = [process for process in self.living if process is not victim] or [self.start()]
        count = number // PROCESSES % 80 + 20
        self.go_on(count, others[:1], Random(salt) if salt else None)

    def evict_dead(self) -> None:
        """The sessions of all that do not run any more time out."""
        names = {process.name for process in self.living}
        for member, name in self.group.members.items():
            if name not in names:
                self.group.evict(member)

    def do_drop(self, number: int, salt: int) -> None:  # noqa: ARG002 - all take two
        """The next slice is lost between the fetcher and the agent."""
        process = self._one(number)
        if process is not None:
            self.faults += 1
            self.dropped += 1
            self.workers[process.name].stream.lose_next()

    def do_rebalance(self, number: int, shift: int) -> None:  # noqa: ARG002 - all take two
        """The group divides the partition numbers again."""
        self.group.shift = shift % self.partitions
        self.group.rebalance()

    def do_run(self, which: int, salt: int) -> None:
        """A process and the broker go some steps on: `which` says who and how many.

        Most often it does not hear of the group meanwhile: heartbeats come seldom.
        """
        process = self._one(which)
        if process is not None:
            process.deaf = salt % 4 != 0
        count = which // PROCESSES % 80 + 1
        self.go_on(count, [process] if process else [], Random(salt) if salt else None)
        if process is not None:
            process.deaf = False

    def do_mix(self, number: int, salt: int) -> None:
        """All processes and the broker go some steps on, interleaved as it comes."""
        random = Random(salt) if salt else None
        for process in self.living:
            process.deaf = random is not None and random.random() < 0.7
        self.go_on(number % 120 + 1, self.living, random)
        for process in self.living:
            process.deaf = False

    def do_wait(self, number: int, salt: int) -> None:  # noqa: ARG002 - all take two
        """Time passes up to a timer."""
        for _ in range(number % 4 + 1):
            self.wait()

    def wait(self) -> None:
        """Time passes up to the next timer, and who waits for it wakes."""
        timers = [at for one in self.living if (at := one.loop.next_timer()) is not None]
        if timers:
            self.clock.now = max(self.clock.now, min(timers))
            self.run_all()

    def do_policy(self, number: int, salt: int) -> None:
        """Another policy comes into force; some processes hear of it at once, others later."""
        self.policy = number % len(POLICIES)
        self.basis = JudgingBasis(POLICIES[self.policy], self.basis.stored.sequence + 1)
        self.faults += 1
        self.announce([one for at, one in enumerate(self.living) if not salt >> at & 1])

    def announce(self, processes: Iterable[Process]) -> None:
        """Processes hear of the policy that is in force."""
        for process in processes:
            self.workers[process.name].basis = self.basis

    # What befalls the broker.

    def do_expire(self, number: int, salt: int) -> None:  # noqa: ARG002 - all take two
        """The broker ends a transaction that is open for too long."""
        if self.broker.expire(self.settings.transactional_id(number % self.partitions)):
            self.faults += 1

    def do_compact(self, number: int, salt: int) -> None:  # noqa: ARG002 - all take two
        """The changelog is compacted."""
        self.broker.logs[self.names.changelog, number % self.partitions].compact()

    def do_refuse(self, number: int, salt: int) -> None:  # noqa: ARG002 - all take two
        """The broker refuses the next batch."""
        self.faults += 1
        self.broker.refusals = 1

    def do_truncate(self, number: int, salt: int) -> None:
        """Retention deletes from an input, perhaps what was not judged yet."""
        place = self.inputs[number % len(self.inputs)], salt % self.partitions
        log = self.broker.logs[place]
        start = log.start
        self.broker.truncate(*place, start + (log.end - start + 1) // 2)
        if log.start > start:
            self.faults += 1
            self.lost_input = True
