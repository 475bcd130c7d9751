"""The progress row: what a partition number has read, written in every transaction.

It stands in the changelog of the subject table, one row per partition, and must agree with
the group's committed offsets when the table is restored (architecture 4, invariant 7).
The first byte is the version of the layout.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from streams.core.identifiers import EventKey
from streams.core.instants import Instant
from streams.wire.commands import Ongoing
from streams.wire.imports import Import
from streams.wire.sweeps import Basis, Sweep

PROGRESS_KEY: Final = b"\x00P"
"""No subject key is empty, so no row of a subject begins with a zero byte."""

BATCH_HEADER: Final = "consentry-batch"
"""Header of findings and duties: decimal digits, the `sequence` of their batch in their
partition number. Findings about dead letters that name no event of a subject do without:
they follow from the record alone, and can stand on another partition than the one that judged
it."""

_VERSION: Final = b"\x01"


class CorruptProgress(Exception):
    """The bytes are not a progress row that this version can read."""


class Counters(msgspec.Struct, array_like=True):
    """How the records of one topic ended. All but `read` add up to `read`.

    Rows from before `not_assessed` was counted have such records among `judged`.
    """

    read: int = 0
    judged: int = 0
    duplicates: int = 0
    replays: int = 0
    rekeyed: int = 0
    expired: int = 0
    dead_lettered: int = 0
    not_assessed: int = 0

    def add(self, other: Counters) -> None:
        """Count what another counted of the same topic as well."""
        self.read += other.read
        self.judged += other.judged
        self.duplicates += other.duplicates
        self.replays += other.replays
        self.rekeyed += other.rekeyed
        self.expired += other.expired
        self.dead_lettered += other.dead_lettered
        self.not_assessed += other.not_assessed

    @property
    def balanced(self) -> bool:
        """Whether every record that was read ended somewhere."""
        return self.read == (
            self.judged
            + self.duplicates
            + self.replays
            + self.rekeyed
            + self.expired
            + self.dead_lettered
            + self.not_assessed
        )


class Gap(msgspec.Struct, frozen=True, array_like=True):
    """Records that the broker had deleted before they were judged, accepted by an operator.

    `start` is inclusive, `end` exclusive; both are offsets.
    """

    topic: str
    start: int
    end: int


class Window(msgspec.Struct, array_like=True):
    """Of the latest records of a topic: how many were read, and how many were dead letters."""

    read: int = 0
    dead: int = 0


class Paused(msgspec.Struct, frozen=True, array_like=True):
    """A topic that is read no further, since too many of its records could not be judged.

    `offset` is the record that was the last straw and the next to be read, `read` and `dead`
    the window that it was decided by, `at` when that record arrived.
    """

    offset: int
    read: int
    dead: int
    at: Instant


class Unfinished(msgspec.Struct, frozen=True, array_like=True):
    """A record that was taken in, and whose consequences are published piece by piece.

    `topic` and `offset` are the record's, `row` the key of its stored fact. Of what it can
    change, all up to the event `after_key` at `after` is judged again; `through` once there
    is nothing left, while the record itself is still to be read once more.
    """

    topic: str
    offset: int
    row: bytes
    after: Instant
    after_key: EventKey
    through: bool = False


class Skip(msgspec.Struct, frozen=True, array_like=True):
    """A record that an operator had set aside: where it stands, why, who said so and when.

    It stays with the state after it was passed, so that the accounting can be checked.
    """

    topic: str
    offset: int
    why: str
    by: str
    at: Instant


class StateOwner(msgspec.Struct, frozen=True, array_like=True):
    """The installation whose state it is.

    `topics` are the names of its inputs, of the topics for re-keyed records and ticks, and
    of its outputs, each by what it is for.
    """

    application_id: str
    topic_prefix: str
    generation: int
    topics: dict[str, str]


class Progress(msgspec.Struct, kw_only=True, array_like=True):
    """What has been judged in one partition number.

    `positions` holds the next offset of every input topic. `partition_time` is the
    highest tick seen. `policy_digest` is the policy's past up to `judged_until`, the
    latest instant that a judgement looked at. `windows` hold by topic what the limit on dead
    letters is taken over, and `paused` the topics that exceeded it; `recent_read` and
    `recent_dead` are the one window of all topics in rows of earlier releases. `sequence` counts the batches
    that were judged; findings and duties carry it in the header `BATCH_HEADER`, so that
    a reader can see which of them belong to this row. `partitions` is the partition count
    that the state was made for, 0 if unknown.

    `basis` is what verdicts rest on now, `sweep` the sweep that brings stored ones in line
    with it, or the latest one that did; None: there was none. `imported` says of which exports the
    state was made, None: of inputs alone. `command` is carried out in pieces: it is read again.

    Of subjects that leave (P20, P26; `agents.retention`): `left_before` and `arrived_before`
    are the latest instants before which all facts of a subject that left had occurred, and
    had arrived; they never go back. `retention_at` is the partition time at which the latest
    pass over the subjects began, `retention_from` the place in the store where it goes on,
    empty when it is through. `ticking_since` is the first partition time of this state,
    `subjects_left` counts who left.

    `skips` are the records that operators had set aside, passed or still to come.
    `owner` is whose state it is, None in rows of earlier releases. `topic_ids` are the ids
    (KIP-516) of the topics that the positions are of, where the broker states them, and
    `begins` the offsets at which reading of each topic began, where that is known.

    `refusals_from` are the offsets by topic from which on refused records have rows: a topic
    without one from its start, and none has in rows of earlier releases, where it is None.

    `unfinished` is the record that is being judged in pieces, where there is one: it is
    the next one that its topic has to read. `leaving` is the key of the subject of whom a
    part has left and the rest has not, empty where there is none.
    """

    positions: dict[str, int]
    counters: dict[str, Counters] = {}
    partition_time: Instant | None = None
    judged_until: Instant | None = None
    policy_digest: str = ""
    recent_read: int = 0
    recent_dead: int = 0
    gaps: tuple[Gap, ...] = ()
    sequence: int = 0
    left_before: Instant | None = None
    partitions: int = 0
    retention_at: Instant | None = None
    retention_from: bytes = b""
    arrived_before: Instant | None = None
    ticking_since: Instant | None = None
    subjects_left: int = 0
    skips: tuple[Skip, ...] = ()
    owner: StateOwner | None = None
    topic_ids: dict[str, str] = {}
    begins: dict[str, int] = {}
    unfinished: Unfinished | None = None
    leaving: bytes = b""
    windows: dict[str, Window] = {}
    paused: dict[str, Paused] = {}
    refusals_from: dict[str, int] | None = None
    basis: Basis = Basis()
    sweep: Sweep | None = None
    imported: Import | None = None
    command: Ongoing | None = None

    @property
    def sweeping(self) -> bool:
        """Whether some subjects may still show what an earlier policy or release found."""
        return self.sweep is not None and not self.sweep.through

    def count(self, topic: str) -> Counters:
        """The counters of a topic, made when there are none."""
        found = self.counters.get(topic)
        if found is None:
            found = self.counters[topic] = Counters()
        return found

    def differences(self, committed: Mapping[str, int]) -> list[str]:
        """Topics whose position differs from the committed offset, sorted."""
        topics = self.positions.keys() | committed.keys()
        return sorted(t for t in topics if self.positions.get(t) != committed.get(t))


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Progress)


def encode_progress(progress: Progress) -> bytes:
    """The row as stored."""
    return _VERSION + _encoder.encode(progress)


def decode_progress(row: bytes) -> Progress:
    """The row as read back. Raises CorruptProgress."""
    if row[:1] != _VERSION:
        raise CorruptProgress("the progress row has a version that this release cannot read")
    try:
        return _decoder.decode(row[1:])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise CorruptProgress("the progress row cannot be read") from error
