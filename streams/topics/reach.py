"""Can a broker be reached, do TLS and the login work? Checked before any client is started.

The client libraries retry in silence and end with "timed out" whatever the cause was
(kafka-python even after a refused password). One connection of our own distinguishes a closed
port from a wrong name, an untrusted certificate and a wrong password.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor

from streams.errors import ConsentryError, UnreachableError
from streams.settings import Connection
from streams.topics.failures import explain, no_answer
from streams.topics.greeting import (
    about_our_certificate,
    certificate_wanted,
    greet,
    hear,
    login_wanted,
    speaks_tls,
    tls_spoken,
)

_PAUSE_S = 0.25
_NO_TLS = ("UNEXPECTED_EOF", "WRONG_VERSION_NUMBER", "RECORD_LAYER", "UNKNOWN_PROTOCOL", "HTTP")
"""What OpenSSL says where something else than TLS answers."""


def require_reachable(connection: Connection) -> None:
    """Return once one of the brokers answers, TLS and login included.

    Tries for `connect_timeout_s`, since a broker may still be starting. Raises
    UnreachableError with each address and what it answered, or where no token endpoint answers,
    and ConsentryError at once when TLS or the login is refused, which no waiting repairs.
    """
    context = connection.ssl_context()
    deadline = time.monotonic() + connection.connect_timeout_s
    doubts: dict[str, ConsentryError] = {}
    while True:
        answers: dict[str, str] = {}
        for address in connection.brokers:
            left = deadline - time.monotonic()
            try:
                doubt = _try(address, context, max(0.1, min(left, 5.0)), connection)
            except OSError as error:
                answers[address] = _why(error)
                doubts.pop(address, None)
                continue
            if doubt is None:
                return
            # A broker that is being killed ends a connection too; one that expects other words
            # does it every time.
            if address in doubts:
                raise doubt
            doubts[address] = doubt
        if time.monotonic() + _PAUSE_S >= deadline:
            break
        time.sleep(_PAUSE_S)
    if doubts:
        raise next(iter(doubts.values()))
    raise UnreachableError(
        f"no broker answered within {connection.connect_timeout_s:g} s: "
        + ", ".join(f"{address} ({answer})" for address, answer in answers.items()),
        "Check that Kafka runs and that CONSENTRY_BROKERS (or --brokers) names it. For a "
        "Kafka on this machine: consentry broker",
    )


def _try(
    address: str, context: ssl.SSLContext | None, timeout_s: float, connection: Connection
) -> ConsentryError | None:
    """Ask one broker. Where it ended the connection without a word: what that means, most likely.

    Raises ConsentryError for a refusal in so many words, and OSError where nothing listens.
    """
    try:
        answered = _dial(address, context, timeout_s, connection)
    except ssl.SSLEOFError as error:
        return _tls_refused(address, error, connection)
    except ssl.SSLError as error:
        raise _tls_refused(address, error, connection) from None
    return _shake_hands(address, connection, answered=answered)


def _dial(
    address: str, context: ssl.SSLContext | None, timeout_s: float, connection: Connection
) -> bool:
    """Connect, and let Kafka say a first word: whether it did. None is no failure yet."""
    host, port = _split(address)
    with socket.create_connection((host, port), timeout=timeout_s) as plain:
        if context is not None:
            with context.wrap_socket(plain, server_hostname=host) as wrapped:
                answered = greet(wrapped, address, connection)
        else:
            answered = greet(plain, address, connection)
    if answered:
        return True
    with socket.create_connection((host, port), timeout=timeout_s) as plain:
        if context is None:
            if speaks_tls(plain):
                raise tls_spoken(address, connection)
        else:
            # With TLS 1.3 an alert comes after the handshake, and is lost where we speak first.
            with context.wrap_socket(plain, server_hostname=host) as wrapped:
                hear(wrapped)
    return False


def _shake_hands(address: str, connection: Connection, *, answered: bool) -> ConsentryError | None:
    """Speak Kafka, and log in where that is set. What it means that the connection ended, if so.

    Raises ConsentryError for a refusal in so many words.
    """
    from aiokafka.conn import create_conn
    from aiokafka.errors import KafkaError
    from aiokafka.protocol.metadata import MetadataRequest

    # Before a client asks for one, which would only say that it could not connect.
    connection.require_token()
    host, port = _split(address)
    options = connection.aiokafka_options()
    del options["bootstrap_servers"]
    timeout_ms = round(connection.connect_timeout_s * 1000)

    async def connect() -> None:
        broker = await create_conn(host, port, request_timeout_ms=timeout_ms, **options)
        try:
            # What a listener with a login answers to nobody who has not logged in.
            await broker.send(MetadataRequest([]))
        finally:
            broker.close()

    # In a thread, since the caller may have an event loop of its own.
    with ThreadPoolExecutor(1) as thread:
        try:
            thread.submit(asyncio.run, connect()).result()
        except (KafkaError, OSError) as error:
            if answered and not connection.logs_in:
                return login_wanted(address, connection)
            if no_answer(error):
                return explain(error, connection)
            raise explain(error, connection) from None
    return None


def _split(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def _why(error: OSError) -> str:
    match error:
        case ConnectionRefusedError():
            return "connection refused"
        case TimeoutError():
            return "no answer"
        case socket.gaierror():
            return "unknown host name"
        case ConnectionResetError():
            return "it closed the connection"
        case _:
            return error.strerror or type(error).__name__


def _tls_refused(address: str, error: ssl.SSLError, connection: Connection) -> ConsentryError:
    if isinstance(error, ssl.SSLCertVerificationError):
        trusted = connection.ca_file or "the authorities of the operating system"
        # OpenSSL's 62 to 64: the certificate is trusted but names another host.
        if error.verify_code in (62, 63, 64):
            return ConsentryError(
                f"the certificate of {address} is for another host: {error.verify_message}",
                "Dial the broker by a name in its certificate, or have the certificate name "
                "this host. CONSENTRY_SSL_CHECK_HOSTNAME=false turns the check off, and with "
                "it the protection against impostors.",
            )
        # OpenSSL's 9 and 10: not valid yet, and no longer.
        if error.verify_code in (9, 10):
            return ConsentryError(
                f"the certificate of {address}, or of its authority, is out of date: "
                f"{error.verify_message}",
                "Renew it on the broker, or set the clock of this machine.",
            )
        return ConsentryError(
            f"the certificate of {address} is not trusted: {error.verify_message} "
            f"(checked against {trusted})",
            "Name the certificate of the authority that signed it in CONSENTRY_SSL_CA_FILE.",
        )
    if about_our_certificate(error):
        return certificate_wanted(address, error, connection)
    remedy = (
        f"security_protocol is {connection.security_protocol}: check that this is the TLS "
        "listener of the broker, and not a plaintext one."
    )
    reason = error.reason or str(error)
    if any(word in reason for word in _NO_TLS):
        return ConsentryError(f"{address} does not speak TLS ({reason})", remedy)
    return ConsentryError(
        f"TLS with {address} failed: {reason}",
        f"{remedy} A listener that wants a client certificate, or other ciphers, can say this too.",
    )
