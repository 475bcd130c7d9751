"""What the errors of the client libraries mean to a person."""

from __future__ import annotations

from typing import Final

from streams.errors import ConsentryError
from streams.settings import Connection
from streams.topics.meanings import MEANINGS

_LOGIN: Final = ("Authentication", "SaslMechanism", "IllegalSaslState")
_NO_ANSWER: Final = (
    "KafkaConnectionError",
    "KafkaTimeoutError",
    "NodeNotReadyError",
    "RequestTimedOutError",
)


def explain(error: BaseException, connection: Connection) -> ConsentryError:
    """What an error of a Kafka client means to a person, without any secret.

    Errors are distinguished by class name, so that those of kafka-python and of aiokafka
    are answered alike.
    """
    kind = type(error).__name__
    where = connection.bootstrap
    if any(part in kind for part in _LOGIN):
        if not connection.logs_in:
            return ConsentryError(
                f"{where} wants a login, and none is set",
                "Set CONSENTRY_SECURITY_PROTOCOL, CONSENTRY_SASL_USERNAME and "
                "CONSENTRY_SASL_PASSWORD_FILE, or CONSENTRY_SASL_MECHANISM and what it needs.",
            )
        if "IllegalSaslState" in kind:
            return ConsentryError(
                f"the listener at {where} knows no login, and security_protocol is "
                f"{connection.security_protocol}",
                "Name a listener with a login, or set CONSENTRY_SECURITY_PROTOCOL to PLAINTEXT "
                "or SSL and leave user and password out.",
            )
        if connection.tokens is not None:
            return ConsentryError(
                f"{where} refused the login of {connection.who} with {connection.mechanism}",
                "Check that the listener offers this mechanism, and which issuer, audience and "
                "scope it expects of a token; where its clock is behind, a token is not good yet.",
            )
        return ConsentryError(
            f"{where} refused the login of user {connection.username} with {connection.mechanism}",
            "Check the user name, the password (CONSENTRY_SASL_PASSWORD or "
            "CONSENTRY_SASL_PASSWORD_FILE) and that the broker offers this mechanism.",
        )
    if "Authorization" in kind:
        return ConsentryError(
            f"{connection.who} lacks a permission on {where}: {kind}",
            "`consentry topics create --dry-run` lists the ACLs that each role needs.",
        )
    if no_answer(error):
        return ConsentryError(
            f"{where} accepts connections but does not answer as Kafka over "
            f"{connection.security_protocol}",
            "Check that CONSENTRY_SECURITY_PROTOCOL fits this listener (it may want TLS or a "
            "login), and that the addresses which the brokers advertise can be reached from here.",
        )
    if kind in MEANINGS:
        what, remedy = MEANINGS[kind]
        return ConsentryError(f"{where} {what} ({kind})", remedy)
    return ConsentryError(
        f"{where} answered with {kind}",
        "Look the error up in the log of the broker.",
    )


def no_answer(error: BaseException) -> bool:
    """Whether a client heard nothing, or the connection ended, so that the cause is a guess."""
    return type(error).__name__ in _NO_ANSWER or isinstance(error, OSError)
