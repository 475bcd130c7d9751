"""A topic that is deleted, created again or cut while a command reads or fills it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec

from streams.check.result import run_check
from streams.core.policy import default_policy
from streams.dev.output_reader import open_outputs
from streams.errors import ConsentryError
from streams.files.find import InputFiles
from streams.topics import create_topics
from streams.wire.findings import encode_finding
from tests.kafka.harness import Bus, Sent, until
from tests.terminal.hostile import CONSENTRY, share, write_shares

PROGRAM = [sys.executable, "-c", CONSENTRY]


@pytest.fixture
def admin(bus: Bus) -> Iterator[KafkaAdminClient]:
    client = KafkaAdminClient(**bus.settings.connection.kafka_python_options())
    yield client
    client.close()


@pytest.fixture(autouse=True)
def environment(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = bus.settings
    for name in ("topic_prefix", "application_id", "partitions"):
        monkeypatch.setenv(f"CONSENTRY_{name.upper()}", str(getattr(settings, name)))
    # A port that is given must be had, and workers of other tests listen on the default one.
    monkeypatch.setenv("CONSENTRY_HEALTH_PORT", "-1")
    monkeypatch.setenv("CONSENTRY_BROKERS", settings.connection.bootstrap)


def begun(arguments: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*PROGRAM, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
    )


def one_finding(folder: Path) -> bytes:
    file = write_shares(folder / "shares.jsonl", ["a"])
    return encode_finding(run_check(InputFiles([str(file)]), default_policy(), None).findings[0])


def latest(admin: KafkaAdminClient, places: list[TopicPartition]) -> list[Any]:
    return list(admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST)).values())


def again(bus: Bus, admin: KafkaAdminClient, topic: str) -> None:
    """Delete a topic and create it once more."""
    admin.delete_topics([topic])
    until(lambda: topic in create_topics(bus.settings).created or None, f"{topic} is there again")


def test_watch_says_that_a_topic_is_another_one(
    bus: Bus, admin: KafkaAdminClient, tmp_path: Path
) -> None:
    bus.send(Sent(topic=bus.names.violations, key=b"k", value=one_finding(tmp_path)))
    program = begun(["watch", "--json", "--from-beginning"])
    assert program.stdout is not None
    assert program.stdout.readline()  # it has looked once
    again(bus, admin, bus.names.violations)
    _, said = program.communicate(timeout=60)
    assert f"error: {bus.names.violations} was deleted and created again while it was read" in said
    assert "--from-beginning" in said
    assert program.returncode == 2
    assert "Traceback" not in said


def test_watch_says_that_a_topic_is_gone(bus: Bus, admin: KafkaAdminClient, tmp_path: Path) -> None:
    bus.send(Sent(topic=bus.names.violations, key=b"k", value=one_finding(tmp_path)))
    program = begun(["watch", "--from-beginning"])
    assert program.stdout is not None
    assert program.stdout.readline()
    admin.delete_topics([bus.names.duties])
    _, said = program.communicate(timeout=60)
    assert f"error: {bus.names.duties} does not exist any more" in said
    assert "consentry topics create" in said
    assert program.returncode == 2


def test_produce_says_that_what_was_sent_is_gone(
    bus: Bus, admin: KafkaAdminClient, tmp_path: Path
) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text("".join(f"{json.dumps(share(f'e-{n}'))}\n" for n in range(300)))
    program = begun(["produce", str(file), "--rate", "20"])
    topic = next(name for kind, name in bus.names.inputs.items() if kind.value == "data-share")
    places = [TopicPartition(topic, number) for number in range(bus.settings.partitions)]
    until(
        lambda: sum(one.offset for one in latest(admin, places)) or None,
        "something is sent",
        worker=program,
    )
    again(bus, admin, topic)
    _, said = program.communicate(timeout=90)
    assert "was deleted and created again while it was filled" in said
    assert "send all of it again" in said
    assert program.returncode == 2
    assert "Traceback" not in said


def test_a_deliverer_says_that_a_topic_is_another_one(
    bus: Bus, admin: KafkaAdminClient, tmp_path: Path
) -> None:
    config = tmp_path / "consentry.toml"
    config.write_text(f'[sinks.f]\ntype = "file"\nformat = "flat"\npath = "{tmp_path / "out"}"\n')
    ready = tmp_path / "ready"
    program = begun(["deliver", "--config", str(config), "--ready-file", str(ready)])
    until(lambda: ready.exists() or None, "the ready file", worker=program)
    again(bus, admin, bus.names.violations)
    said, complained = program.communicate(timeout=60)
    last = json.loads(said.splitlines()[-1])
    assert last["event"] == "deliver.stopped", complained
    assert f"{bus.names.violations} was deleted and created again" in last["problem"]
    assert "--from state --again" in last["remedy"]
    assert program.returncode == 2
    assert "Traceback" not in complained


def test_watch_says_that_what_comes_next_is_not_there(bus: Bus) -> None:
    async def read() -> None:
        async with open_outputs(bus.settings, from_beginning=False) as feed:
            await feed.next()
            # As when the log was cut ahead of it; ours are compacted, and take no delete-records.
            feed._consumer.seek(TopicPartition(bus.names.violations, 0), 1000)
            for _ in range(20):
                await feed.next()

    with pytest.raises(ConsentryError, match="no longer has offset 1000, which comes next"):
        asyncio.run(read())
