"""Which failures pass, which are for people, and how they are named."""

from __future__ import annotations

from typing import Final

from aiokafka import errors
from kafka.errors import KafkaError as AdminError

from streams.errors import ConsentryError, UnreachableError
from streams.ingest.service.membership import ThrownOut
from streams.settings import Connection
from streams.topics import explain
from streams.transport.group.group_producer import InstanceTaken, NotOwned


class ClientEnded(Exception):
    """A client library let a cancellation of its own out: that is no end of ours."""


_FOR_PEOPLE: Final = ("Authorization", "Authentication", "Sasl", "Version", "InconsistentGroup",
                      "TooLarge")  # fmt: skip
"""Parts of the names of errors that no waiting repairs."""

PASSES: Final = (errors.KafkaError, AdminError, UnreachableError, NotOwned, ThrownOut,
                  InstanceTaken, ClientEnded, TimeoutError, OSError)  # fmt: skip
"""What another try may do better."""


def reason_of(error: BaseException) -> str:
    """Why it is tried again, without the text of a client's error, which may quote a record."""
    match error:
        case ConsentryError():
            return error.problem
        case NotOwned():
            return "the group went on without this instance while it committed"
        case ThrownOut():
            return (
                "the group no longer knows this instance: it was silent for longer than "
                "session_timeout_s, or another process uses its instance_id"
            )
        case InstanceTaken():
            return "another process uses the same instance_id"
        case TimeoutError():
            return "a transaction did not end within transaction_timeout_s"
        case ClientEnded():
            return "a Kafka client ended from within"
        case _:
            return f"the Kafka client failed: {type(error).__name__}"


def require_passing(error: BaseException, connection: Connection) -> None:
    """Raise ConsentryError for what somebody must put right."""
    kind = type(error).__name__
    if isinstance(error, UnreachableError) or not any(part in kind for part in _FOR_PEOPLE):
        return
    raise explain(error, connection) from None
