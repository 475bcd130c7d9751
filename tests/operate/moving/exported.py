"""Exports of made-up persons, made in this process."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from streams.core.events import Event
from streams.core.identifiers import ControllerId, EventId, SubjectId, SubjectKey, subject_key
from streams.core.instants import Instant
from streams.core.policy import default_policy
from streams.core.state import RefusalRow
from streams.core.vocabulary import EventType, Status
from streams.operate.moving import export
from streams.operate.moving.lines import Covered, Manifest, decode_line, encode_line
from streams.wire.rows import stored_refusal
from tests.kafka.stories import CONTROLLER
from tests.policy_effect.stored_bus import SETTINGS, StoredBus, stored_rows

POLICY = default_policy()
IDS = {topic: f"id of {topic}" for topic in SETTINGS.topics.input_types}


def refused_row(subject: str, event_id: str) -> tuple[bytes, bytes]:
    """A record was refused under this id."""
    row = RefusalRow(
        event_type=EventType.DATA_SHARE,
        event_id=EventId(event_id),
        arrived_at=Instant(5),
        revision=1,
        status=Status.OPEN,
    )
    return stored_refusal(subject_key(CONTROLLER, SubjectId(subject)), row)


def exported(
    monkeypatch: pytest.MonkeyPatch,
    events: Iterable[Event],
    path: Path,
    more: Iterable[tuple[bytes, bytes]] = (),
    **progress: Any,
) -> Manifest:
    """Write the facts of events to a file, as the state of partition 0 of two."""
    bus = StoredBus(monkeypatch)
    row = progress.pop("row", None)
    bus.put(0, [*stored_rows(events, POLICY), *more], row)
    for name, stand_in in {
        "LiveBus": lambda *_: bus,
        "partitions_of": lambda *_: 2,
    }.items():
        monkeypatch.setattr(export, name, stand_in)
    file = io.BytesIO()
    manifest = export.export_facts(SETTINGS, file)
    path.write_bytes(file.getvalue())
    return manifest


def covered(partition: int = 0, **fields: Any) -> Covered:
    """What an export says of a partition number."""
    given: dict[str, Any] = {
        "partition": partition,
        "positions": {"in": 7},
        "partition_time": Instant(50),
        "ticking_since": Instant(1),
        "judged_until": Instant(40),
        "policy_digest": "d",
        "policy_sequence": 3,
        "policy_version": "v",
        "rules": "r",
        "sweep": None,
    }
    return Covered(**given | fields)


def manifest_of(*parts: Covered, **fields: Any) -> Manifest:
    """A manifest of these."""
    given: dict[str, Any] = {
        "format": 1,
        "application_id": "shop",
        "topic_prefix": "",
        "generation": 1,
        "release": "0",
        "at": Instant(0),
        "count": 3,
        "topic_ids": IDS,
        "covered": parts,
        "facts": {},
        "refused": 0,
        "digest": "x",
    }
    return Manifest(**given | fields)


def rewritten(path: Path, **fields: Any) -> None:
    """The manifest says something else of lines that are as they were, digest included."""
    *lines, last = path.read_bytes().splitlines(keepends=True)
    digest = hashlib.sha256(b"".join(lines)).hexdigest()
    manifest = msgspec.structs.replace(decode_line(last), **{"digest": digest} | fields)
    path.write_bytes(b"".join(lines) + encode_line(manifest))


def key_of(subject: str) -> SubjectKey:
    """The key of a subject of the stories."""
    return subject_key(ControllerId("SHOP"), SubjectId(subject))
