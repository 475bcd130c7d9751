"""What `consentry receive` writes in each codec, read by a client of another library."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import aiohttp
import confluent_kafka
import pytest
from kafka import KafkaAdminClient

from streams.receive.load import read_receiving
from streams.receive.receiver import Receiver
from streams.settings import Settings, load_settings
from streams.topics.raw_topics import raw_topics
from tests.clients.message import CODECS
from tests.kafka.batches import stored
from tests.receive.senders import SECRETS, secret_files

BODIES = [json.dumps({"id": f"m{n}", "padding": "x" * 400 * n}).encode() for n in range(3)]


@pytest.mark.parametrize("codec", CODECS)
def test_another_client_reads_webhooks_back_that_were_packed(
    kafka: str, unique: str, tmp_path: Path, codec: str
) -> None:
    [secret, _] = secret_files(tmp_path, SECRETS)
    config = tmp_path / "consentry.toml"
    config.write_text(
        f'brokers = "{kafka}"\ntopic_prefix = "{unique}."\n'
        f'[receive]\nport = 0\ncompression = "{codec}"\n'
        f'[receive.sources.mail]\nscheme = "bearer"\nsecret_files = ["{secret}"]\n',
        "utf-8",
    )
    settings = load_settings(config)
    topic = make_topic(settings)
    assert asyncio.run(posted(settings, config)) == [200] * len(BODIES)
    assert read_back(kafka, topic) == BODIES
    packed = {record.codec for record in stored(settings, topic, 1)}
    assert packed == {"uncompressed" if codec == "none" else codec}


def make_topic(settings: Settings) -> str:
    """The topic of the one source; its partition takes what comes in its order."""
    [topic] = raw_topics(settings.model_copy(update={"raw_partitions": 1}))
    admin = KafkaAdminClient(bootstrap_servers=settings.connection.bootstrap)
    try:
        wanted = {"num_partitions": 1, "replication_factor": 1, "configs": dict(topic.config)}
        admin.create_topics({topic.name: wanted})
        admin.wait_for_topics([topic.name])
    finally:
        admin.close()
    return topic.name


async def posted(settings: Settings, config: Path) -> list[int]:
    """The answers to webhooks, one after the other."""
    receiver = Receiver(settings, read_receiving(config))
    url = f"http://{await receiver.start()}/hooks/mail"
    shown = {"Authorization": f"Bearer {SECRETS[0]}"}
    try:
        async with aiohttp.ClientSession() as session:
            answers = []
            for body in BODIES:
                async with session.post(url, data=body, headers=shown) as answer:
                    answers.append(answer.status)
            return answers
    finally:
        await receiver.stop()


def read_back(kafka: str, topic: str) -> list[bytes | None]:
    """The values that librdkafka reads on the topic."""
    options = {"bootstrap.servers": kafka, "group.id": topic, "enable.auto.commit": False}
    consumer = confluent_kafka.Consumer(options)
    try:
        consumer.assign(
            [confluent_kafka.TopicPartition(topic, 0, confluent_kafka.OFFSET_BEGINNING)]
        )
        found: list[bytes | None] = []
        while len(found) < len(BODIES):
            record = consumer.poll(20)
            assert record is not None
            assert record.error() is None, record.error()
            found.append(record.value())
        return found
    finally:
        consumer.close()
