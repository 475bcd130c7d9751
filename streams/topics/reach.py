"""Can a broker be reached, and does TLS with it work? Said before any client is started.

The client libraries retry in silence and end with "timed out" whatever the cause was. A
plain connection of our own tells a closed port from a wrong name from an untrusted
certificate.
"""

from __future__ import annotations

import socket
import ssl
import time

from streams.errors import ConsentryError
from streams.settings import Connection

_PAUSE_S = 0.25


def require_reachable(connection: Connection) -> None:
    """Return once one of the brokers answers, TLS included.

    Tries for `connect_timeout_s`, since a broker may still be starting. Raises
    ConsentryError with each address and what it answered; at once when TLS is refused,
    which no waiting mends.
    """
    context = connection.ssl_context()
    started = time.monotonic()
    deadline = started + connection.connect_timeout_s
    while True:
        answers: dict[str, str] = {}
        for address in connection.brokers:
            left = deadline - time.monotonic()
            try:
                _dial(address, context, max(0.1, min(left, 5.0)))
            except ssl.SSLError as error:
                raise _tls_refused(address, error, connection) from None
            except OSError as error:
                answers[address] = _why(error)
            else:
                return
        if time.monotonic() + _PAUSE_S >= deadline:
            break
        time.sleep(_PAUSE_S)
    tried = time.monotonic() - started
    raise ConsentryError(
        f"no broker answered within {tried:.0f} s: "
        + ", ".join(f"{address} ({answer})" for address, answer in answers.items()),
        "Check that Kafka runs and that CONSENTRY_BROKERS (or --brokers) names it. For a "
        "Kafka on this machine: consentry broker",
    )


def _dial(address: str, context: ssl.SSLContext | None, timeout_s: float) -> None:
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    with socket.create_connection((host, int(port)), timeout=timeout_s) as plain:
        if context is not None:
            context.wrap_socket(plain, server_hostname=host).close()


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
        return ConsentryError(
            f"the certificate of {address} is not trusted: {error.verify_message} "
            f"(checked against {trusted})",
            "Name the certificate of the authority that signed it in CONSENTRY_SSL_CA_FILE.",
        )
    return ConsentryError(
        f"TLS with {address} failed: {error.reason or error}",
        f"security_protocol is {connection.security_protocol}: check that this is the TLS "
        "listener of the broker, and not a plaintext one.",
    )
