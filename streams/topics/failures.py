"""What the errors of the client libraries mean to a person."""

from __future__ import annotations

from typing import Final

from streams.errors import ConsentryError
from streams.settings import Connection

_LOGIN: Final = ("Authentication", "SaslMechanism", "IllegalSaslState")
_NO_ANSWER: Final = (
    "KafkaConnectionError",
    "KafkaTimeoutError",
    "NodeNotReadyError",
    "RequestTimedOutError",
)


def explain(error: BaseException, connection: Connection) -> ConsentryError:
    """What an error of a Kafka client means to a person, without any secret.

    Errors are told apart by class name, so that those of kafka-python and of aiokafka
    are answered alike.
    """
    kind = type(error).__name__
    where = connection.bootstrap
    if any(part in kind for part in _LOGIN):
        if not connection.logs_in:
            return ConsentryError(
                f"{where} wants a login, and none is set",
                "Set CONSENTRY_SECURITY_PROTOCOL, CONSENTRY_SASL_USERNAME and "
                "CONSENTRY_SASL_PASSWORD_FILE.",
            )
        return ConsentryError(
            f"{where} refused the login of user {connection.username} with {connection.mechanism}",
            "Check the user name, the password (CONSENTRY_SASL_PASSWORD or "
            "CONSENTRY_SASL_PASSWORD_FILE) and that the broker offers this mechanism.",
        )
    if "Authorization" in kind:
        who = f"user {connection.username}" if connection.logs_in else "the anonymous user"
        return ConsentryError(
            f"{who} lacks a permission on {where}: {kind}",
            "`consentry topics create --dry-run` lists the ACLs that each role needs.",
        )
    if kind in _NO_ANSWER or isinstance(error, OSError):
        return ConsentryError(
            f"{where} accepts connections but does not answer as Kafka over "
            f"{connection.security_protocol}",
            "Check that CONSENTRY_SECURITY_PROTOCOL fits this listener (it may want TLS or a "
            "login), and that the addresses which the brokers advertise can be reached from here.",
        )
    return ConsentryError(
        f"{where} answered with {kind}",
        "Look the error up in the log of the broker.",
    )
