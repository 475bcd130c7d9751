"""Why a Kafka is not reached: its client says the same for a closed port and a wrong password."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from streams.settings.connection import Connection
from streams.sinks.contract import SinkDown
from streams.sinks.tls import tls_down

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer
    from aiokafka.errors import KafkaError

_LOGIN = ("Authentication", "SaslMechanism", "IllegalSaslState")


async def why_not(error: KafkaError, connection: Connection, timeout_s: float) -> SinkDown:
    """What a producer met that could not start, by one connection to each address."""
    from aiokafka.conn import create_conn
    from aiokafka.errors import KafkaError

    options = connection.aiokafka_options()
    del options["bootstrap_servers"]
    for address in connection.brokers:
        host, _, port = address.rpartition(":")
        try:
            broker = await create_conn(
                host.strip("[]"), int(port), request_timeout_ms=round(timeout_s * 1000), **options
            )
        except ssl.SSLError as refused:
            return tls_down(refused)
        except (KafkaError, OSError) as refused:
            if isinstance(refused.__cause__, ssl.SSLError):
                return tls_down(refused.__cause__)
            if any(part in type(refused).__name__ for part in _LOGIN):
                return SinkDown(
                    "Kafka refuses the login",
                    "Check sasl_username, sasl_mechanism and the password of this sink.",
                    lasting=True,
                )
        else:
            broker.close()
    return SinkDown(f"no Kafka is reached: {type(error).__name__}")


async def require_topic(producer: AIOKafkaProducer, topic: str, connection: Connection) -> None:
    """Ask whether the topic exists, without having it created.

    Raises SinkDown where it does not, or where this user may not know of it.
    """
    from aiokafka.errors import KafkaError, for_code
    from aiokafka.protocol.metadata import MetadataRequest

    node = producer.client.get_random_node()
    try:
        answer = await producer.client.send(node, MetadataRequest([topic], False))  # noqa: FBT003
    except KafkaError as error:
        raise SinkDown(f"Kafka: {type(error).__name__}") from None
    codes = [one[0] for one in answer.topics if one[1] == topic]
    kind = for_code(codes[0]).__name__ if codes else "UnknownTopicOrPartitionError"
    match kind:
        case "UnknownTopicOrPartitionError" | "InvalidTopicError":
            raise SinkDown(
                f"the topic {topic} does not exist on {connection.bootstrap}",
                "Create it, or correct the key topic of this sink: Consentry does not create it.",
                lasting=True,
            )
        case "TopicAuthorizationFailedError":
            raise SinkDown(
                f"this user may not use the topic {topic} on {connection.bootstrap}",
                "It needs Write and Describe on that topic.",
                lasting=True,
            )
        case _:
            pass
