"""What a worker takes partitions over with, and polls them with, by its settings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from streams.errors import ConsentryError
from streams.measures.transport_stats import TransportStats
from streams.settings import Settings
from streams.transport.clock import OwnClock
from streams.transport.commit.held_batches import hold_of
from streams.transport.commit.pace import TransactionPace
from streams.transport.consumer_thread import Thread
from streams.transport.memory_budget import shares
from streams.transport.poll_loop import Polling
from streams.transport.state.stores import MemoryStores, Stores
from streams.transport.tasks.assignment import Assignment
from streams.transport.tasks.judging_basis import JudgingBasis
from streams.transport.tasks.kafka_clients import (
    GroupView,
    changelog_reader,
    topic_id,
    worker_producer,
)
from streams.transport.tasks.log_watch import Observer
from streams.transport.tasks.state_owner import owner_of
from streams.transport.tasks.task_initializer import TaskInitializer
from streams.transport.tasks.task_plan import TaskClients, TaskPlan


def new_stores(settings: Settings) -> Stores:
    """Where rows are kept, in memory or on disk. Raises ConsentryError without RocksDB."""
    if settings.store == "memory":
        return MemoryStores()
    try:
        from streams.transport.state.disk.options import Memory
        from streams.transport.state.disk.stores import DiskStores
    except ImportError:
        raise ConsentryError(
            "the package rocksdict, which keeps state on disk, is not installed here",
            "Install it (pip install rocksdict), or set `store` to memory.",
        ) from None
    memory = Memory(settings.store_cache_bytes, settings.store_write_buffer_bytes)
    changelog = settings.topics.changelog
    return DiskStores(
        settings.store_of_worker, memory, changelog, partial(topic_id, settings, changelog)
    )


def new_take_over(
    thread: Thread,
    topics: tuple[str, ...],
    basis: JudgingBasis,
    stores: Stores,
    owned: int,
    work: TransportStats,
    observer: Observer,
    pace: TransactionPace,
    latest_basis: Callable[[], Awaitable[JudgingBasis]],
) -> TaskInitializer:
    """A taking-over of so many partitions of these topics, judged by the basis or a later one."""
    pace.partitions = owned
    settings = thread.settings
    names = settings.topics
    plan = TaskPlan(
        group_id=settings.group_id,
        topics=topics,
        counted=(
            *topics,
            names.changelog,
            names.violations,
            names.duties,
            names.dead_letters,
            names.quarantine,
        ),
        changelog=names.changelog,
        bounds=shares(settings, owned).transaction,
        basis=basis,
        accept_lost_input=settings.accept_lost_input,
        accept_missing_history=settings.accept_missing_history,
        passing=frozenset({names.ticks}),
        without_history=frozenset({names.ticks, names.commands, names.rekeyed}),
        owner=owner_of(settings),
        pace=pace,
        hold=hold_of(settings),
        latest_basis=latest_basis,
    )
    clients = TaskClients(
        group=GroupView(thread, topics),
        new_producer=partial(worker_producer, settings),
        new_reader=partial(changelog_reader, settings),
        topic_ids=partial(topic_ids, observer, (*names.input_types, names.rekeyed, names.commands)),
    )
    return TaskInitializer(
        plan, clients, stores=stores, stats=work, clock=OwnClock(settings.clock_jump_max_s)
    )


async def topic_ids(observer: Observer, topics: tuple[str, ...]) -> dict[str, str]:
    """The ids of the topics that judging must find again, where the broker states them."""
    views = await observer.ask(topics)
    return {topic: view.topic_id for topic, view in views.items() if view.topic_id}


def new_polling(thread: Thread, topics: tuple[str, ...], assignment: Assignment) -> Polling:
    """Polling of these topics, aligned as the settings say, under one assignment."""
    bounds = shares(thread.settings, len(assignment.numbers)).alignment
    return Polling(assignment, thread, topics, bounds)


def new_assignment(settings: Settings, counter: int, numbers: frozenset[int]) -> Assignment:
    """An assignment of these numbers, with room for poll batches as the settings say."""
    room = shares(settings, len(numbers)).open_bytes
    return Assignment(counter, numbers, settings.open_slices, room)
