"""Faults inside a worker's process: called there, before the worker starts.

    Bus.start(fault=die_at("commit", after=True, call=3))

The first functions give the source of a fault; the others run in the worker's process.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import inspect
import os
import random
import signal
import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple

DIED: Final = 99
"""Exit code of a worker that a fault ended."""

SLOW_COMMIT_S: Final = 0.4
JUMP_S: Final = 864_000.0


class Step(NamedTuple):
    """A step of the worker: `owner` is a module, or a class as `module:Class`."""

    owner: str
    name: str
    most: int
    """The fault strikes at one of so many first calls."""


_PRODUCER: Final = "streams.transport.commit.direct_producer:DirectProducer"
_DRIVER: Final = "streams.transport.faust_driver:Consumer"

TAKING_OVER: Final = {
    "producer start": Step(_PRODUCER, "start", 4),
    "committed offsets": Step("streams.transport.tasks.kafka_clients:GroupView", "committed", 4),
    "restore": Step("streams.transport.tasks.task_restore", "restore", 1),
    "restoring rows": Step("streams.transport.state.changelog_restore:Restored", "apply", 6),
    "committer start": Step("streams.transport.commit.transactions:Committer", "start", 2),
    "take-over": Step("streams.transport.tasks.task_initializer:TaskInitializer", "take", 1),
    "seek": Step(_DRIVER, "perform_seek", 1),
    "first slice": Step("streams.agents.judge:Judging", "_judge_one", 1),
}
"""From the start of a worker to its first record, in order."""

TRANSACTION: Final = {
    "begin": Step(_PRODUCER, "begin_transaction", 8),
    "send": Step(_PRODUCER, "send_batch", 20),
    "offsets": Step(_PRODUCER, "send_offsets_to_transaction", 8),
    "commit": Step(_PRODUCER, "commit_transaction", 8),
    "done": Step("streams.transport.commit.transactions:Committer", "commit", 8),
}
"""The steps of one transaction, in order."""

JUDGING: Final = {
    "slice": Step("streams.agents.judge:Judging", "_judge_one", 10),
    "record": Step("streams.agents.event_judge", "judge", 400),
    "hand over": Step("streams.transport.tasks.partition_task:PartitionTask", "hand_over", 10),
}
"""Within a slice: a death at a record is one in the middle of a batch."""

STEPS: Final = TAKING_OVER | TRANSACTION | JUDGING


def die_at(step: str, *, after: bool, call: int) -> str:
    """The process ends before or after the step, at its n-th call."""
    return _fault(f"at({step!r}, {after}, {call}, sabotage.die)")


def stop_at(step: str, *, after: bool, call: int) -> str:
    """The process stops itself there, as by SIGSTOP, until somebody lets it go on."""
    return _fault(f"at({step!r}, {after}, {call}, sabotage.stop)")


def die_in_rebalance(*, after: bool) -> str:
    """The process ends while it gives up partitions whose transactions are open."""
    return _fault(f"in_rebalance({after})")


def jumping_clock(seed: int) -> str:
    """The process's clock jumps by up to ten days, back and forth, every two seconds."""
    return _fault(f"jump({seed})")


def an_added_input(topic: str) -> str:
    """The process reads one topic more than the other workers, as a newer release may."""
    return _fault(f"read_also({topic!r})")


def _fault(call: str) -> str:
    return f"from tests.faults import sabotage; sabotage.{call}"


def die() -> None:
    """End at once: nothing is flushed, closed or committed."""
    os._exit(DIED)


def stop() -> None:
    """Stop until SIGCONT."""
    os.kill(os.getpid(), signal.SIGSTOP)


def at(step: str, after: bool, call: int, strike: Callable[[], None]) -> None:  # noqa: FBT001
    """Strike before or after the n-th call of a step."""
    calls = 0

    def due(*_: Any) -> bool:
        nonlocal calls
        calls += 1
        return calls == call

    around(STEPS[step], due, strike, after=after)


def in_rebalance(after: bool) -> None:  # noqa: FBT001
    """Die when partitions are given up while transactions are open, which slow commits make
    likely."""
    module, name = _PRODUCER.split(":")
    producer_class: Any = getattr(importlib.import_module(module), name)
    commit = producer_class.commit_transaction

    async def slowly(producer: Any) -> None:
        await asyncio.sleep(SLOW_COMMIT_S)
        await commit(producer)

    def busy(consumer: Any) -> bool:
        assignment = consumer.current_assignment
        return assignment is not None and any(
            not partition.committer.idle for partition in assignment.partitions.values()
        )

    producer_class.commit_transaction = slowly
    around(Step(_DRIVER, "_give_up", 1), busy, die, after=after)


def jump(seed: int) -> None:
    """Let `time.time` be wrong by another amount every two seconds."""
    true_time = time.time

    def wrong_time() -> float:
        now = true_time()
        rnd = random.Random(f"{seed}/{int(now / 2)}")
        return now + rnd.uniform(-JUMP_S, JUMP_S)

    time.time = wrong_time


def around(
    step: Step, due: Callable[..., bool], strike: Callable[[], None], *, after: bool
) -> None:
    """Wrap a function or coroutine; `due` sees the arguments of each call."""
    module, _, class_name = step.owner.partition(":")
    holder: Any = importlib.import_module(module)
    if class_name:
        holder = getattr(holder, class_name)
    original = getattr(holder, step.name)

    if inspect.iscoroutinefunction(original):

        @functools.wraps(original)
        async def waiting(*given: Any, **named: Any) -> Any:
            now = due(*given)
            if now and not after:
                strike()
            result = await original(*given, **named)
            if now and after:
                strike()
            return result

        setattr(holder, step.name, waiting)
    else:

        @functools.wraps(original)
        def calling(*given: Any, **named: Any) -> Any:
            now = due(*given)
            if now and not after:
                strike()
            result = original(*given, **named)
            if now and after:
                strike()
            return result

        setattr(holder, step.name, calling)


def read_also(topic: str) -> None:
    """Read one more topic than other workers."""
    app_class: Any = importlib.import_module("streams.app").ConsentryApp
    consumer_class: Any = importlib.import_module("streams.transport.faust_driver").Consumer
    declare, topics = app_class.topic, consumer_class.topics.fget

    def declare_more(app: Any, *names: str, **options: Any) -> Any:
        more = (topic,) if len(names) > 1 else ()  # only the agent declares many
        return declare(app, *names, *more, **options)

    app_class.topic = declare_more
    consumer_class.topics = property(lambda consumer: (*topics(consumer), topic))
