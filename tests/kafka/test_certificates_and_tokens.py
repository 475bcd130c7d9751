"""Client certificates (mTLS) and SASL OAUTHBEARER against one Kafka: what works, and what is said."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.conn import create_conn
from aiokafka.errors import SaslAuthenticationFailed
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth

from streams.dev.broker import BrokerSecurity, LocalBroker
from streams.dev.certificates import write_certificates
from streams.settings import Settings
from streams.topics import check_topics, create_topics
from streams.topics.reader import Reader
from tests.kafka.harness import Bus, until
from tests.kafka.logins import USER, WORD, ZONE, by_certificate, by_token, refused, token_file
from tests.kafka.stories import expected, stories
from tests.kafka.test_listeners import EVERY
from tests.kafka.test_worker import now
from tests.kafka.token_server import AUDIENCE, ISSUER, SECRET, TokenServer, another_key

LISTENER = "listener.name.secure.oauthbearer.sasl"
CHECKS = "sasl.oauthbearer"
BEARER = "org.apache.kafka.common.security.oauthbearer"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The broker's folder, with the certificates of one authority, and those of another one."""
    folder = tmp_path_factory.mktemp("identities")
    write_certificates(folder / "ca.pem", folder / "server.pem", folder / "client.pem")
    write_certificates(folder / "other-ca.pem", folder / "o.pem", folder / "other-client.pem")
    return folder


@pytest.fixture(scope="module")
def tokens(folder: Path) -> Iterator[TokenServer]:
    with TokenServer(folder, folder / "server.pem") as server:
        yield server


@pytest.fixture(scope="module")
def broker(folder: Path, tokens: TokenServer) -> Iterator[LocalBroker]:
    """One listener knows clients by certificate, another by password or token.

    The token is checked by Kafka's own validator: signature, issuer, audience and expiry.
    """
    keys = tokens.keys_file.as_uri()
    with LocalBroker(
        folder,
        security=BrokerSecurity(users={USER: WORD}, mutual=True),
        heap_mb=256,
        properties={
            # Consumers say where they are, and are sent to the one replica that there is.
            "broker.rack": ZONE,
            "replica.selector.class": "org.apache.kafka.common.replica.RackAwareReplicaSelector",
            "listener.name.secure.sasl.enabled.mechanisms": "SCRAM-SHA-512,OAUTHBEARER",
            f"{LISTENER}.jaas.config": f"{BEARER}.OAuthBearerLoginModule required;",
            f"{LISTENER}.server.callback.handler.class": (
                f"{BEARER}.OAuthBearerValidatorCallbackHandler"
            ),
            # The one that Kafka takes by default checks no signature here.
            f"{CHECKS}.jwt.validator.class": f"{BEARER}.BrokerJwtValidator",
            f"{CHECKS}.jwks.endpoint.url": keys,
            f"{CHECKS}.expected.issuer": ISSUER,
            f"{CHECKS}.expected.audience": AUDIENCE,
            f"{CHECKS}.clock.skew.seconds": "0",
        },
        java_options=(
            f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={keys}",
            f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.files={tokens.keys_file}",
        ),
    ) as running:
        yield running


@pytest.mark.parametrize("protocol", ["SSL", "SASL_SSL"])
@pytest.mark.parametrize(
    "command", [*EVERY, ["produce", "FILE"], ["deliver", "--config", "SINKS"]], ids=" ".join
)
def test_a_client_certificate_that_is_wanted_is_said(
    broker: LocalBroker,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
    protocol: str,
) -> None:
    (tmp_path / "FILE").write_text("{}\n")
    (tmp_path / "SINKS").write_text('[sinks.f]\ntype = "file"\nformat = "flat"\npath = "out"\n')
    monkeypatch.chdir(tmp_path)
    settings = by_certificate(broker, security_protocol=protocol, ssl_cert_file="")
    if protocol == "SASL_SSL":
        settings |= {"sasl_username": USER, "sasl_password": WORD}
    assert refused(monkeypatch, capsys, settings, *command) == (
        f"{broker.mutual_bootstrap} asks for a client certificate (ssl.client.auth=required), "
        "and none is set"
    )


def test_a_client_certificate_of_another_authority(
    broker: LocalBroker, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = broker.data_dir / "other-client.pem"
    said = refused(monkeypatch, capsys, by_certificate(broker, ssl_cert_file=other))
    assert said.startswith(f"{broker.mutual_bootstrap} refuses the client certificate {other}: ")


def test_a_broker_of_another_authority(
    broker: LocalBroker, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = broker.data_dir / "other-ca.pem"
    said = refused(monkeypatch, capsys, by_certificate(broker, ssl_ca_file=other))
    assert f"the certificate of {broker.mutual_bootstrap} is not trusted" in said


def test_every_client_shows_its_certificate(broker: LocalBroker, unique: str) -> None:
    """kafka-python, aiokafka, and aiokafka as Faust starts it."""
    settings = Settings.model_validate(
        by_certificate(broker) | {"topic_prefix": f"{unique}.", "partitions": 1}
    )
    create_topics(settings)
    assert check_topics(settings) == []
    connection, topic = settings.connection, settings.topics.rekeyed

    async def send_and_read() -> list[bytes]:
        faust = credentials_to_aiokafka_auth(connection.faust_credentials())
        options = {"bootstrap_servers": broker.mutual_bootstrap, **faust}
        async with AIOKafkaProducer(**options) as producer:
            await producer.send_and_wait(topic, b"shown")
        reader = Reader(**connection.consumer_options(), auto_offset_reset="earliest")
        await reader.start()
        try:
            reader.assign([TopicPartition(topic, 0)])
            return [(await reader.getone()).value]
        finally:
            await reader.stop()

    assert asyncio.run(send_and_read()) == [b"shown"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sasl_oauth_client_secret": "wr0ng"}, "the secret is wrong"),
        ({"sasl_oauth_scope": "moon"}, "it does not know this scope"),
        ({"sasl_oauth_ssl_ca_file": "other-ca.pem"}, "is not trusted"),
        ({"sasl_oauth_token_url": "https://localhost:1/token"}, "connection refused"),
    ],
)
def test_a_token_endpoint_that_gives_no_token(
    broker: LocalBroker,
    tokens: TokenServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, str],
    said: str,
) -> None:
    monkeypatch.chdir(broker.data_dir)
    settings = by_token(broker, tokens) | changes
    found = refused(monkeypatch, capsys, settings)
    assert settings["sasl_oauth_token_url"] in found
    assert said in found
    assert "wr0ng" not in found


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"lifetime_s": -5}, "expired at 20"),
        ({"audience": "the moon"}, "refused the login of the token in"),
        ({"key": another_key()}, "refused the login of the token in"),
    ],
)
def test_a_token_that_is_not_good(
    broker: LocalBroker,
    tokens: TokenServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, object],
    said: str,
) -> None:
    file = token_file(tmp_path, tokens, **changes)
    settings = by_token(broker, tokens)
    for name in [one for one in settings if one.startswith("sasl_oauth_")]:
        del settings[name]
    settings["sasl_oauth_token_file"] = file
    started = time.monotonic()
    found = refused(monkeypatch, capsys, settings)
    assert time.monotonic() - started < 8
    assert said in found
    assert file.read_text().strip() not in found


def test_aiokafka_learns_that_its_token_is_refused(
    broker: LocalBroker, tokens: TokenServer, tmp_path: Path
) -> None:
    """And does not take the broker's first answer for a success."""
    file = token_file(tmp_path, tokens, audience="the moon")
    connection = Settings(
        brokers=(broker.secure_bootstrap,),
        security_protocol="SASL_SSL",
        ssl_ca_file=broker.ca_file,
        sasl_mechanism="OAUTHBEARER",
        sasl_oauth_token_file=file,
    ).connection
    options = connection.aiokafka_options()
    del options["bootstrap_servers"]
    host, port = broker.secure_bootstrap.split(":")
    with pytest.raises(SaslAuthenticationFailed):
        asyncio.run(create_conn(host, int(port), **options))


def test_a_worker_outlives_its_tokens(
    broker: LocalBroker, tokens: TokenServer, unique: str
) -> None:
    """A broker ends each connection when its token expires; clients come back with another."""
    events = stories(2)
    half = len(events) // 2
    tokens.lifetime_s = 10
    try:
        with Bus(broker.secure_bootstrap, unique, partitions=1, **by_token(broker, tokens)) as bus:
            assert check_topics(bus.settings) == []
            with bus.worker() as worker:
                bus.send(*bus.events(events[:half]))
                bus.settle(worker)
                given = tokens.given
                # One for this process, and one for the worker.
                until(lambda: tokens.given >= given + 2 or None, "new tokens", 40, worker)
                bus.send(*bus.events(events[half:]))
                bus.settle(worker)
                assert SECRET not in worker.text
            bus.comes_to(expected(events, now()))
    finally:
        tokens.lifetime_s = 300
    assert create_topics(bus.settings).created == ()
