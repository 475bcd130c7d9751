"""Talk to a cluster's administration, with errors that say what to do."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from streams.settings import Connection
from streams.topics.failures import explain
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
            client_id=connection.client_name("topics"),
            bootstrap_timeout_ms=round(connection.connect_timeout_s * 1000),
            request_timeout_ms=30_000,
        )
        yield client
    except KafkaError as error:
        raise explain(error, connection) from None
    finally:
        if client is not None:
            client.close()
