"""The rows of one partition number, read from the changelog into a spill."""

from __future__ import annotations

from collections.abc import Sequence

from streams.errors import ConsentryError
from streams.transport.state.changelog_restore import unreadable_row
from streams.verify.bus import LiveBus
from streams.verify.spill import Spill
from streams.wire.progress import PROGRESS_KEY, CorruptProgress, Progress, decode_progress
from streams.wire.record import Record
from streams.wire.rows import CorruptRow, subject_of


class NoStateError(ConsentryError):
    """No worker has stored anything of a partition number yet."""


class StoredRows:
    """Rows as they stood after the batch whose row is `progress`; read on with `advance`."""

    def __init__(self, bus: LiveBus, changelog: str, number: int, spill: Spill) -> None:
        self._bus = bus
        self._topic = changelog
        self._number = number
        self._spill = spill
        self._next = 0
        self.progress = Progress(positions={})

    async def advance(self) -> None:
        """Go on to the end of the changelog.

        Where no progress row is left, what replaced it stands after that end: read on. Raises
        NoStateError where there is none, ConsentryError where something cannot be read.
        """
        while True:
            end = await self._bus.settled(self._topic, self._number)
            start = max(self._next, await self._bus.start(self._topic, self._number))
            self._next = end
            latest = None
            async for records in self._bus.read(self._topic, self._number, start, end):
                latest = self._keep(records) or latest
            if latest is not None:
                try:
                    self.progress = decode_progress(latest)
                except CorruptProgress:
                    raise unreadable_row(self._topic, self._number) from None
            if self.progress.positions:
                return
            if start >= end:
                raise NoStateError(
                    f"there is no state to verify ({self._topic}, partition {self._number})",
                    "Start a worker, and check application_id, generation and topic_prefix.",
                )

    def _keep(self, records: Sequence[Record]) -> bytes | None:
        """Store rows. Returns the last progress row among them."""
        progress = None
        latest: dict[bytes, bytes | None] = {}
        for record in records:
            key = record.key or b""
            if key == PROGRESS_KEY:
                progress = record.value
                continue
            try:
                subject_of(key)
            except CorruptRow:
                raise unreadable_row(record.topic, self._number, record.offset) from None
            latest[key] = record.value
        self._spill.many(
            "INSERT OR REPLACE INTO row VALUES (?, ?)",
            ((key, value) for key, value in latest.items() if value is not None),
        )
        self._spill.many(
            "DELETE FROM row WHERE key = ?",
            ((key,) for key, value in latest.items() if value is None),
        )
        return progress
