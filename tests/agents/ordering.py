"""Commands as records for worlds, and what was answered."""

from __future__ import annotations

from typing import Any

from streams.core.identifiers import SubjectKey, subject_key
from streams.wire.commands import (
    FORMAT,
    Command,
    CommandResult,
    ConcernedPerson,
    decode_result,
    encode_command,
)
from tests.agents.world import LATER, NAMES, World
from tests.kafka.stories import CONTROLLER
from tests.transport.records import One

ID = "6f1f0a52-8f6c-4f0e-9d59-0a4f1a7b1c11"


def command(kind: str, who: str | None = None, **fields: Any) -> Command:
    """A command that concerns one person or, without one, all."""
    person = None if who is None else ConcernedPerson(controller_id=CONTROLLER, subject_id=who)
    given: dict[str, Any] = {
        "format": FORMAT,
        "kind": kind,
        "person": person,
        "who": "an officer",
        "why": "a test",
        "at": "2026-01-01T00:00:00Z",
    }
    return Command(**(given | fields))


def order(world: World, one: Command, command_id: str = ID, at: int = LATER) -> One:
    """A record of a command."""
    return world.record(
        None, NAMES.commands, key=command_id.encode(), value=encode_command(one), timestamp=at
    )


def results(world: World) -> list[CommandResult]:
    """What was answered, in order."""
    return [decode_result(o.value) for o in world.outputs(NAMES.command_results) if o.value]


def key(who: str) -> SubjectKey:
    return subject_key(CONTROLLER, who)
