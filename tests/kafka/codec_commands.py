"""Commands and policies in every codec: of clients that are not ours, as the page has them."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from streams.control.in_force import written_now
from streams.control.log import ControlLog
from streams.control.record import ControlRecord, record_of
from streams.control.write import append
from streams.core.identifiers import SubjectKey, subject_key
from streams.policy_file import PolicyText, policy_of
from streams.wire.arrival import partition_for
from streams.wire.commands import CommandResult, decode_result
from tests.clients import Message
from tests.clients.message import CODECS
from tests.kafka.harness import ROOT, Bus
from tests.kafka.stories import CONTROLLER, START, share

if TYPE_CHECKING:
    from tests.kafka.codec_matrix import Matrix


def documented() -> dict[str, Any]:
    """The command that docs/operations.md shows."""
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    section = page.split("### A command from another client", 1)[1]
    found: dict[str, Any] = json.loads(section.split("```json", 1)[1].split("```", 1)[0])
    return found


def erasures(bus: Bus, client: str, number: int) -> Iterator[tuple[str, SubjectKey, Message]]:
    """In each codec an event of a person, and the command to erase that person, with its id.

    Clients choose the partition by the key, so the id is one that leads to the person's.
    """
    for codec in CODECS:
        who = f"gone-{client}-{number}-{codec}"
        key = subject_key(CONTROLLER, who)
        event = bus.event(share(who, who, START))
        yield "", key, Message(codec, event.topic, key, event.value or b"")
        home = partition_for(key, bus.settings.partitions)
        command_id = next(one for one in iter(_new_id, "") if _leads(one, bus, home))
        person = {"controller_id": CONTROLLER, "subject_id": who}
        value = json.dumps(documented() | {"person": person}).encode()
        yield command_id, key, Message(codec, bus.names.commands, command_id.encode(), value)


def _new_id() -> str:
    return str(uuid.uuid4())


def _leads(command_id: str, bus: Bus, home: int) -> bool:
    return partition_for(SubjectKey(command_id.encode()), bus.settings.partitions) == home


def results(matrix: Matrix) -> dict[str, list[CommandResult]]:
    """What was answered, by the id of the command."""
    found: dict[str, list[CommandResult]] = {}
    for record in matrix.stored(matrix.bus.names.command_results):
        one = decode_result(record.value or b"")
        found.setdefault(one.command_id, []).append(one)
    return found


def write_policy(bus: Bus, label: str) -> None:
    """One more record on the log of policies, which says the same as the one before."""
    text = PolicyText(label=label, text="")

    def following(log: ControlLog) -> ControlRecord:
        return record_of(
            text,
            log.sequence + 1,
            version=policy_of(text, "a policy").version,
            who="a test",
            why="codecs",
            ticket=None,
            written_at=written_now(),
        )

    asyncio.run(append(bus.settings, following))


def messages(found: Sequence[tuple[str, SubjectKey, Message]]) -> list[Message]:
    """What a client is to send of `erasures`."""
    return [message for _, _, message in found]
