"""The worker's process: its loop, its signals and its end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from streams import compiled
from streams.cli.garbage import Housekeeping, settle_collector
from streams.cli.service_process import run_service, stop_signal
from streams.native.arenas import arenas_in_huge_pages
from streams.native.library import LIBRARY
from streams.transport import process_exit

if TYPE_CHECKING:
    from streams.app import ConsentryApp
    from streams.control.in_force import Given
    from streams.settings import Settings
    from streams.transport.faust_driver import Consumer
    from streams.transport.tasks.assignment import Assignment

STOP_WITHIN_S = 4.0
COUNTERS_INTERVAL_S = 10.0
log = structlog.get_logger("consentry.worker")


def run_worker(
    settings: Settings, given: Given, ready_file: Path | None, at: socket.socket | None = None
) -> None:
    """Run until SIGTERM or SIGINT. Returns after a tidy stop; else the process ends.

    `given` is the policy that the settings name, which holds until there is one in the log, or what
    is wrong in it. `at` is a socket at which it says how it is, in place of the settings' address.
    """
    settle_collector()
    run_service(_run(settings, given, ready_file, at), ready_file)


async def _run(
    settings: Settings, given: Given, ready_file: Path | None, at: socket.socket | None
) -> int:
    huge_pages = arenas_in_huge_pages()
    from streams.agents import install
    from streams.cli.worker_policy import app_under_policy, follow_policies, read_policies
    from streams.health.health import Health
    from streams.health.server import listen
    from streams.measures.worker_stats import WorkerStats
    from streams.metrics.expose import exposition
    from streams.metrics.otel import push
    from streams.metrics.worker import WorkerCollector
    from streams.transport.consumer_probe import ConsumerProbe

    policies = await read_policies(settings, given)
    app = app_under_policy(settings, given, policies)
    policy = app.basis.policy
    stats = WorkerStats()
    judges = install(app, stats)
    consumer: Consumer = app.consumer  # type: ignore[assignment]  # ours, by the URL scheme
    health = Health(consumer, ConsumerProbe(consumer), settings, app.registry)
    stopping = stop_signal(log, "worker.loop_error")
    log.info(
        "worker.starting",
        group=settings.group_id,
        instance_id=settings.instance_id,
        policy_version=policy.version,
        pid=os.getpid(),
        compiled=compiled.active(),
        native=LIBRARY is not None,
        huge_pages=huge_pages,
    )
    collector = WorkerCollector(
        stats=stats,
        work=consumer.work,
        owner=consumer,
        judges=judges,
        health=health,
        policy=lambda: app.basis.policy,
        topics=settings.topics.judged,
    )
    answering = await listen(health, settings, exposition(collector), at)
    beside = [
        asyncio.create_task(_start(app, ready_file)),
        asyncio.create_task(_watch(app)),
        asyncio.create_task(_log_counters(app)),
        asyncio.create_task(health.watch()),
        asyncio.create_task(_watch_topics(settings, consumer)),
        asyncio.create_task(follow_policies(app, policies)),
        asyncio.create_task(push(collector, "consentry-worker")),
        asyncio.create_task(Housekeeping(lambda: stats.judged_at).run()),
    ]
    await stopping.wait()
    log.info("worker.stopping")
    for task in beside:
        task.cancel()
    # A task of its own: the services underneath swallow a cancellation and go on.
    ending_app = asyncio.create_task(app.stop())
    await asyncio.wait({ending_app}, timeout=STOP_WITHIN_S)
    if not ending_app.done():
        _require_committed(app)
    if answering is not None:
        await answering.cleanup()
    log_counters(app)
    log.info("worker.stopped", problem=None)
    return 0


def _require_committed(app: ConsentryApp) -> None:
    """A client that is slow to close may be left; work that is not committed may not."""
    consumer: Consumer = app.consumer  # type: ignore[assignment]  # ours, by the URL scheme
    for partition in consumer.owned.values():
        if not partition.committer.idle:
            process_exit.crash("the worker did not stop in time")


async def _start(app: ConsentryApp, ready_file: Path | None) -> None:
    from streams.registry import published_ids

    consumer: Consumer = app.consumer  # type: ignore[assignment]  # ours, by the URL scheme

    def report_ready(holding: Assignment) -> None:
        if ready_file is not None:
            ready_file.write_text(" ".join(map(str, sorted(holding.numbers))) + "\n")

    consumer.ready_listeners.append(report_ready)
    try:
        # Before the group is joined: nothing is taken from others while a registry is away.
        app.schema_ids = await published_ids(app.settings)
        await app.start()
    except asyncio.CancelledError:
        raise
    except BaseException as error:  # noqa: BLE001 - whatever it is ends the process
        _end(app, error)


async def _watch(app: ConsentryApp) -> None:
    """Faust keeps a crashed app standing; here the process ends with it."""
    while not app.crashed:  # noqa: ASYNC110 - mode keeps the event to itself
        await asyncio.sleep(0.1)
    _end(app, app.crash_reason or RuntimeError())


async def _watch_topics(settings: Settings, consumer: Consumer) -> None:
    from streams.transport.client_errors import fail
    from streams.transport.tasks.log_watch import watch_topics

    try:
        await watch_topics(settings, consumer.observer)
    except asyncio.CancelledError:
        raise
    except BaseException as error:  # noqa: BLE001 - whatever it is ends the process
        fail(error, "watching the topics")


def _end(app: ConsentryApp, error: BaseException) -> None:
    from streams.transport.client_errors import fail

    fail(error, app.settings.connection.bootstrap)


async def _log_counters(app: ConsentryApp) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        while True:
            await asyncio.sleep(COUNTERS_INTERVAL_S)
            log_counters(app)


def log_counters(app: ConsentryApp) -> None:
    """One line: how the records of every topic ended, over the partitions that are owned."""
    import msgspec

    consumer: Consumer = app.consumer  # type: ignore[assignment]  # ours, by the URL scheme
    totals: dict[str, dict[str, int]] = {}
    for partition in consumer.owned.values():
        for topic, counters in partition.progress.counters.items():
            total = totals.setdefault(topic, {})
            for name in counters.__struct_fields__:
                total[name] = total.get(name, 0) + getattr(counters, name)
    if totals:
        log.info("worker.counters", topics=msgspec.to_builtins(totals))
