"""A consumer that waits for open transactions before it reads its group's committed offsets.

Without it, a new owner of a partition would read the offset from before a transaction whose
end is decided already, and process the same records a second time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from aiokafka import errors
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from streams.transport.group.requests import StableOffsetFetch

UNSTABLE_OFFSET_COMMIT: Final = 88
"""https://kafka.apache.org/protocol.html#protocol_error_codes"""


def require_stable_offsets(consumer: Any) -> None:
    """Have a started consumer read offsets so, wherever it reads them."""
    coordinator = consumer._coordinator

    async def fetch(places: Iterable[TopicPartition]) -> dict[TopicPartition, OffsetAndMetadata]:
        return await _fetch(coordinator, places)

    coordinator._do_fetch_commit_offsets = fetch


async def _fetch(
    coordinator: Any, places: Iterable[TopicPartition]
) -> dict[TopicPartition, OffsetAndMetadata]:
    """The offsets that there are. Raises retriable errors, which aiokafka asks again after."""
    by_topic: dict[str, list[int]] = defaultdict(list)
    for place in places:
        by_topic[place.topic].append(place.partition)
    answer = await coordinator._send_req(StableOffsetFetch(coordinator.group_id, by_topic))
    _require_none(coordinator, answer.error_code)
    found = {}
    for topic, partitions, _ in answer.topics:
        for number, offset, _, metadata, error_code, _ in partitions:
            if errors.for_code(error_code) is errors.UnknownTopicOrPartitionError:
                continue
            _require_none(coordinator, error_code)
            if offset >= 0:
                found[TopicPartition(topic, number)] = OffsetAndMetadata(offset, metadata or "")
    return found


def _require_none(coordinator: Any, error_code: int) -> None:
    """Raise for an error; one that passes is raised as what aiokafka retries."""
    if error_code == UNSTABLE_OFFSET_COMMIT:
        raise errors.CoordinatorLoadInProgressError
    kind = errors.for_code(error_code)
    if kind is errors.NoError:
        return
    if kind is errors.NotCoordinatorForGroupError:
        coordinator.coordinator_dead()
    if kind is errors.GroupAuthorizationFailedError:
        raise kind(coordinator.group_id)
    raise kind
