"""The two requests of KIP-447 that aiokafka does not have, in the protocol's own terms.

https://kafka.apache.org/protocol.html#The_Messages_TxnOffsetCommit, version 3, and
https://kafka.apache.org/protocol.html#The_Messages_OffsetFetch, version 7: Kafka 2.5 and later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Int64,
    Schema,
    TaggedFields,
)

_TAGS: Final = ("tags", TaggedFields)
_NO_TAGS: Final[Mapping[int, bytes]] = {}
_TEXT: Final = CompactString("utf-8")
_NO_EPOCH: Final = -1


class GroupMember(NamedTuple):
    """Who commits: the member of a group and the generation in which it owns partitions."""

    generation: int
    member_id: str
    instance_id: str | None


class TxnOffsetCommitResponse_v3(Response):  # type: ignore[misc]  # noqa: N801 - aiokafka's form
    """An error for each partition."""

    API_KEY = 28
    API_VERSION = 3
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("errors", CompactArray(
            ("topic", _TEXT),
            ("partitions", CompactArray(("partition", Int32), ("error_code", Int16), _TAGS)),
            _TAGS,
        )),
        _TAGS,
    )  # fmt: skip


class TxnOffsetCommitRequest_v3(RequestStruct):  # type: ignore[misc]  # noqa: N801
    """Offsets for a transaction, by a member of a generation."""

    API_KEY = 28
    API_VERSION = 3
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = TxnOffsetCommitResponse_v3
    SCHEMA = Schema(
        ("transactional_id", _TEXT),
        ("group_id", _TEXT),
        ("producer_id", Int64),
        ("producer_epoch", Int16),
        ("generation_id", Int32),
        ("member_id", _TEXT),
        ("group_instance_id", _TEXT),
        ("topics", CompactArray(
            ("topic", _TEXT),
            ("partitions", CompactArray(
                ("partition", Int32),
                ("offset", Int64),
                ("leader_epoch", Int32),
                ("metadata", _TEXT),
                _TAGS,
            )),
            _TAGS,
        )),
        _TAGS,
    )  # fmt: skip


class TxnOffsetCommit(Request[TxnOffsetCommitRequest_v3]):  # type: ignore[misc]
    """Build it for the version that the broker speaks."""

    API_KEY = 28

    def __init__(
        self,
        transactional_id: str,
        group_id: str,
        producer: tuple[int, int],
        member: GroupMember,
        offsets: Mapping[str, Sequence[tuple[int, int, str]]],
    ) -> None:
        """`producer`: id and epoch; `offsets`: partition, offset and metadata by topic."""
        self._head = (transactional_id, group_id, *producer, *member)
        self._topics = [
            (
                topic,
                [(number, offset, _NO_EPOCH, text, _NO_TAGS) for number, offset, text in places],
                _NO_TAGS,
            )
            for topic, places in offsets.items()
        ]

    def build(self, request_struct_class: type[Any]) -> Any:
        """The request."""
        return request_struct_class(*self._head, self._topics, _NO_TAGS)


class OffsetFetchResponse_v7(Response):  # type: ignore[misc]  # noqa: N801
    """Committed offsets."""

    API_KEY = 9
    API_VERSION = 7
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("topics", CompactArray(
            ("topic", _TEXT),
            ("partitions", CompactArray(
                ("partition", Int32),
                ("offset", Int64),
                ("leader_epoch", Int32),
                ("metadata", _TEXT),
                ("error_code", Int16),
                _TAGS,
            )),
            _TAGS,
        )),
        ("error_code", Int16),
        _TAGS,
    )  # fmt: skip


class OffsetFetchRequest_v7(RequestStruct):  # type: ignore[misc]  # noqa: N801
    """Committed offsets, with an error where a transaction is open over one."""

    API_KEY = 9
    API_VERSION = 7
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = OffsetFetchResponse_v7
    SCHEMA = Schema(
        ("group_id", _TEXT),
        ("topics", CompactArray(("topic", _TEXT), ("partitions", CompactArray(Int32)), _TAGS)),
        ("require_stable", Boolean),
        _TAGS,
    )


class StableOffsetFetch(Request[OffsetFetchRequest_v7]):  # type: ignore[misc]
    """Build it for the version that the broker speaks."""

    API_KEY = 9

    def __init__(self, group_id: str, places: Mapping[str, Sequence[int]]) -> None:
        """`places`: partitions by topic."""
        self._group_id = group_id
        self._topics = [(topic, list(numbers), _NO_TAGS) for topic, numbers in places.items()]

    def build(self, request_struct_class: type[Any]) -> Any:
        """The request."""
        return request_struct_class(self._group_id, self._topics, True, _NO_TAGS)  # noqa: FBT003
