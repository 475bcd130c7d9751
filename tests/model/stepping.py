"""One step after the other: which request arrives, which task the broker does, who runs."""

from __future__ import annotations

from random import Random

from tests.model.broker import Broker
from tests.model.group import Group
from tests.model.loop import Clock
from tests.model.network import KILLED, Process, Request

NAP_S = 1.0
"""Longer than workers sleep between polls; shorter than any of their timeouts."""


class Stepping:
    """What can move in a world of the model, moved step by step."""

    clock: Clock
    broker: Broker
    group: Group
    processes: list[Process]
    on_the_way: list[Request]
    """Requests of processes that were killed, which may still arrive."""
    ended: list[tuple[str, int]]
    moves: int

    def forget(self, process: Process, random: Random | None) -> None:
        """A process is no more; of what it sent some may arrive, as is drawn."""
        raise NotImplementedError

    @property
    def living(self) -> list[Process]:
        """The processes that run."""
        return [process for process in self.processes if process.alive]

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

    def run_all(self) -> None:
        """Each process goes on until it waits."""
        for process in self.living:
            process.run()
        self._bury()

    def _bury(self) -> None:
        for process in self.processes:
            if not process.alive and process.code != KILLED:
                self.ended.append((process.name, process.code or 0))
                self.forget(process, None)
        self.processes = self.living
