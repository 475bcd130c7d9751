"""The first words with a broker: does Kafka answer there, and what does it want?

The client libraries try again in silence where a listener speaks TLS to a plain client, asks
for a certificate, or is no Kafka at all. One question of Kafka's own protocol, which every
broker answers before a login, distinguishes these.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from typing import Final

from streams.errors import ConsentryError
from streams.settings import Connection

# ApiVersions, version 0, correlation id 1, no client id: size first, big-endian.
_QUESTION: Final = bytes.fromhex("0000000a 0012 0000 00000001 ffff")
_HEARS_FOR_S: Final = 2.0
_TLS_RECORD: Final = (b"\x15\x03", b"\x16\x03")
"""How an alert or a handshake of TLS begins."""
_ASKS_FOR_ONE: Final = ("CERTIFICATE_REQUIRED", "ALERT_BAD_CERTIFICATE")


def greet(connected: socket.socket, address: str, connection: Connection) -> bool:
    """Whether anybody answers; the client says more where Kafka does not.

    `connected` has its TLS already. Raises ConsentryError with what the listener is instead,
    and ssl.SSLError as the socket does.
    """
    try:
        connected.sendall(_QUESTION)
        answer = connected.recv(8)
    except (TimeoutError, ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
        return False
    if answer.startswith(_TLS_RECORD):
        raise tls_spoken(address, connection)
    if answer.startswith((b"HTTP", b"<")):
        raise ConsentryError(
            f"{address} answers as a web server and not as Kafka",
            "Name the address of a Kafka listener in CONSENTRY_BROKERS (or --brokers).",
        )
    return bool(answer)


def hear(connected: socket.socket) -> None:
    """Wait for what the other side says of its own accord. Raises ssl.SSLError for an alert."""
    connected.settimeout(_HEARS_FOR_S)
    with suppress(TimeoutError, ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
        connected.recv(8)


def speaks_tls(plain: socket.socket) -> bool:
    """Whether a listener that did not answer a plain client answers TLS."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # nothing is sent there
    try:
        context.wrap_socket(plain).close()
    except ssl.SSLError as error:
        return "ALERT" in (error.reason or "")
    except OSError:
        return False
    return True


def tls_spoken(address: str, connection: Connection) -> ConsentryError:
    """The error for a TLS listener where none was set."""
    return ConsentryError(
        f"{address} speaks TLS, and security_protocol is {connection.security_protocol}",
        "Set CONSENTRY_SECURITY_PROTOCOL to SSL or SASL_SSL, or name the plaintext listener.",
    )


def login_wanted(address: str, connection: Connection) -> ConsentryError:
    """The error for a listener that answers the first question, and nobody without a login."""
    return ConsentryError(
        f"{address} answers as Kafka and then ends the connection: it wants a login, most "
        f"likely, and security_protocol is {connection.security_protocol}",
        "Set CONSENTRY_SECURITY_PROTOCOL to SASL_SSL (or SASL_PLAINTEXT), "
        "CONSENTRY_SASL_USERNAME and CONSENTRY_SASL_PASSWORD_FILE.",
    )


def asks_for_certificate(error: ssl.SSLError) -> bool:
    """Whether the other side ended TLS because no client certificate came."""
    return any(word in (error.reason or str(error)) for word in _ASKS_FOR_ONE)


def certificate_wanted(address: str) -> ConsentryError:
    """The error for a listener that wants a client certificate (mTLS)."""
    return ConsentryError(
        f"{address} asks for a client certificate (ssl.client.auth=required), and Consentry "
        "sends none",
        "Use a listener that does not require one, with a login by SASL_SSL; or put a proxy "
        "that holds the certificate before it.",
    )
