"""The connection in the words of each client library, and the password in nobody's text."""

from __future__ import annotations

import json
import logging
import re
import ssl
from pathlib import Path

import pytest
from pydantic import SecretStr

from streams.dev.certificates import write_certificates
from streams.errors import ConsentryError
from streams.settings import Connection, Settings

WORD = "s3cret-Word"


@pytest.fixture(scope="module")
def ca_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    write_certificates(folder / "ca.pem", folder / "server.pem")
    return folder / "ca.pem"


def secure(ca_file: Path, **changes: object) -> Settings:
    values: dict[str, object] = {
        "brokers": "kafka-1:9093,kafka-2:9093",
        "security_protocol": "SASL_SSL",
        "ssl_ca_file": ca_file,
        "sasl_mechanism": "SCRAM-SHA-256",
        "sasl_username": "worker",
        "sasl_password": WORD,
    }
    return Settings.model_validate(values | changes)


def test_plaintext_has_no_credentials() -> None:
    connection = Settings().connection
    assert connection.aiokafka_options() == {
        "bootstrap_servers": ["127.0.0.1:9092"],
        "security_protocol": "PLAINTEXT",
        "ssl_context": None,
    }
    assert connection.faust_credentials() is None


def test_sasl_over_tls_for_both_libraries(ca_file: Path) -> None:
    connection = secure(ca_file).connection
    for options in (connection.aiokafka_options(), connection.kafka_python_options()):
        context = options["ssl_context"]
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname
        assert options["bootstrap_servers"] == ["kafka-1:9093", "kafka-2:9093"]
        assert options["security_protocol"] == "SASL_SSL"
        assert options["sasl_mechanism"] == "SCRAM-SHA-256"
        assert options["sasl_plain_username"] == "worker"
        assert options["sasl_plain_password"] == WORD
    assert connection.bootstrap == "kafka-1:9093,kafka-2:9093"


def test_faust_says_the_same_to_aiokafka(ca_file: Path) -> None:
    from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth

    connection = secure(ca_file).connection
    passed_on = dict(credentials_to_aiokafka_auth(connection.faust_credentials()))
    own = connection.aiokafka_options()
    assert passed_on.pop("ssl_context").verify_mode is ssl.CERT_REQUIRED
    assert passed_on == {key: own[key] for key in own if key not in _NOT_IN_FAUST}


_NOT_IN_FAUST = ("bootstrap_servers", "ssl_context")


def test_faust_without_tls_and_without_login(ca_file: Path) -> None:
    from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth

    plain = secure(ca_file, security_protocol="SASL_PLAINTEXT", ssl_ca_file=None).connection
    passed_on = credentials_to_aiokafka_auth(plain.faust_credentials())
    assert (passed_on["security_protocol"], passed_on["ssl_context"]) == ("SASL_PLAINTEXT", None)
    tls = secure(
        ca_file, security_protocol="SSL", sasl_username=None, sasl_password=None
    ).connection
    passed_on = credentials_to_aiokafka_auth(tls.faust_credentials())
    assert passed_on["security_protocol"] == "SSL"
    assert passed_on["ssl_context"].verify_mode is ssl.CERT_REQUIRED


def test_the_host_name_check_can_be_turned_off_alone(ca_file: Path) -> None:
    connection = secure(ca_file, ssl_check_hostname=False).connection
    context = connection.ssl_context()
    assert context is not None
    assert not context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert connection.kafka_python_options()["ssl_check_hostname"] is False


def test_a_file_that_is_no_certificate_is_named(tmp_path: Path) -> None:
    wrong = tmp_path / "ca.pem"
    wrong.write_text("no certificate")
    with pytest.raises(ConsentryError, match="holds no PEM certificate") as caught:
        secure(wrong).connection.aiokafka_options()
    assert str(wrong) in caught.value.problem


def test_no_text_form_shows_the_password(ca_file: Path) -> None:
    settings = secure(ca_file)
    connection = settings.connection
    faust = connection.faust_credentials()
    shown = [
        repr(settings),
        str(settings),
        repr(connection),
        repr(connection.aiokafka_options()),
        repr(connection.kafka_python_options()),
        repr(faust),
        settings.model_dump_json(),
        json.dumps(settings.model_dump(mode="json")),
    ]
    assert not [text for text in shown if WORD in text]


def test_an_invalid_setting_shows_no_password(ca_file: Path) -> None:
    with pytest.raises(ValueError, match="partitions") as caught:
        secure(ca_file, partitions=0)
    assert WORD not in str(caught.value)


@pytest.mark.parametrize("name", ["aiokafka.conn", "kafka.net.transport", "kafka.protocol.parser"])
def test_debug_lines_of_the_wire_are_dropped(name: str, caplog: pytest.LogCaptureFixture) -> None:
    Settings().connection.aiokafka_options()
    logger = logging.getLogger(name)
    with caplog.at_level(logging.DEBUG, logger=name):
        logger.debug("Request: %s", f"SaslAuthenticateRequest_v1(sasl_auth_bytes={WORD!r})")
        logger.info("Connected")
    assert caplog.messages == ["Connected"]


def test_a_connection_needs_no_settings() -> None:
    connection = Connection(brokers=("kafka:9092",), username="u", password=SecretStr(WORD))
    assert not connection.logs_in
    assert "sasl_plain_password" not in connection.aiokafka_options()


def test_the_rack_goes_to_consumers_alone() -> None:
    connection = Settings(client_rack="eu-west-1a").connection
    assert connection.consumer_options()["client_rack"] == "eu-west-1a"
    for options in (connection.aiokafka_options(), connection.kafka_python_options()):
        assert "client_rack" not in options  # producers and admin clients have no such option
    assert Settings().connection.consumer_options()["client_rack"] is None


def test_a_client_is_named_by_the_settings_or_by_what_it_does() -> None:
    assert Settings().connection.client_name("watch") == "consentry-watch"
    assert Settings(client_id="judge").connection.client_name("watch") == "judge"


def clients(text: str) -> list[str]:
    """How a source names clients that it makes with the options of a connection."""
    return re.findall(r"_options\(\),\s+client_id=([^\n]+)", text)


def test_every_client_goes_by_that_name() -> None:
    found = [
        name
        for path in (Path(__file__).parents[2] / "streams").rglob("*.py")
        for name in clients(path.read_text("utf-8"))
    ]
    assert len(found) > 12
    assert [name for name in found if not re.search(r"\.client_(name\(|id or )", name)] == []
    assert clients('f(**c.aiokafka_options(),\n  client_id="x",\n)') == ['"x",']
