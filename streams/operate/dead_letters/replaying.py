"""Which records are sent again, and as what: the plan of `consentry dead-letters replay`. Pure.

A dead letter whose record was sent again before, and came back as another dead letter, stands
for itself no longer: only the latest of such a row is sent, so that a replay that changes
nothing does not double what it replays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from typing import Final, NamedTuple

from streams.ingest.rejects import place_headers
from streams.operate.dead_letters.kept import REPLAYED, UNREADABLE, KeptIn, KeptRecord
from streams.operate.dead_letters.selection import Selection
from streams.operate.record_place import RecordPlace
from streams.wire.origin import KEY, OFFSET, PARTITION, TIMESTAMP, TOPIC, UNTIMED, as_written

_OURS: Final = frozenset({TOPIC, PARTITION, OFFSET, TIMESTAMP, KEY, UNTIMED, REPLAYED})

AT_MOST: Final = 100_000
"""Records of one run: they are one transaction, and readers of the inputs wait for its end."""

NAMED_AT_MOST: Final = 1_000
"""Records that cannot be sent and are named; all are counted."""

NOTHING_KEPT: Final = "nothing is kept for it, or not of what else is asked for"

GONE_MEANWHILE: Final = "it was deleted (retention, or a purge) while this run began"


class ReplayedRecord(NamedTuple):
    """A record to send; `partition` None: its key decides."""

    topic: str
    partition: int | None
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]


class NotSent(NamedTuple):
    """A record that is not sent, and why."""

    place: RecordPlace
    why: str


class ReplayTargets(NamedTuple):
    """Where records may be sent to.

    `inputs` are the input topics. What ingest rejected goes to `ingest_replay`, which ingest
    alone reads, and never to the topic on which it stood: others read that too.
    """

    inputs: frozenset[str]
    ingest_replay: str

    def topic(self, one: KeptRecord) -> str:
        """The topic that a record is sent to."""
        rejected = one.kept_in is KeptIn.INGEST_REJECTS
        return self.ingest_replay if rejected else one.original.topic

    def refusal(self, one: KeptRecord) -> str | None:
        """Why a record cannot be sent again with its own bytes, None where it can."""
        topic = one.original.topic
        if one.code == UNREADABLE:
            return one.reason
        if one.kept_in is KeptIn.QUARANTINE:
            return (
                "it holds raw personal data, or may: send the corrected event with --file, and "
                "purge this one"
            )
        if one.cut:
            return f"bytes are missing ({cut_words(one)}): let its producer send it again"
        if not topic:
            return "where the record stood is unknown"
        if one.kept_in is KeptIn.DEAD_LETTERS and topic not in self.inputs:
            return f"{topic} is no input of this installation"
        return None


def cut_words(one: KeptRecord) -> str:
    """What of a record was cut, in words."""
    return ", ".join(
        f"{cut.part} cut at {cut.cut_at}" + ("" if cut.length is None else f" of {cut.length}")
        for cut in one.original.cuts
    )


def sent_again(one: KeptRecord, topic: str) -> ReplayedRecord:
    """A record as it goes to a topic, with the mark of a replay.

    To that on which it stood it goes back as it was; what ingest rejected has headers that say
    where and when it stood.
    """
    original, mark = one.original, (REPLAYED, one.place.reference.encode())
    if one.kept_in is KeptIn.INGEST_REJECTS:
        place = place_headers(
            original.topic, original.partition, original.offset, original.timestamp
        )
        headers = [*place, *as_written(original.headers), mark]
        return ReplayedRecord(topic, one.place.partition, original.key, original.value, headers)
    own = [header for header in original.headers if header[0] not in _OURS]
    headers = [*as_written(own), mark]
    return ReplayedRecord(topic, original.partition, original.key, original.value, headers)


def digest(one: KeptRecord) -> bytes:
    """What a record with the same topic, key and value has too."""
    original = one.original
    parts = (original.topic.encode(), original.key or b"", original.value or b"")
    return sha256(b"".join(b"%d:%s" % (len(part), part) for part in parts)).digest()


class ReplayPlan:
    """What a selection comes to, once all records were looked at."""

    def __init__(self, selection: Selection, targets: ReplayTargets) -> None:
        self._selection = selection
        self._targets = targets
        self._able: dict[RecordPlace, tuple[str, bytes]] = {}
        self._before: set[tuple[str, bytes]] = set()
        self._unmet = set(selection.places)
        self.not_sent: list[NotSent] = []
        self.not_sent_count = 0
        self.superseded = 0
        """Records that were sent again before, and came back."""

    def take(self, records: Iterable[KeptRecord]) -> None:
        """Look at records; all that are kept must come by, also those that are not meant."""
        for one in records:
            if one.replay_of is not None:
                # Any producer can write such a header: only the same record takes the place.
                self._before.add((one.replay_of, digest(one)))
            if not self._selection.holds(one):
                continue
            self._unmet -= {one.place, one.origin}
            why = self._targets.refusal(one)
            if why is None:
                self._able[one.place] = self._targets.topic(one), digest(one)
            else:
                self.refuse(one.place, why)

    def refuse(self, place: RecordPlace, why: str) -> None:
        """Name a record that is not sent, and count it."""
        self.not_sent_count += 1
        if len(self.not_sent) < NAMED_AT_MOST:
            self.not_sent.append(NotSent(place, why))

    def chosen(self) -> dict[RecordPlace, str]:
        """The records to send, with the topics they go to; once, after all were looked at."""
        for place in sorted(self._unmet):
            self.refuse(place, NOTHING_KEPT)
        left = {
            place: topic
            for place, (topic, bytes_of_it) in self._able.items()
            if (place.reference, bytes_of_it) not in self._before
        }
        self.superseded = len(self._able) - len(left)
        return left

    @staticmethod
    def by_topic(chosen: dict[RecordPlace, str]) -> dict[str, int]:
        """How many go to each topic."""
        return dict(sorted(Counter(chosen.values()).items()))
