"""Restrictions of processing after a run: the rows say what was asked for, and since when."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

import msgspec

from streams.core.identifiers import SubjectKey
from streams.core.instants import Instant
from streams.core.restriction import restricted_since
from streams.core.state import EventRow, RefusalRow
from streams.wire.progress import PROGRESS_KEY
from streams.wire.rows import decode_any, subject_of
from tests.faults.checks import Kind, Problem, problems
from tests.faults.orders import RESTRICT, UNRESTRICT, answers
from tests.kafka.outputs import Outputs


def asked(outputs: Outputs) -> dict[SubjectKey, Instant | None]:
    """Since when processing is to be restricted, of each person who ever asked; None: not any more.

    By the answers: of whom nothing was stored nothing was restricted.
    """
    done = {place for place, own in answers(outputs).items() if all(one.done for one in own)}
    found: dict[SubjectKey, Instant | None] = {}
    for record in outputs.read(outputs.names.commands):
        command: Any = msgspec.json.decode(record.value)
        name = str(UUID(record.key.decode()))
        if command["kind"] not in (RESTRICT, UNRESTRICT) or (name, record.partition) not in done:
            continue
        person = command["person"]
        key = SubjectKey(f"{person['controller_id']}\x1f{person['subject_id']}".encode())
        restricted = command["kind"] == RESTRICT
        found[key] = (found.get(key) or Instant(record.timestamp)) if restricted else None
    return found


def marked(outputs: Outputs) -> list[Problem]:
    """Each person is restricted as asked, and nobody else is."""
    rows: dict[bytes, bytes] = {}
    for record in outputs.read(outputs.names.changelog):
        if record.key == PROGRESS_KEY:
            continue
        if record.value is None:
            rows.pop(record.key, None)
        else:
            rows[record.key] = record.value
    found: dict[SubjectKey, list[EventRow | RefusalRow]] = defaultdict(list)
    for place, value in rows.items():
        found[subject_of(place)].append(decode_any(value, place))
    wanted = asked(outputs)
    there = {key: restricted_since(own) for key, own in found.items()}
    wrong = [key for key in wanted.keys() | there if wanted.get(key) != there.get(key)]
    return problems((Kind.WRONG, "persons restricted otherwise than they asked", sorted(wrong)))
