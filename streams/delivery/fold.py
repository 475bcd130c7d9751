"""What was read, brought to the alert policy in the order in which it stood on the topics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from streams.alerts.alert_content import is_open
from streams.alerts.policy import AlertPolicy
from streams.core.instants import Instant
from streams.delivery.read_update import Unreadable
from streams.sinks.finding_update import FindingUpdate, Removal
from streams.wire.record import Record

Beside = Callable[[Record], FindingUpdate | Removal | Unreadable | None]
"""Of a record that is not sent, what the policy may still want."""


def fold(
    policy: AlertPolicy,
    records: Iterable[tuple[Record, int | None]],
    updates: Sequence[FindingUpdate | Removal],
    now: Instant,
    beside: Beside,
) -> int:
    """How many alerts follow at once. Each record has its place in `updates`, if any.

    A receiver that is sent alerts deletes nothing; but what the policy remembers of who has left
    goes. A catch-up passes over what is closed; what the policy has open is closed all the same:
    Kafka forgets the offsets of a group that stood still for long, and the policy forgets nothing.
    """
    made = 0
    for record, place in records:
        update = beside(record) if place is None else updates[place]
        if isinstance(update, Removal):
            made += len(policy.forget(update.identity, now))
        elif isinstance(update, FindingUpdate) and (place is not None or _ends(policy, update)):
            made += len(policy.take(update, now))
    return made


def _ends(policy: AlertPolicy, update: FindingUpdate) -> bool:
    return not is_open(update.record) and policy.has_open(update.identity)
