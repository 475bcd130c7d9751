"""How the process ends over the Kafka client: its errors, and a group that does not know us."""

from __future__ import annotations

from typing import Any

from aiokafka import errors

from streams.errors import ConsentryError, UnreachableError
from streams.transport import process_exit


def watch_membership(coordinator: Any) -> None:
    """End the process when the group no longer knows this member.

    aiokafka calls `reset_generation` on UNKNOWN_MEMBER_ID and ILLEGAL_GENERATION and
    would join again, with memory that another owner may have overtaken. Two processes
    with one instance id would throw each other out for ever.
    """
    reset = coordinator.reset_generation

    def thrown_out() -> None:
        if coordinator.generation > 0 and not coordinator._closing.done():
            process_exit.crash(
                "the group no longer knows this member: it was silent for longer than "
                "session_timeout_s, or another worker uses its instance_id"
            )
        reset()

    coordinator.reset_generation = thrown_out


def fail(error: BaseException, what: str) -> None:
    """End the process over an error of the client: code 2 when somebody can correct it."""
    if isinstance(error, UnreachableError):
        process_exit.crash(error.problem, error.remedy, where=what)
    if isinstance(error, ConsentryError):
        process_exit.stop_for(error)
    permission = (
        errors.GroupAuthorizationFailedError,
        errors.TopicAuthorizationFailedError,
        errors.ClusterAuthorizationFailedError,
        errors.TransactionalIdAuthorizationFailed,
    )
    if isinstance(error, permission):
        process_exit.stop_for(
            ConsentryError(
                f"the broker refuses the worker: {type(error).__name__} ({what})",
                "Grant what `consentry topics create --dry-run` lists for the worker.",
            )
        )
    if isinstance(error, errors.InconsistentGroupProtocolError):
        process_exit.stop_for(
            ConsentryError(
                f"other consumers than Consentry's workers are in the consumer group ({what})",
                "Give the installation an `application_id` of its own.",
            )
        )
    process_exit.crash("the Kafka client failed", error=type(error).__name__, where=what)
