"""Facts that move in a world of the model: to more partitions, and into an empty installation.

Both are done as an operator does them, while no worker runs, by the product's own tools. What
was judged before is carried as the records that were sent, never as the rows that move.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import BinaryIO, TypeVar, cast

from streams.core.findings import Duty, Finding
from streams.core.identifiers import SubjectKey
from streams.errors import ConsentryError
from streams.operate.growing.grow import grow
from streams.operate.growing.plan import plan_growth
from streams.operate.moving.export import export_facts
from streams.operate.moving.importing import import_facts
from streams.operate.moving.start import Start
from streams.settings import Settings
from tests.model.answers import all_erasures
from tests.model.broker import Broker
from tests.model.carried import Carried
from tests.model.commanding import ERASE, Ordered
from tests.model.committed import Reader, origin_of
from tests.model.moving_tools import Killed, tools
from tests.model.traffic import POLICIES, SETTINGS, Sent
from tests.model.truth import check, judged, original
from tests.model.world import World

T = TypeVar("T")

MOST = 5
"""Partitions, which become more with every growth."""

COUNTS = (2, 3, 4)
"""Partitions of an installation into which facts are imported."""

TRIES = 3
"""How often workers may go on until no command waits."""


def grown(world: World, reader: Reader, number: int, salt: int) -> Reader:
    """`consentry partitions grow`; nothing where it cannot be."""
    to = world.partitions + number % 2 + 1
    next_one = {"partitions": to, "generation": world.settings.generation + 1}
    after = world.settings.model_copy(update=next_one)
    for _ in range(TRIES):
        stop(world, salt)
        check(world, reader)
        if to > MOST or not reader.progress:
            break
        try:
            target = _said(world.broker, salt, after, lambda: _grow(world, to))
        except ConsentryError as error:
            if "not through" not in error.problem:  # a command waits
                raise
            world.start()
            world.run(500, world.living, None)
            check(world, reader)
            continue
        _carry(world, reader)
        world.install(target, world.broker)
        return _successor(world, reader)
    world.start()
    return reader


def _grow(world: World, to: int) -> Settings:
    plan = plan_growth(world.settings, to)
    grow(plan, POLICIES[world.policy], lambda _: None)
    return plan.target


def imported(world: World, reader: Reader, number: int, salt: int) -> Reader:
    """The facts go to another cluster, and the rest of the history too, perhaps all of it again."""
    stop(world, salt)
    check(world, reader)
    if not reader.progress:
        world.start()
        return reader
    counts = [one for one in COUNTS if one != world.partitions]
    settings = SETTINGS.model_copy(update={"partitions": counts[number % len(counts)]})
    broker = world.cluster(settings)
    broker.cluster = world.broker.cluster + 1
    policy = POLICIES[world.policy]
    with tempfile.NamedTemporaryFile() as file:
        with tools(world.broker):
            export_facts(world.settings, cast("BinaryIO", file))
        file.flush()
        paths = [Path(file.name)]
        start = Start.EARLIEST
        _said(broker, salt, settings, lambda: import_facts(settings, policy, paths, start=start))
    _carry(world, reader)
    # What waited on the cluster of before is lost with it.
    world.carried.waiting.clear()
    world.install(settings, broker)
    world.sent.clear()
    world.ordered.clear()
    if salt % 3 == 0:
        world.next_event = 0
    return _successor(world, reader)


def stop(world: World, salt: int = 0) -> None:
    """End all workers; what they sent arrives, and what they left open times out."""
    for process in world.living:
        world.forget(process, Random(salt) if salt else None)
    world.processes.clear()
    broker = world.broker
    broker.refusals = 0
    world.run(10_000, [], None)
    world.on_the_way.clear()
    for number in range(world.partitions):
        broker.expire(world.settings.transactional_id(number))
    broker.settle()


def _said(broker: Broker, salt: int, settings: Settings, work: Callable[[], T]) -> T:
    """Let a tool do its work; one that is killed with a transaction is said again.

    What it left open may have timed out by then. `settings` are those that it writes for.
    """
    try:
        with tools(broker, kill_at=salt // 2 % 12 - 2, after=salt % 2 == 1):
            return work()
    except Killed:
        if salt // 16 % 2:
            for number in range(settings.partitions):
                broker.expire(settings.transactional_id(number))
            broker.settle()
        with tools(broker):
            return work()


def _carry(world: World, reader: Reader) -> None:
    """Note what was judged and said, before it is another installation."""
    half = dict(_half_erased(world, reader))
    persons = {key.decode().split("\x1f")[1] for key in half}
    said: dict[str, Finding | Duty] = {**reader.findings, **reader.duties}
    at_home = [*judged(world, reader, at_home=True), *_unfinished(world, reader)]
    world.carried = Carried(
        sent=at_home,
        waiting=[*judged(world, reader)],
        erased=all_erasures(world, reader) | half,
        said=said,
        resent=world.carried.resent | set(_waiting(world, reader)),
        going={name for name, one in said.items() if one.subject_id in persons},
        unnumbered=set(reader.unnumbered),
    )


def _unfinished(world: World, reader: Reader) -> Iterator[Sent]:
    """Records of which the fact is stored, and not all that follows is published."""
    for number, progress in reader.progress.items():
        one = progress.unfinished
        if one is None:
            continue
        if one.topic in world.inputs:
            records = world.sent[one.topic, number]
        else:
            records = [original(world, r) for r in world.broker.visible(one.topic, number)]
        yield from (sent for sent in records if sent.record.offset == one.offset)


def _waiting(world: World, reader: Reader) -> Iterator[bytes]:
    """Where re-keyed records stood that were not judged at home yet."""
    rekeyed = world.names.rekeyed
    for number in range(world.partitions):
        progress = reader.progress.get(number)
        position = 0 if progress is None else progress.positions[rekeyed]
        for record in world.broker.visible(rekeyed, number, position):
            yield "/".join(map(str, origin_of(record))).encode()


def _half_erased(world: World, reader: Reader) -> Iterator[tuple[SubjectKey, Ordered]]:
    """Persons whose erasure is begun: the row that stays is there, and others are too."""
    for number, progress in reader.progress.items():
        ongoing = progress.command
        if ongoing is None or not ongoing.row:
            continue
        for one in world.ordered[number]:
            if one.record.offset == ongoing.offset and one.kind == ERASE and one.key is not None:
                yield one.key, one


def _successor(world: World, reader: Reader) -> Reader:
    """A reader of what there is now: all that was said, and workers that go on."""
    world.moves_made += 1
    found = reader.successor(world)
    found.read()
    there = found.findings.keys() | found.duties.keys()
    carried = world.carried
    assert not carried.said.keys() - there - carried.going, "moved without all that was said"
    if world.broker is reader.broker:
        assert carried.unnumbered <= found.unnumbered, "a finding about a record stayed behind"
    world.start()
    return found
