"""What each thing that listens where Kafka should is called, and what to do."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from streams.dev import certificates
from streams.dev.certificates import write_certificates
from streams.errors import ConsentryError, UnreachableError
from streams.settings import Settings
from streams.topics import require_reachable
from streams.topics.failures import explain
from streams.topics.meanings import MEANINGS

Talk = Callable[[socket.socket], None]


@contextmanager
def listener(
    talk: Talk, context: ssl.SSLContext | None = None, until: threading.Event | None = None
) -> Iterator[str]:
    """Something that listens and talks so to everyone who connects; gives its address.

    Once `until` is set nothing listens there any more.
    """
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.1)
    ended = until or threading.Event()

    def serve() -> None:
        while not ended.is_set():
            with suppress(OSError):
                plain, _ = server.accept()
                plain.settimeout(3)
                with plain, suppress(OSError):
                    if context is None:
                        talk(plain)
                    else:
                        with context.wrap_socket(plain, server_side=True) as wrapped:
                            talk(wrapped)
                    if ended.is_set():  # before the other side hears of it
                        server.close()
        server.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"localhost:{server.getsockname()[1]}"
    finally:
        ended.set()
        thread.join()


def refusal(address: str, **settings: object) -> ConsentryError:
    made = Settings.model_validate({"brokers": address, "connect_timeout_s": 2} | settings)
    with pytest.raises(ConsentryError) as refused:
        require_reachable(made.connection)
    return refused.value


def web(connected: socket.socket) -> None:
    connected.recv(100)
    connected.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def silent(connected: socket.socket) -> None:
    connected.recv(100)


@pytest.fixture
def pem(tmp_path: Path) -> tuple[Path, Path]:
    ca, server = tmp_path / "ca.pem", tmp_path / "server.pem"
    write_certificates(ca, server)
    return ca, server


def tls(pem: tuple[Path, Path], **limits: ssl.TLSVersion) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem[1])
    for name, version in limits.items():
        setattr(context, name, version)
    return context


def test_a_web_server_is_no_kafka() -> None:
    with listener(web) as address:
        assert "answers as a web server" in refusal(address).problem


def test_tls_where_plain_was_said(pem: tuple[Path, Path]) -> None:
    with listener(silent, tls(pem)) as address:
        error = refusal(address)
    assert error.problem == f"{address} speaks TLS, and security_protocol is PLAINTEXT"
    assert "SASL_SSL" in error.remedy


@pytest.mark.parametrize("talk", [web, silent])
def test_plain_where_tls_was_said(talk: Talk, pem: tuple[Path, Path]) -> None:
    with listener(talk) as address:
        error = refusal(address, security_protocol="SSL", ssl_ca_file=pem[0])
    # Whether an end or a reset comes first is the network's.
    assert "does not speak TLS" in error.problem or "it closed the connection" in error.problem


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize(
    "access",
    [
        {"security_protocol": "SSL"},
        {"security_protocol": "SASL_SSL", "sasl_username": "u", "sasl_password": "p"},
    ],
    ids=["SSL", "SASL_SSL"],
)
def test_a_client_certificate_that_is_asked_for(
    pem: tuple[Path, Path], version: ssl.TLSVersion, access: dict[str, str]
) -> None:
    context = tls(pem, minimum_version=version, maximum_version=version)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(pem[0])
    with listener(silent, context) as address:
        error = refusal(address, ssl_ca_file=pem[0], **access)
    if version is ssl.TLSVersion.TLSv1_3:
        assert "asks for a client certificate" in error.problem
    else:  # OpenSSL as a server says less there than Java does
        assert "client certificate" in error.problem + error.remedy


def test_the_alert_of_java_for_it() -> None:
    from streams.topics.greeting import about_our_certificate

    for reason in (
        "SSLV3_ALERT_BAD_CERTIFICATE",
        "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
        "TLSV1_ALERT_UNKNOWN_CA",
        "TLSV13_ALERT_CERTIFICATE_REQUIRED",
    ):
        error = ssl.SSLError(1, f"[SSL: {reason}]")
        error.reason = reason
        assert about_our_certificate(error)
    of_another_kind = ssl.SSLError(1, "[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE]")
    of_another_kind.reason = "SSLV3_ALERT_HANDSHAKE_FAILURE"
    assert not about_our_certificate(of_another_kind)


def test_a_certificate_that_is_out_of_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class LongAgo(datetime):
        @classmethod
        def now(cls, _zone: object = None) -> LongAgo:
            past = datetime.now(UTC) - timedelta(days=800)
            return cls.fromtimestamp(past.timestamp(), UTC)

    monkeypatch.setattr(certificates, "datetime", LongAgo)
    pem = tmp_path / "ca.pem", tmp_path / "server.pem"
    write_certificates(*pem)
    with listener(silent, tls(pem)) as address:
        error = refusal(address, security_protocol="SSL", ssl_ca_file=pem[0])
    assert "is out of date" in error.problem
    assert "Renew" in error.remedy


def test_nothing_that_answers_is_said_by_the_client() -> None:
    with listener(silent) as address:
        assert "does not answer as Kafka" in refusal(address).problem
    assert isinstance(refusal("127.0.0.1:1"), UnreachableError)
    assert "unknown host name" in refusal("no-such-host.invalid:9092").problem


class Killed:
    """A broker that answers the first question, and is killed before the next."""

    def __init__(self, *, greets: bool) -> None:
        self.greets = greets
        self.asked = 0
        self.gone = threading.Event()

    def __call__(self, connected: socket.socket) -> None:
        self.asked += 1
        question = connected.recv(100)
        if self.asked > 1:
            self.gone.set()
        elif self.greets:
            connected.sendall(b"\0\0\0\x06" + question[8:12] + b"\0\0")


@pytest.mark.parametrize("greets", [True, False])
def test_a_broker_that_is_killed_meanwhile_is_not_said_to_want_a_login(*, greets: bool) -> None:
    killed = Killed(greets=greets)
    with listener(killed, until=killed.gone) as address:
        error = refusal(address)
    assert isinstance(error, UnreachableError)
    assert error.problem.endswith(f"{address} (connection refused)")


def test_nor_one_that_ends_in_the_middle_of_tls(pem: tuple[Path, Path]) -> None:
    killed = Killed(greets=False)
    killed.asked = 1
    with listener(killed, until=killed.gone) as address:
        error = refusal(address, security_protocol="SSL", ssl_ca_file=pem[0])
    assert isinstance(error, UnreachableError)


def test_another_broker_answers_where_one_is_killed(kafka: str) -> None:
    killed = Killed(greets=True)
    with listener(killed, until=killed.gone) as address:
        settings = Settings.model_validate({"brokers": f"{address},{kafka}"})
        require_reachable(settings.connection)
    assert killed.asked


def test_a_listener_that_ends_every_connection_wants_a_login() -> None:
    def greets(connected: socket.socket) -> None:
        connected.sendall(b"\0\0\0\x06" + connected.recv(100)[8:12] + b"\0\0")

    with listener(greets) as address:
        assert "it wants a login, most likely" in refusal(address).problem


@pytest.mark.parametrize("kind", MEANINGS)
def test_an_error_of_the_brokers_has_words_and_a_remedy(kind: str) -> None:
    error = explain(type(kind, (Exception,), {})(), Settings().connection)
    assert kind in error.problem or "Authorization" in kind
    assert "log of the broker" not in error.remedy
    assert error.remedy.endswith(".")
