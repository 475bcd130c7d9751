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
_OVER_A_CERTIFICATE: Final = ("CERTIFICATE", "UNKNOWN_CA")
"""In the names of alerts that a broker sends over the certificate of a client."""


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
        "CONSENTRY_SASL_USERNAME and CONSENTRY_SASL_PASSWORD_FILE, or CONSENTRY_SASL_MECHANISM "
        "and what it needs.",
    )


def about_our_certificate(error: ssl.SSLError) -> bool:
    """Whether the other side ended TLS over the client certificate, or because none came."""
    reason = error.reason or str(error)
    return "ALERT" in reason and any(word in reason for word in _OVER_A_CERTIFICATE)


def certificate_wanted(address: str, error: ssl.SSLError, connection: Connection) -> ConsentryError:
    """The error for a listener that wants a client certificate (mTLS), or another one."""
    if connection.cert_file is None:
        return ConsentryError(
            f"{address} asks for a client certificate (ssl.client.auth=required), and none is set",
            "Set CONSENTRY_SSL_CERT_FILE and CONSENTRY_SSL_KEY_FILE.",
        )
    return ConsentryError(
        f"{address} refuses the client certificate {connection.cert_file}: {error.reason}",
        "Name one that an authority in the truststore of the broker has signed, with its chain, "
        "and that is in date, in CONSENTRY_SSL_CERT_FILE.",
    )
