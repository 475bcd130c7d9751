"""A consumer in memory, and the member of a group that it is."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from aiokafka.structs import OffsetAndMetadata, TopicPartition

from streams.transport.group.requests import GroupMember

PLACES = [TopicPartition("crm", number) for number in range(3)]
MEMBER = GroupMember(5, "m", None)


class Consumer:
    """A log from 10 to 50 in each partition; an offset is committed for partition 0 only."""

    def __init__(self) -> None:
        self.sought: dict[TopicPartition, int] = {}
        self.resets = 0
        self.answers = True
        self._coordinator = SimpleNamespace(
            generation=5, member_id="m", _group_instance_id=None,
            fetch_committed_offsets=self._committed, reset_generation=self._reset,
            _closing=asyncio.get_running_loop().create_future(), _do_heartbeat=self._beat,
        )  # fmt: skip

    async def _committed(self, _places: Any) -> Mapping[TopicPartition, OffsetAndMetadata]:
        return {PLACES[0]: OffsetAndMetadata(20, "")}

    def _reset(self) -> None:
        self.resets += 1

    async def _beat(self) -> bool:
        return self.answers

    async def beginning_offsets(self, places: Any) -> dict[TopicPartition, int]:
        return dict.fromkeys(places, 10)

    async def end_offsets(self, places: Any) -> dict[TopicPartition, int]:
        return dict.fromkeys(places, 50)

    async def offsets_for_times(self, times: Any) -> dict[TopicPartition, Any]:
        return {
            place: None if place == PLACES[1] else SimpleNamespace(offset=33) for place in times
        }

    def seek(self, place: TopicPartition, offset: int) -> None:
        self.sought[place] = offset
