"""`consentry receive` on a real Kafka: signed webhooks go in, and none is promised in vain."""

from __future__ import annotations

import http.client
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import svix.webhooks
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from streams.dev.broker import LocalBroker
from streams.settings import Settings
from streams.topics.raw_topics import raw_topics
from tests.kafka.harness import ROOT, WorkerProcess, until
from tests.receive.senders import WHSEC, secret_files

PROGRAM = "import sys; from streams.cli.main import main; sys.exit(main(sys.argv[1:]))"
TOPIC = "consentry.raw.mail"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[LocalBroker]:
    """A broker that this test may kill."""
    with LocalBroker(tmp_path / "kafka", heap_mb=256) as one:
        yield one


class Receiving:
    """A receiver as a process, and a sender that signs as Svix does."""

    def __init__(self, bootstrap: str, folder: Path) -> None:
        self.config = folder / "consentry.toml"
        [secret, _] = secret_files(folder, WHSEC)
        self.config.write_text(
            f'brokers = "{bootstrap}"\nhealth_port = -1\n'
            "[receive]\nport = 0\nacknowledge_timeout_s = 1.0\n"
            f'[receive.sources.mail]\nscheme = "standard-webhooks"\nsecret_files = ["{secret}"]\n'
            'id_header = "svix-id"\n',
            "utf-8",
        )
        log_file = folder / "receive.log"
        make_topic(bootstrap)
        with log_file.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, "receive", "--config", self.config, "--json-logs"],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
            )
        self.process = WorkerProcess(process, log_file)

    def post(self, name: str, secret: str = WHSEC[0]) -> int:
        host, _, port = self.process.wait_for("receive.ready")["address"].rpartition(":")
        now = datetime.now(UTC)
        body = f'{{"id": "{name}"}}'
        signature = svix.webhooks.Webhook(secret).sign(name, now, body)
        headers = {
            "svix-id": name,
            "svix-timestamp": str(int(now.timestamp())),
            "svix-signature": signature,
        }
        connection = http.client.HTTPConnection(host, int(port), timeout=20)
        try:
            connection.request("POST", "/hooks/mail", body, headers)
            return connection.getresponse().status
        finally:
            connection.close()


def make_topic(bootstrap: str) -> None:
    """The one topic that the receiver needs."""
    [topic] = raw_topics(Settings(webhooks=("mail",), raw_partitions=1))
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        config = dict(topic.config)
        wanted = {"num_partitions": 1, "replication_factor": 1, "configs": config}
        admin.create_topics({topic.name: wanted})
        admin.wait_for_topics([topic.name])
    finally:
        admin.close()


def written(bootstrap: str) -> list[tuple[str, str, dict[str, bytes]]]:
    """Key, value and headers of all that stands on the topic."""
    place = TopicPartition(TOPIC, 0)
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, consumer_timeout_ms=1000)
    try:
        consumer.assign([place])
        consumer.seek_to_beginning(place)
        end = consumer.end_offsets([place])[place]
        found = []
        while consumer.position(place) < end:
            for record in consumer:
                found.append((record.key.decode(), record.value.decode(), dict(record.headers)))
                if record.offset + 1 >= end:
                    break
        return found
    finally:
        consumer.close()


def test_while_the_broker_is_away_nothing_is_promised(broker: LocalBroker, tmp_path: Path) -> None:
    receiving = Receiving(broker.bootstrap, tmp_path)
    promised = []
    with receiving.process as process:
        for name in ("m1", "m2"):
            assert receiving.post(name) == 200
            promised.append(name)
        assert receiving.post("stranger", WHSEC[1]) == 401
        broker.kill()
        assert receiving.post("m3") == 503
        assert receiving.post("m4") == 503
        broker.start()

        def taken() -> bool | None:
            return receiving.post("m5") == 200 or None

        until(taken, "it is taken again", 40, process)
        promised.append("m5")
        assert process.stop()[0] == 0
        assert "m1" not in process.text
    found = written(broker.bootstrap)
    assert set(promised) <= {key for key, _, _ in found}
    assert "stranger" not in {key for key, _, _ in found}
    assert found[0] == ("m1", '{"id": "m1"}', {"consentry-source": b"mail"})
