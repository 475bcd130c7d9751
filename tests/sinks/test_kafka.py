"""A topic of a real Kafka: in order, under the identity, and with words for what is wrong."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import NewTopic

from streams.core.findings import Finding
from streams.dev.broker import LocalBroker
from streams.sinks.contract import DELIVERED, DeliveryStatus, SinkDown
from streams.sinks.finding_update import FindingUpdate
from streams.sinks.kafka import KafkaOptions, KafkaSink
from tests.conftest import SECURE_PASSWORD, SECURE_USER
from tests.sinks.loads import in_loop, removal, updates

GIVEN = updates(findings=5, duties=2)


def options(brokers: str, topic: str, **changes: Any) -> KafkaOptions:
    return KafkaOptions.model_validate(
        {"type": "kafka", "brokers": [brokers], "topic": topic, **changes}
    )


@pytest.fixture
def topic(kafka: str, unique: str) -> Iterator[str]:
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    admin.create_topics([NewTopic(unique, 3, 1)])
    admin.wait_for_topics([unique])
    yield unique
    admin.delete_topics([unique])
    admin.close()


def records(kafka: str, topic: str, count: int) -> list[Any]:
    """The first records of a topic, each partition in its order."""
    consumer = KafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest")
    consumer.assign([TopicPartition(topic, number) for number in range(3)])
    found: list[Any] = []
    while len(found) < count:
        for batch in consumer.poll(timeout_ms=1_000).values():
            found += batch
    consumer.close()
    return found


@in_loop
async def test_ocsf_under_the_identity_in_order(kafka: str, topic: str) -> None:
    sink = options(kafka, topic).open()
    assert (await sink.check())[0].ok
    assert set(await sink.send(GIVEN)) == {DELIVERED}
    await sink.close()
    by_key: dict[str, list[str]] = {}
    for record in records(kafka, topic, len(GIVEN)):
        event = json.loads(record.value)
        assert event["finding_info"]["uid"] == record.key.decode()
        by_key.setdefault(record.key.decode(), []).append(event["metadata"]["uid"])
    expected: dict[str, list[str]] = {}
    for one_update in GIVEN:
        expected.setdefault(one_update.identity, []).append(one_update.uid)
    assert by_key == expected


@pytest.mark.parametrize("form", ["ocsf", "cloudevents", "flat"])
@in_loop
async def test_a_removal_is_a_tombstone_under_the_identity_behind_what_it_removes(
    kafka: str, topic: str, form: str
) -> None:
    sink = options(kafka, topic, format=form).open()
    gone = [removal(GIVEN[0]), removal(GIVEN[-1])]
    assert set(await sink.send([*GIVEN, *gone])) == {DELIVERED}
    await sink.close()
    last = {r.key.decode(): r.value for r in records(kafka, topic, len(GIVEN) + len(gone))}
    assert {key for key, value in last.items() if value is None} == {one.identity for one in gone}


@in_loop
async def test_cloud_events_are_read_by_others(kafka: str, topic: str) -> None:
    sink = options(kafka, topic, format="cloudevents").open()
    assert set(await sink.send(GIVEN)) == {DELIVERED}
    await sink.close()
    ids = {dict(record.headers)["ce_id"].decode() for record in records(kafka, topic, len(GIVEN))}
    assert ids == {one_update.uid for one_update in GIVEN}


@pytest.mark.parametrize("compression", ["none", "gzip", "snappy", "lz4", "zstd"])
@in_loop
async def test_every_codec(kafka: str, topic: str, compression: str) -> None:
    sink = options(kafka, topic, compression=compression).open()
    assert set(await sink.send(GIVEN)) == {DELIVERED}
    await sink.close()
    assert len(records(kafka, topic, len(GIVEN))) == len(GIVEN)


@in_loop
async def test_a_codec_without_its_library_is_named(
    kafka: str, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiokafka.codec.cramjam", None)
    sink = options(kafka, topic, compression="lz4").open()
    with pytest.raises(SinkDown, match="cannot compress with lz4") as raised:
        await sink.send(GIVEN)
    assert raised.value.lasting
    await sink.close()


@in_loop
async def test_what_is_too_large_for_the_topic_is_rejected_alone(kafka: str, unique: str) -> None:
    limit = 4_000
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    config = {"max.message.bytes": str(limit)}
    admin.create_topics([NewTopic(unique, 1, 1, topic_configs=config)])
    sink = options(kafka, unique, compression="none", format="cloudevents").open()
    first, *_ = GIVEN
    assert isinstance(first.record, Finding)
    large = msgspec.structs.replace(first.record, explanation_en=("x" * 400 + " ") * 20)
    outcomes = [
        *await sink.send([first]),
        *await sink.send([FindingUpdate(record=large, topic="t", partition=0, offset=0)]),
    ]
    await sink.close()
    admin.delete_topics([unique])
    admin.close()
    assert [one.verdict for one in outcomes] == [DeliveryStatus.DELIVERED, DeliveryStatus.REJECTED]


@in_loop
async def test_a_topic_that_is_not_there(kafka: str, unique: str) -> None:
    sink = options(kafka, unique, timeout_s=20).open()
    began = time.monotonic()
    with pytest.raises(SinkDown, match=f"the topic {unique} does not exist on {kafka}") as down:
        await sink.send(GIVEN)
    assert down.value.lasting
    assert "correct the key topic" in down.value.remedy
    (check,) = await sink.check()
    assert not check.ok
    assert f"the topic {unique} does not exist on {kafka}. Create it" in check.answer
    assert time.monotonic() - began < 15
    await sink.close()


def test_the_command_says_it_and_nothing_else(kafka: str, unique: str, tmp_path: Path) -> None:
    file = tmp_path / "consentry.toml"
    file.write_text(f'[sinks.k]\ntype = "kafka"\nbrokers = ["{kafka}"]\ntopic = "{unique}"\n')
    for command in ("check", "test"):
        done = subprocess.run(
            [sys.executable, "-m", "streams.cli.main", "sinks", command, "--config", str(file)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert done.stderr == ""
        assert f"the topic {unique} does not exist" in done.stdout
        assert len(done.stdout.splitlines()) == 1


@in_loop
async def test_a_wrong_password_lasts(secure_kafka: LocalBroker) -> None:
    def with_password(word: str) -> KafkaOptions:
        return options(
            secure_kafka.secure_bootstrap or "",
            "none",
            security_protocol="SASL_SSL",
            ssl_ca_file=secure_kafka.ca_file,
            sasl_username=SECURE_USER,
            sasl_password=word,
            timeout_s=20,
        )

    sink = with_password("wrong-word").open()
    with pytest.raises(SinkDown) as caught:
        await sink.send(GIVEN)
    assert caught.value.lasting
    assert "wrong-word" not in caught.value.problem + caught.value.remedy
    await sink.close()
    sink = with_password(SECURE_PASSWORD).model_copy(update={"timeout_s": 2}).open()
    (check,) = await sink.check()
    await sink.close()
    # It logs in; the topic is what is missing.
    assert not check.ok
    assert "login" not in check.answer
    sink = with_password(SECURE_PASSWORD).model_copy(update={"ssl_ca_file": None}).open()
    with pytest.raises(SinkDown, match="not trusted"):
        await sink.send(GIVEN)
    await sink.close()


class Part:
    """Of a producer that is stuck: what is closed is noted."""

    def __init__(self, name: str, closed: list[str]) -> None:
        self.name, self.closed = name, closed

    async def close(self) -> None:
        self.closed.append(self.name)


class Stuck:
    """A producer whose brokers answer nothing, and that gives nothing up."""

    def __init__(self) -> None:
        self.closed: list[str] = []
        self._sender, self.client = Part("sender", self.closed), Part("client", self.closed)

    async def send(self, *_: object, **__: object) -> asyncio.Future[None]:
        return asyncio.get_running_loop().create_future()

    async def stop(self) -> None:
        await asyncio.Event().wait()


@in_loop
async def test_what_was_not_confirmed_is_not_sent_behind_what_comes_next() -> None:
    sink, stuck = options("127.0.0.1:1", "t").open(), Stuck()
    assert isinstance(sink, KafkaSink)
    sink._options = sink._options.model_copy(update={"timeout_s": 0.05})
    sink._producer = cast("Any", stuck)
    with pytest.raises(SinkDown, match="no answer within"):
        await sink.send(GIVEN)
    assert stuck.closed == ["sender", "client"]


def test_logging_in_needs_both(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="sasl_username"):
        options("127.0.0.1:1", "t", security_protocol="SASL_SSL")
