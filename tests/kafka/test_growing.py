"""`consentry partitions grow`: three partitions become eight, whatever interrupts it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from streams.cli.main import main
from streams.core.identifiers import subject_key
from streams.core.instants import Instant
from streams.settings import Settings
from streams.topics import admin_session
from streams.wire.arrival import partition_for
from streams.wire.encode import event_to_json
from streams.wire.origin import OFFSET, PARTITION, TIMESTAMP, TOPIC
from tests.kafka.harness import Bus, Sent
from tests.kafka.killed_growth import killed_growth
from tests.kafka.standing import standing
from tests.kafka.stories import CONTROLLER, START, share, stories

SUBJECTS = 12
GROW = ["partitions", "grow", "--to", "8", "--json"]


@pytest.fixture
def bus(kafka: str, unique: str) -> Iterator[Bus]:
    with Bus(kafka, unique, partitions=3, transaction_max_records=30) as one:
        yield one


def moves(who: str) -> bool:
    key = subject_key(CONTROLLER, who)
    return partition_for(key, 3) != partition_for(key, 8)


def waiting(bus: Bus) -> Sent:
    """A re-keyed record that nobody has judged, of a person who moves to another partition."""
    who = next(f"waiting-{n}" for n in range(99) if moves(f"waiting-{n}"))
    event = share(who, "waiting", START)
    key = subject_key(CONTROLLER, who)
    headers = {TOPIC: bus.names.data_share, PARTITION: "0", OFFSET: "0", TIMESTAMP: str(START)}
    return Sent(
        topic=bus.names.rekeyed,
        key=key,
        value=event_to_json(event),
        partition=partition_for(key, 3),
        headers=[(name, value.encode()) for name, value in headers.items()],
    )


def strayed(bus: Bus) -> Sent:
    """A record under another key, of a person whose new partition is none of the first three."""
    names = (f"subject-{n}" for n in range(SUBJECTS))
    who = next(one for one in names if partition_for(subject_key(CONTROLLER, one), 8) > 2)
    return bus.event(share(who, "strayed", Instant(START)), key=b"another")


def sent_again(bus: Bus) -> Sent:
    """The one re-keyed record once more, as another generation sends it on the same topic."""
    [one] = bus.read(bus.names.rekeyed)
    return Sent(
        topic=one.topic,
        key=one.key,
        value=one.value,
        partition=one.partition,
        headers=one.headers,
    )


def test_three_partitions_become_eight(
    bus: Bus, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in bus.environment().items():
        if name.startswith("CONSENTRY_"):
            monkeypatch.setenv(name, value)
    bad = Sent(topic=bus.names.data_share, key=b"k", value=b"{}", partition=0)
    with bus.worker(None) as worker:
        bus.send(*bus.events(stories(SUBJECTS)), strayed(bus), bad)
        bus.settle(worker)
        capsys.readouterr()
        assert main([*GROW, "--yes"]) == 2
        assert "workers run: one without an instance_id" in capsys.readouterr().err
        assert worker.stop()[0] == 0
    before, names = standing(bus), bus.names
    # What comes meanwhile waits; and somebody has raised an input already.
    late = share("subject-1", "1-again", Instant(START))
    order = Sent(topic=names.commands, key=b"no id", value=b"{}", partition=0)
    bus.send(bus.event(late), sent_again(bus), waiting(bus), order)
    capsys.readouterr()
    assert main([*GROW, "--yes"]) == 2
    assert "has a command or a departure that is not through" in capsys.readouterr().err
    with admin_session(bus.settings.connection) as client:
        client.create_partitions({names.purchase: 8})
    capsys.readouterr()
    assert main([*GROW, "--dry-run"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["raised"][names.data_share] == 3
    assert names.purchase not in plan["raised"]
    assert (plan["from"], plan["to"], plan["workers"]) == (3, 8, [])

    with bus.start(program=killed_growth([*GROW, "--yes"], 8 + 4)) as killed:
        assert killed.ended() == -9, killed.text
    assert main([*GROW, "--yes"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert done["verified"]
    assert (done["facts"], done["resent"], done["copied"]) == (5 * SUBJECTS + 1, 2, 1)
    assert 0 < done["imported"] < done["rows"]
    given = bus.settings.model_dump(exclude_unset=True) | done["settings"]
    bus.settings = Settings(**given)
    bus.names = bus.settings.topics
    assert bus.settings.generation == 2
    assert standing(bus) == before

    with bus.worker(None) as worker:
        bus.send(*bus.events(stories(2, SUBJECTS)))
        bus.settle(worker)
        assert worker.stop()[0] == 0
    for name, value in bus.environment().items():
        if name.startswith("CONSENTRY_"):
            monkeypatch.setenv(name, value)
    assert main(["verify", "--json"]) == 0
    cuts = json.loads(capsys.readouterr().out)["partitions"]
    assert sum(cut["facts"] for cut in cuts) == 5 * (SUBJECTS + 2) + 3
