"""An import keeps workers away from all partitions, and goes on after it was killed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from streams.errors import ConsentryError
from streams.operate.moving import importing, writing
from streams.operate.moving.importing import import_facts
from streams.operate.moving.start import Start
from streams.operate.moving.writing import Imported
from streams.settings import Settings
from streams.topics import all_topics
from streams.transport.state.changelog_restore import Restored
from streams.transport.state.memory import MemoryRows
from streams.transport.tasks.preconditions import stored_progress
from streams.wire.progress import PROGRESS_KEY
from tests.kafka.stories import stories
from tests.model.broker import Broker
from tests.model.moving_tools import Killed, tools
from tests.operate.moving.exported import POLICY, exported

COUNT = 3
HERE = Settings(brokers=("b:1",), partitions=COUNT)
CHANGELOG = HERE.topics.changelog


@pytest.fixture
def broker() -> Broker:
    """One whose topics are empty."""
    return Broker({topic.name: COUNT for topic in all_topics(HERE)})


@pytest.fixture
def path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Facts of persons of all partitions."""
    exported(monkeypatch, stories(12), tmp_path / "facts")
    return tmp_path / "facts"


def run(path: Path, start: Start = Start.EARLIEST) -> Imported:
    return import_facts(HERE, POLICY, [path], start=start)


def take_over(broker: Broker, number: int) -> None:
    """As a worker looks at the state of a partition number."""
    rows = MemoryRows()
    for record in broker.visible(CHANGELOG, number):
        if record.key == PROGRESS_KEY:
            rows.progress = record.value
        else:
            rows.put(record.key or b"", record.value)
    stored_progress(Restored(rows), CHANGELOG, number)


def test_no_worker_judges_a_partition_that_is_not_begun(broker: Broker, path: Path) -> None:
    with tools(broker, kill_at=COUNT), pytest.raises(Killed):
        run(path)
    for number in range(COUNT):
        with pytest.raises(ConsentryError, match="not all of them are there"):
            take_over(broker, number)
    with tools(broker):
        done = run(path)
    assert done.rows == done.of
    for number in range(COUNT):
        take_over(broker, number)


@pytest.mark.parametrize("commits", range(2 * COUNT))
def test_what_the_broker_took_back_of_a_killed_run_is_no_state(
    broker: Broker, path: Path, commits: int
) -> None:
    with tools(broker, kill_at=commits), pytest.raises(Killed):
        run(path)
    for number in range(COUNT):
        broker.expire(HERE.transactional_id(number))
    broker.settle()
    with tools(broker):
        run(path)
        assert run(path).rows == 0


def test_what_a_worker_has_judged_meanwhile_is_not_written_over(broker: Broker, path: Path) -> None:
    with tools(broker), pytest.MonkeyPatch.context() as patch:
        owner = vars(writing)["transactional_producer"]

        def later(settings: Settings, number: int) -> Any:
            broker.append(CHANGELOG, number, key=PROGRESS_KEY, value=b"of a worker")
            return owner(settings, number)

        patch.setattr(writing, "transactional_producer", later)
        with pytest.raises(ConsentryError, match="has a state already"):
            run(path)
    assert [one.value for one in broker.visible(CHANGELOG, 0)] == [b"of a worker"]


READ = (HERE.topics.purchase, HERE.topics.commands)


def write(broker: Broker, count: int = 1) -> None:
    """As producers and a commander do, on all partitions."""
    for topic, number in ((topic, number) for topic in READ for number in range(COUNT)):
        for _ in range(count):
            broker.append(topic, number, key=b"k", value=b"v")


def goes_on_at(broker: Broker) -> list[dict[str, int]]:
    """Of each partition number the offsets that workers go on from."""
    found = [broker.committed(HERE.group_id, number) for number in range(COUNT)]
    return [{topic: at[topic] for topic in READ} for at in found]


def test_the_latest_records_are_those_from_before_the_import(broker: Broker, path: Path) -> None:
    write(broker, 3)
    with tools(broker), pytest.MonkeyPatch.context() as patch:
        for module, name in ((importing, "require_start"), (writing, "transactional_producer")):
            step = vars(module)[name]

            def late(*given: Any, step: Any = step, **named: Any) -> Any:
                write(broker)
                return step(*given, **named)

            patch.setattr(module, name, late)
        run(path, Start.LATEST)
    # What came while the files were read, and while rows were written, is still to be judged.
    assert goes_on_at(broker) == [dict.fromkeys(READ, 3)] * COUNT


@pytest.mark.parametrize("commits", range(2 * COUNT))
def test_a_run_that_goes_on_passes_over_nothing_since_the_first(
    broker: Broker, path: Path, commits: int
) -> None:
    write(broker, 3)
    with tools(broker, kill_at=commits, after=True), pytest.raises(Killed):
        run(path, Start.LATEST)
    write(broker)
    with tools(broker):
        run(path, Start.LATEST)
    assert goes_on_at(broker) == [dict.fromkeys(READ, 3)] * COUNT


def test_commands_that_come_while_facts_are_imported_are_carried_out(
    broker: Broker, path: Path
) -> None:
    write(broker, 2)
    with tools(broker, kill_at=COUNT), pytest.raises(Killed):
        run(path)
    write(broker)
    with tools(broker):
        run(path)
    assert goes_on_at(broker) == [dict(zip(READ, (0, 2), strict=True))] * COUNT
