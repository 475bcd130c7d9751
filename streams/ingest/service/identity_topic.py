"""The identity table as a compacted topic: read to its end before mapping begins, then followed.

Each record is one person. Its key is any lasting id of the person, which is compared and never
read; its value is JSON, kinds as in the CSV file with one pseudonym or several, and `canonical`
where it is not the first kind that there is:

    {"customer-id": "p1-13b2...", "email": ["p1-b1f1...", "p1-77aa..."]}

A tombstone removes the person. A record that is none is counted and changes nothing: what was
known before stays, so that a "no" goes no less far.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec
import structlog
from aiokafka.structs import TopicPartition

from streams.errors import ConsentryError
from streams.ingest.identities import KINDS, Identities, keys_fault
from streams.settings import Settings
from streams.topics.reader import Reader
from streams.unpacking.cut import CutBytes

if TYPE_CHECKING:
    from streams.ingest.service.counts import IngestStats

_POLL_MS: Final = 500
_FIELDS: Final = ("canonical", *KINDS)

log = structlog.get_logger("consentry.ingest")

_decode = msgspec.json.Decoder(dict[str, str | list[str]]).decode


def read_person(value: bytes) -> tuple[str, ...]:
    """The pseudonyms of a person, the canonical one first. Raises ValueError; it quotes nothing."""
    if isinstance(value, CutBytes):
        raise ValueError("it is too large")
    try:
        raw = _decode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise ValueError("it is no JSON object of texts and lists of texts") from None
    if not set(raw) <= set(_FIELDS):
        raise ValueError(f"it has members other than {', '.join(_FIELDS)}")
    keys: list[str] = []
    for field in _FIELDS:
        named = raw.get(field, [])
        keys += [named] if isinstance(named, str) else named
    fault = keys_fault(keys)
    if fault is not None:
        raise ValueError(fault)
    if not keys:
        raise ValueError("it names no pseudonym")
    return tuple(dict.fromkeys(keys))


def take_record(record: Any, identities: Identities) -> str:
    """Bring one record of the topic into the table; how it ended, for its count."""
    if record.key is None:
        raise ValueError("it has no key")
    entry = f"{record.topic}:{bytes(record.key).hex()}"
    if record.value is None:
        identities.remove(entry)
        return "removed"
    identities.put(entry, read_person(record.value))
    return "read"


class IdentityTopic:
    """Follows the topic, outside any consumer group: every instance reads all of it."""

    def __init__(
        self, settings: Settings, topic: str, identities: Identities, stats: IngestStats
    ) -> None:
        self._settings = settings
        self._topic = topic
        self._identities = identities
        self._stats = stats
        self._reader: Reader | None = None
        self._ends: dict[TopicPartition, int] = {}
        self.whole = False
        """Whether it was read up to the end that there was at the start."""

    async def read_whole(self, stopped: Callable[[], bool] = lambda: False) -> None:
        """Read all that stands on the topic now.

        Raises ConsentryError when the topic does not exist, and KafkaError.
        """
        reader = Reader(
            **self._settings.connection.consumer_options(),
            client_id=self._settings.connection.client_name("ingest-identities"),
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        )
        await reader.start()
        self._reader = reader
        # All topics, so that none is created by asking for it.
        known = await reader._client.fetch_all_metadata()  # noqa: SLF001 - the only way to ask
        numbers = known.partitions_for_topic(self._topic)
        if not numbers:
            raise ConsentryError(
                f"there is no topic {self._topic}, which identities_topic names",
                "Create it compacted (cleanup.policy=compact), or correct the name.",
            )
        places = [TopicPartition(self._topic, number) for number in sorted(numbers)]
        reader.assign(places)
        await reader.seek_to_beginning(*places)
        self._ends = await reader.end_offsets(places)
        while not stopped() and not await self._at_ends(reader):
            await self._poll(reader)
        self.whole = not stopped()
        log.info("ingest.identities_read", topic=self._topic, people=len(self._identities))

    async def follow(self) -> None:
        """Read on until cancelled. Raises KafkaError."""
        assert self._reader is not None
        while True:
            await self._poll(self._reader)

    async def stop(self) -> None:
        """Disconnect."""
        if self._reader is not None:
            await self._reader.stop()
            self._reader = None

    async def _at_ends(self, reader: Reader) -> bool:
        return all([await reader.position(place) >= end for place, end in self._ends.items()])

    async def _poll(self, reader: Reader) -> None:
        polled = await reader.getmany(timeout_ms=_POLL_MS)
        for place, records in polled.items():
            self._take(place, records)
            await asyncio.sleep(0)

    def _take(self, place: TopicPartition, records: Sequence[Any]) -> None:
        for record in records:
            try:
                ended = take_record(record, self._identities)
            except ValueError as fault:
                ended = "refused"
                log.warning(
                    "ingest.identity_refused", topic=place.topic, partition=place.partition,
                    offset=record.offset, reason=str(fault),
                )  # fmt: skip
            self._stats.identity_records[ended] += 1
