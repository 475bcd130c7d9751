"""The local broker: a real Kafka that keeps its data, and says what is wrong."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import NewTopic
from kafka.errors import KafkaError

from streams.dev.broker import LocalBroker
from streams.errors import ConsentryError
from streams.settings import load_settings
from tests.conftest import SECURE_PASSWORD, SECURE_USER
from tests.kafka.processes import until


def create_topic(bootstrap: str, name: str, partitions: int = 1) -> None:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics([NewTopic(name, partitions, 1)])
    admin.close()


def produce(bootstrap: str, topic: str, values: list[bytes]) -> None:
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
    for value in values:
        producer.send(topic, value).get(timeout=20)
    producer.close()


def consume(bootstrap: str, topic: str, count: int) -> list[bytes]:
    consumer = KafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        auto_offset_reset="earliest",
        consumer_timeout_ms=20_000,
    )
    values = []
    for record in consumer:
        values.append(record.value)
        if len(values) == count:
            break
    consumer.close()
    return values


def kafka_process(broker: LocalBroker) -> psutil.Process:
    """The Java process of a broker."""
    properties = str(broker.data_dir / "server.properties")
    for process in psutil.process_iter(["name", "cmdline"]):
        if process.info["name"] == "java" and properties in (process.info["cmdline"] or []):
            return process
    raise AssertionError("no such process")


def has_ended(process: psutil.Process) -> bool:
    """Whether a process ends within a while; one that nobody has reaped yet has ended."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


def test_records_come_back(kafka: str, unique: str) -> None:
    create_topic(kafka, unique)
    produce(kafka, unique, [b"one", b"two"])
    assert consume(kafka, unique, 2) == [b"one", b"two"]


def test_a_topic_is_not_made_by_a_slip(kafka: str, unique: str) -> None:
    producer = KafkaProducer(bootstrap_servers=kafka, max_block_ms=2_000)
    with pytest.raises(KafkaError):
        producer.send(unique, b"lost?").get(timeout=10)
    producer.close()
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    assert unique not in admin.list_topics()
    admin.close()


def test_data_outlives_a_stop_and_a_kill(tmp_path: Path) -> None:
    with LocalBroker(tmp_path / "data", heap_mb=256) as broker:
        address = broker.bootstrap
        create_topic(address, "kept")
        produce(address, "kept", [b"before the stop"])
        broker.stop()
        assert not broker.running
        broker.start()
        assert broker.bootstrap == address
        produce(address, "kept", [b"before the kill"])
        process = kafka_process(broker)
        broker.kill()
        assert not broker.running
        assert has_ended(process)
        broker.start()
        assert broker.bootstrap == address
        assert consume(address, "kept", 2) == [b"before the stop", b"before the kill"]
    assert not broker.running
    assert (tmp_path / "data").exists()

    with LocalBroker(tmp_path / "data", heap_mb=256) as another:
        assert consume(another.bootstrap, "kept", 1) == [b"before the stop"]


def test_two_brokers_are_two_worlds(kafka: str, unique: str) -> None:
    with LocalBroker(heap_mb=256) as other:
        assert other.bootstrap != kafka
        create_topic(other.bootstrap, unique)
        admin = KafkaAdminClient(bootstrap_servers=kafka)
        assert unique not in admin.list_topics()
        admin.close()
        folder = other.data_dir
        assert folder.exists()
    assert not folder.exists()


def test_a_data_folder_has_one_broker(tmp_path: Path) -> None:
    with LocalBroker(tmp_path, heap_mb=256) as first:
        settings = (tmp_path / "server.properties").read_text("utf-8")
        second = LocalBroker(tmp_path, heap_mb=256)
        with pytest.raises(ConsentryError, match="in use by another Kafka"):
            second.start()
        assert (tmp_path / "server.properties").read_text("utf-8") == settings
        first.kill()
        second.start()
        second.stop()


def test_a_taken_port_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with (
            pytest.raises(ConsentryError, match=f"port {port} on") as caught,
            LocalBroker(port=port),
        ):
            pass
    assert "another port" in caught.value.remedy


def test_a_wrong_broker_setting_is_quoted() -> None:
    broker = LocalBroker(properties={"num.io.threads": "none"})
    try:
        with pytest.raises(ConsentryError) as caught:
            broker.start()
        assert "num.io.threads" in caught.value.remedy
    finally:
        broker.close()


PARENT = """
import sys, time
from pathlib import Path
from streams.dev.broker import LocalBroker
broker = LocalBroker(Path(sys.argv[1]), heap_mb=256)
broker.start()
print("ready", flush=True)
time.sleep(120)
"""


def test_no_broker_outlives_a_killed_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE)
    try:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"ready\n"
        broker = kafka_process(LocalBroker(tmp_path))
        guard = broker.parent()
        assert guard is not None
    finally:
        parent.kill()
        parent.communicate()
    assert has_ended(broker)
    assert has_ended(guard)


def test_a_broker_that_ended_by_itself_is_noticed() -> None:
    with LocalBroker(heap_mb=256) as broker:
        broker.check_running()
        kafka_process(broker).kill()
        until(lambda: None if broker.running else True, "the broker has ended")
        with pytest.raises(ConsentryError, match="ended by itself"):
            broker.check_running()


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"])
def test_a_login_over_tls(secure_kafka: LocalBroker, mechanism: str) -> None:
    settings = load_settings(
        environ={
            "CONSENTRY_BROKERS": secure_kafka.secure_bootstrap,
            "CONSENTRY_SECURITY_PROTOCOL": "SASL_SSL",
            "CONSENTRY_SSL_CA_FILE": str(secure_kafka.ca_file),
            "CONSENTRY_SASL_MECHANISM": mechanism,
            "CONSENTRY_SASL_USERNAME": SECURE_USER,
            "CONSENTRY_SASL_PASSWORD": SECURE_PASSWORD,
        }
    )
    admin = KafkaAdminClient(**settings.connection.kafka_python_options())
    (node,) = admin.describe_cluster()["brokers"]
    admin.close()
    assert f"{node['host']}:{node['port']}" == secure_kafka.secure_bootstrap


def test_passwords_stand_in_no_command_line_and_no_open_file(secure_kafka: LocalBroker) -> None:
    assert SECURE_PASSWORD not in " ".join(kafka_process(secure_kafka).cmdline())
    assert SECURE_PASSWORD not in repr(secure_kafka.security)
    assert SECURE_PASSWORD not in secure_kafka.log_file.read_text("utf-8")
    for name in ("server.properties", "server.pem"):
        assert (secure_kafka.data_dir / name).stat().st_mode & 0o077 == 0
