"""A world of the model: one broker, a group, worker processes, and what befalls them.

Each public method that begins with `do_` is one event of a schedule; its numbers choose
among what is possible at that moment, so that any numbers make a schedule, and smaller
ones a plainer one. Nothing depends on anything but these numbers.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from random import Random

from streams.core.events import Event
from streams.core.identifiers import subject_key
from streams.core.instants import hours, parse_instant
from streams.core.vocabulary import EventType
from streams.settings import Settings
from streams.wire.arrival import partition_for
from streams.wire.decode import Decoded, decode
from tests.model.broker import Broker, Content, Place, Record
from tests.model.disk import CURRENT, Disks
from tests.model.group import Group
from tests.model.loop import Clock
from tests.model.network import KILLED, Process, Request
from tests.model.worker import Worker
from tests.oracle.histories import Teller
from tests.oracle.product import core_policy

POLICY = core_policy({})
PARTITIONS = 2
SUBJECTS = ("s-1", "s-2", "s-3")
PROCESSES = 3
NAP_S = 1.0
"""Longer than workers sleep between polls; shorter than any of their timeouts."""

START = parse_instant("2026-12-31T00:00:00.000Z")
"""After every event of the histories, so that none claims to lie in the future."""

SETTINGS = Settings(
    application_id="model",
    partitions=PARTITIONS,
    open_slices=2,
    transaction_max_records=5,
    tick_source="external",
    # The broker of the model has a time of its own.
    clock_jump_max_s=100_000_000_000,
    dead_letter_limit_share=1.0,
)
ACCEPTING = SETTINGS.model_copy(update={"accept_lost_input": True})
NAMES = SETTINGS.topics
INPUTS = tuple(NAMES.inputs.values())
READ = (*INPUTS, NAMES.rekeyed, NAMES.ticks)
GROUP = SETTINGS.group_id

STOPPED = 2
CRASHED = 70


@dataclass(frozen=True)
class Sent:
    """A record of an input topic that can be judged, and its event; None for a bad one."""

    record: Record
    event: Event | None


@cache
def history(seed: int) -> list[tuple[str, bytes, bytes, Event]]:
    """Topic, key, value and event of some thirty records about three people."""
    published: list[tuple[str, bytes, bytes, Event]] = []
    for place, subject in enumerate(SUBJECTS):
        events, _ = Teller(seed * len(SUBJECTS) + place).history()
        for event in events[:10]:
            value = json.dumps(event | {"subject_id": subject}).encode()
            decoded = decode(value, None)
            assert isinstance(decoded, Decoded)
            topic = NAMES.inputs[EventType(event["event_type"])]
            published.append((topic, subject_key("OURCO", subject), value, decoded.event))
    Random(seed).shuffle(published)
    return published


@dataclass
class World:
    """Everything there is. `seed` chooses the history and what no number chooses.

    `lasting` gives workers one of a few instance ids; then two may have the same. With
    `on_disk` they keep state there, within `disk.disks()`.
    """

    seed: int = 0
    lasting: bool = False
    on_disk: bool = False
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        names = NAMES
        topics = (*READ, names.changelog, names.violations, names.duties)
        topics += (names.dead_letters, names.quarantine)
        self.broker = Broker(dict.fromkeys(topics, PARTITIONS), now=self.now)
        self.group = Group(PARTITIONS)
        self.random = Random(self.seed)
        self.processes: list[Process] = []
        self.workers: dict[str, Worker] = {}
        self.on_the_way: list[Request] = []
        self.sent: dict[Place, list[Sent]] = defaultdict(list)
        self.ended: list[tuple[str, int]] = []
        self.lost_input = False
        self.accepts = False
        self.dropped = 0
        self.faults = 0
        self.moves = 0
        self.disks = Disks() if self.on_disk else None
        if self.disks is not None:
            CURRENT.append(self.disks)
        self._next_event = 0
        self._names = 0
        self._hours = 0

    def now(self) -> int:
        """The broker's clock in milliseconds."""
        return int(START + hours(self._hours) + self.clock.now * 1000)

    @property
    def living(self) -> list[Process]:
        """The processes that run."""
        return [process for process in self.processes if process.alive]

    def _one(self, number: int) -> Process | None:
        living = self.living
        return living[number % len(living)] if living else None

    # What producers do.

    def do_send(self, count: int, salt: int) -> None:
        """The next records of the history, one in a while otherwise than it should be."""
        random = Random(salt)
        for _ in range(count % 6 + 1):
            published = history(self.seed)
            topic, key, value, event = published[self._next_event % len(published)]
            self._next_event += 1
            home = partition_for(key, PARTITIONS)
            fate = random.randrange(16) if salt else 15
            if fate == 0:
                self._send(topic, home, key, b"??", None)
            elif fate == 1:
                self._send(topic, (home + 1) % PARTITIONS, b"another key", value, event)
            elif fate == 2:
                self._send_aborted((topic, home), Content(key, value, (), self.now()))
            elif fate == 3:
                self._send(topic, home, key, value, event)
            if fate != 0:
                self._send(topic, home, key, value, event)

    def _send(self, topic: str, number: int, key: bytes, value: bytes, event: Event | None) -> None:
        record = self.broker.append(topic, number, key=key, value=value)
        self.sent[topic, number].append(Sent(record, event))

    def _send_aborted(self, place: Place, content: Content) -> None:
        """A producer of events that uses transactions and aborts one."""
        broker = self.broker
        refusals, broker.refusals = broker.refusals, 0
        session = broker.init_producer("a producer")
        broker.add_places(session, [place])
        broker.produce(session, place, [content])
        broker.end(session, commit=False)
        broker.tasks.pop()()
        broker.refusals = refusals

    def do_tick(self, number: int, more: int) -> None:
        """Hours pass, and a tick says so."""
        self._hours += more % 50
        self.broker.append(NAMES.ticks, number % PARTITIONS, key=None, value=b"tick")

    # What happens to processes.

    def do_start(self, number: int, salt: int) -> None:  # noqa: ARG002 - all take two
        """One more process."""
        if len(self.living) < PROCESSES:
            self.start(number)

    def start(self, number: int = 0) -> Process:
        """Start a worker. Where input was lost, the operator has accepted it."""
        self._names += 1
        name = f"worker-{self._names}"
        process = Process(name, self.clock, self.broker)
        settings = ACCEPTING if self.accepts else SETTINGS
        if self.disks is not None:
            folder = self.disks.folder(process, number)
            settings = settings.model_copy(update={"store": "rocksdb", "store_folder": folder})
        worker = Worker(
            process,
            broker=self.broker,
            group=self.group,
            member=f"w{number % PROCESSES}" if self.lasting else name,
            settings=settings,
            policy=POLICY,
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
            self._forget(process, Random(salt) if salt else None)

    def _forget(self, process: Process, random: Random | None) -> None:
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
        self.group.shift = shift % PARTITIONS
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
            self._run_all()

    # What befalls the broker.

    def do_expire(self, number: int, salt: int) -> None:  # noqa: ARG002 - all take two
        """The broker ends a transaction that is open for too long."""
        if self.broker.expire(SETTINGS.transactional_id(number % PARTITIONS)):
            self.faults += 1

    def do_compact(self, number: int, salt: int) -> None:  # noqa: ARG002 - all take two
        """The changelog is compacted."""
        self.broker.logs[NAMES.changelog, number % PARTITIONS].compact()

    def do_refuse(self, number: int, salt: int) -> None:  # noqa: ARG002 - all take two
        """The broker refuses the next batch."""
        self.faults += 1
        self.broker.refusals = 1

    def do_truncate(self, number: int, salt: int) -> None:
        """Retention deletes from an input, perhaps what was not judged yet."""
        place = INPUTS[number % len(INPUTS)], salt % PARTITIONS
        log = self.broker.logs[place]
        start = log.start
        self.broker.truncate(*place, start + (log.end - start + 1) // 2)
        if log.start > start:
            self.faults += 1
            self.lost_input = True

    # Steps.

    def run(self, count: int, processes: list[Process], random: Random | None) -> bool:
        """Up to `count` steps of requests and of the broker; whether there was any."""
        moved = False
        for _ in range(count):
            if not self._step(processes, random):
                break
            moved = True
        return moved

    def go_on(self, count: int, processes: list[Process], random: Random | None) -> None:
        """So many steps; where none is possible, the time of a short sleep or a poll passes."""
        for _ in range(count):
            if not self._step(processes, random) and not self._nap(processes):
                break

    def _nap(self, processes: list[Process]) -> bool:
        timers = [at for one in processes if one.alive and (at := one.loop.next_timer())]
        if not timers or min(timers) > self.clock.now + NAP_S:
            return False
        self.clock.now = max(self.clock.now, min(timers))
        for process in processes:
            process.run()
        self._bury()
        return True

    def _step(self, processes: list[Process], random: Random | None) -> bool:
        """One step; which, is drawn, or without a source of chance the oldest."""
        changes = self.broker.changes + self.group.changes
        choices: list[Request | Process | int] = [p for p in processes if p.alive and p.loop.ready]
        choices += range(len(self.broker.tasks))
        choices += self.on_the_way
        for process in processes:
            if process.alive:
                choices += [r for r in process.requests if not process.deaf or r.name != "watch"]
        if random is not None:
            random.shuffle(choices)
        for choice in choices:
            if isinstance(choice, Request) and choice.busy_at == changes:
                continue
            self.moves += 1
            if self._move(choice, random):
                return True
            assert isinstance(choice, Request)
            choice.busy_at = changes
        return False

    def _move(self, choice: Request | Process | int, random: Random | None) -> bool:
        if isinstance(choice, int):
            self.broker.tasks.rotate(-choice)
            task = self.broker.tasks.popleft()
            self.broker.tasks.rotate(choice)
            task()
            return True
        if isinstance(choice, Process):
            choice.run(10_000 if random is None else random.randrange(1, 9))
        elif not choice.process.alive:
            if not choice.arrive():
                return False
            self.on_the_way.remove(choice)
            return True
        elif not choice.process.move(choice):
            return False
        else:
            whole = random is None or random.random() < 0.8
            choice.process.run(10_000 if whole or random is None else random.randrange(9))
        self._bury()
        return True

    def _run_all(self) -> None:
        for process in self.living:
            process.run()
        self._bury()

    def _bury(self) -> None:
        for process in self.processes:
            if not process.alive and process.code != KILLED:
                self.ended.append((process.name, process.code or 0))
                self._forget(process, None)
        self.processes = self.living
