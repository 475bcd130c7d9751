"""Talk to a cluster's administration, with errors that say what to do."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from streams.errors import ConsentryError
from streams.settings import Connection
from streams.topics.reach import require_reachable

if TYPE_CHECKING:
    from kafka.admin import KafkaAdminClient

# The library reports each failed attempt; where no log is set up that would land on the
# terminal in front of our own error.
logging.getLogger("kafka").addHandler(logging.NullHandler())


@contextmanager
def admin_session(connection: Connection) -> Iterator[KafkaAdminClient]:
    """An admin client for the length of a `with` block.

    Raises ConsentryError when no broker can be reached, TLS or the login fails, or the
    user may not do what the block asks for.
    """
    from kafka.admin import KafkaAdminClient
    from kafka.errors import KafkaError

    require_reachable(connection)
    client = None
    try:
        client = KafkaAdminClient(
            **connection.kafka_python_options(),
            client_id="consentry-topics",
            bootstrap_timeout_ms=round(connection.connect_timeout_s * 1000),
            request_timeout_ms=30_000,
        )
        yield client
    except KafkaError as error:
        raise explain(error, connection) from None
    finally:
        if client is not None:
            client.close()


def explain(error: BaseException, connection: Connection) -> ConsentryError:
    """What an error of a Kafka client means to a person, without any secret.

    Errors are told apart by class name, so that those of kafka-python and of aiokafka
    are answered alike.
    """
    kind = type(error).__name__
    where = connection.bootstrap
    if "Authentication" in kind or "SaslMechanism" in kind or "IllegalSaslState" in kind:
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
    if kind in ("KafkaTimeoutError", "NodeNotReadyError", "KafkaConnectionError"):
        return ConsentryError(
            f"{where} accepts connections but does not answer as Kafka over "
            f"{connection.security_protocol} (waited {connection.connect_timeout_s:g} s)",
            "Check that CONSENTRY_SECURITY_PROTOCOL fits this listener, and that the addresses "
            "which the brokers advertise can be reached from here.",
        )
    return ConsentryError(
        f"{where} answered with {kind}",
        "Look the error up in the log of the broker.",
    )
