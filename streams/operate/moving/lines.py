"""An export of facts: JSON lines, one for each stored row, and a manifest as the last one.

A row is the one of the changelog (`streams.core.state`): the fact with its event, its source and
when it was ingested and taken in, and what was published about it. Instants are milliseconds
since 1970. The manifest says of what the rows are, and has a digest of all lines before it, so
that a file that was cut or changed is known.
"""

from __future__ import annotations

from typing import Final

import msgspec

from streams.core.identifiers import ControllerId, SubjectId, SubjectKey, subject_key
from streams.core.instants import Instant
from streams.core.state import EventRow, RefusalRow
from streams.wire.rows import stored_form, stored_refusal

FORMAT: Final = 1
"""Of the lines. A reader refuses a higher one."""


class FactLine(msgspec.Struct, frozen=True, tag="fact", tag_field="kind"):
    """A fact, and what was published about it."""

    row: EventRow


class RefusedIdLine(msgspec.Struct, frozen=True, tag="refused", tag_field="kind"):
    """That records were refused under the type and id of an event (Q01)."""

    controller_id: ControllerId
    subject_id: SubjectId
    row: RefusalRow


class Covered(msgspec.Struct, frozen=True, kw_only=True):
    """Up to where one partition number was exported, and what its verdicts rest on.

    As the progress row has it (`streams.wire.progress`). `sweep` is the closing reason of what
    no longer holds, where some of it was still to be judged again; None otherwise.
    """

    partition: int
    positions: dict[str, int]
    partition_time: Instant | None
    ticking_since: Instant | None
    judged_until: Instant | None
    policy_digest: str
    policy_sequence: int
    policy_version: str
    rules: str
    sweep: str | None


class Manifest(msgspec.Struct, frozen=True, kw_only=True, tag="manifest", tag_field="kind"):
    """The last line.

    `count` is the number of partitions, `covered` those that have state. `facts` counts by
    event type, `refused` the refused ids. `topic_ids` are those of the topics that the positions
    are of (KIP-516). `digest` is SHA-256 of all bytes before this line, hexadecimal.
    """

    format: int
    application_id: str
    topic_prefix: str
    generation: int
    release: str
    at: Instant
    count: int
    topic_ids: dict[str, str]
    covered: tuple[Covered, ...]
    facts: dict[str, int]
    refused: int
    digest: str


Line = FactLine | RefusedIdLine | Manifest

_encode = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder(Line).decode


def encode_line(line: Line) -> bytes:
    """A line with its end."""
    return _encode(line) + b"\n"


def decode_line(line: bytes) -> Line:
    """A line as read back. Raises msgspec.MsgspecError and UnicodeDecodeError."""
    found: Line = _decode(line)
    return found


def line_of(controller_id: ControllerId, subject_id: SubjectId, row: EventRow | RefusalRow) -> Line:
    """The line of a stored row of a subject; a fact is in it with its hash, as read."""
    if isinstance(row, EventRow):
        return FactLine(msgspec.structs.replace(row, fact=row.fact.hashed))
    return RefusedIdLine(controller_id, subject_id, row)


def stored(line: FactLine | RefusedIdLine) -> tuple[SubjectKey, bytes, bytes]:
    """The subject's key, and the row's key and value in the changelog."""
    if isinstance(line, FactLine):
        event = line.row.fact.event
        subject = subject_key(event.controller_id, event.subject_id)
        return subject, *stored_form(subject, line.row)
    subject = subject_key(line.controller_id, line.subject_id)
    return subject, *stored_refusal(subject, line.row)
