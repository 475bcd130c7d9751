"""TLS and login against a SASL_SSL listener: what works, and what each mistake says."""

from __future__ import annotations

import asyncio
import logging
import time
from pathlib import Path

import pytest

from streams.cli.main import main
from streams.dev.broker import LocalBroker
from streams.dev.certificates import write_certificates
from streams.errors import ConsentryError
from streams.settings import Settings
from streams.topics import admin_session, all_topics, check_topics, create_topics
from tests.conftest import SECURE_PASSWORD, SECURE_USER

MECHANISMS = ("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN")
WRONG = "wr0ng-Word"


def settings_of(broker: LocalBroker, **changes: object) -> Settings:
    values: dict[str, object] = {
        "brokers": broker.secure_bootstrap,
        "security_protocol": "SASL_SSL",
        "ssl_ca_file": broker.ca_file,
        "sasl_username": SECURE_USER,
        "sasl_password": SECURE_PASSWORD,
        "connect_timeout_s": 5,
        "partitions": 1,
    }
    return Settings.model_validate(values | changes)


def refusal(settings: Settings) -> ConsentryError:
    started = time.monotonic()
    with pytest.raises(ConsentryError) as caught:
        check_topics(settings)
    assert time.monotonic() - started < 8
    assert WRONG not in caught.value.problem + caught.value.remedy
    return caught.value


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_topics_over_tls_with_a_password(
    secure_kafka: LocalBroker, unique: str, mechanism: str
) -> None:
    settings = settings_of(
        secure_kafka, sasl_mechanism=mechanism, topic_prefix=unique, application_id=unique
    )
    assert len(create_topics(settings).created) == len(all_topics(settings))
    assert check_topics(settings) == []


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_aiokafka_and_kafka_python_log_in_with_the_same_settings(
    secure_kafka: LocalBroker, mechanism: str
) -> None:
    from aiokafka import AIOKafkaProducer

    connection = settings_of(secure_kafka, sasl_mechanism=mechanism).connection

    async def start() -> None:
        producer = AIOKafkaProducer(**connection.aiokafka_options())
        await producer.start()
        await producer.stop()

    asyncio.run(start())
    with admin_session(connection) as client:
        assert len(client.describe_cluster()["brokers"]) == 1


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_a_wrong_password_is_said_soon_and_never_shown(
    secure_kafka: LocalBroker, mechanism: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        error = refusal(settings_of(secure_kafka, sasl_mechanism=mechanism, sasl_password=WRONG))
    assert f"refused the login of user {SECURE_USER} with {mechanism}" in error.problem
    assert "CONSENTRY_SASL_PASSWORD_FILE" in error.remedy
    assert caplog.records
    assert WRONG not in caplog.text


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_the_right_password_shows_in_no_debug_line(
    secure_kafka: LocalBroker, mechanism: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        check_topics(settings_of(secure_kafka, sasl_mechanism=mechanism))
    assert caplog.records
    # As it is, and as a line would quote it.
    for form in (
        SECURE_PASSWORD,
        repr(SECURE_PASSWORD)[1:-1],
        repr(SECURE_PASSWORD.encode())[2:-1],
    ):
        assert form not in caplog.text


def test_the_command_reads_the_password_from_a_file(
    secure_kafka: LocalBroker,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    word = tmp_path / "password"
    word.write_text(SECURE_PASSWORD + "\n", "utf-8")
    for name, value in {
        "BROKERS": secure_kafka.secure_bootstrap,
        "SECURITY_PROTOCOL": "SASL_SSL",
        "SSL_CA_FILE": str(secure_kafka.ca_file),
        "SASL_USERNAME": SECURE_USER,
        "SASL_PASSWORD_FILE": str(word),
        "TOPIC_PREFIX": "not-there.",
    }.items():
        monkeypatch.setenv(f"CONSENTRY_{name}", value)
    assert main(["topics", "check"]) == 1
    assert f"{len(all_topics(Settings()))} topics checked" in capsys.readouterr().out
    word.write_text(WRONG)
    assert main(["topics", "check"]) == 2
    captured = capsys.readouterr()
    assert f"error: {secure_kafka.secure_bootstrap} refused the login" in captured.err
    assert WRONG not in captured.out + captured.err


def test_an_unknown_authority(secure_kafka: LocalBroker, tmp_path: Path) -> None:
    other = tmp_path / "ca.pem"
    write_certificates(other, tmp_path / "server.pem")
    error = refusal(settings_of(secure_kafka, ssl_ca_file=other))
    assert "is not trusted" in error.problem
    assert str(other) in error.problem
    assert "CONSENTRY_SSL_CA_FILE" in error.remedy


def test_the_authorities_of_the_system_do_not_know_it(secure_kafka: LocalBroker) -> None:
    error = refusal(settings_of(secure_kafka, ssl_ca_file=None))
    assert "is not trusted" in error.problem
    assert "of the operating system" in error.problem


def test_tls_to_the_open_listener(secure_kafka: LocalBroker) -> None:
    error = refusal(settings_of(secure_kafka, brokers=secure_kafka.bootstrap))
    assert f"{secure_kafka.bootstrap} does not speak TLS" in error.problem
    assert "not a plaintext one" in error.remedy


def test_plaintext_to_the_secure_listener(secure_kafka: LocalBroker) -> None:
    error = refusal(Settings(brokers=(secure_kafka.secure_bootstrap,), connect_timeout_s=3))
    assert "speaks TLS, and security_protocol is PLAINTEXT" in error.problem
    assert "CONSENTRY_SECURITY_PROTOCOL" in error.remedy


def test_tls_without_a_login(secure_kafka: LocalBroker) -> None:
    error = refusal(
        Settings(
            brokers=(secure_kafka.secure_bootstrap,),
            security_protocol="SSL",
            ssl_ca_file=secure_kafka.ca_file,
            connect_timeout_s=2,
        )
    )
    assert "it wants a login" in error.problem


def test_nobody_there() -> None:
    error = refusal(
        Settings(brokers=("127.0.0.1:21199", "no-such-host.invalid:9092"), connect_timeout_s=1)
    )
    assert "no broker answered within 1 s" in error.problem
    assert "127.0.0.1:21199 (connection refused)" in error.problem
    assert "no-such-host.invalid:9092 (unknown host name)" in error.problem
