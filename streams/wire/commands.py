"""Commands to the owners of partition numbers, and what became of them (docs/adr/0100).

A command is one record for each partition number that it concerns: the key is its id, the
value JSON. No personal data stand in it: a person is named by the pseudonym.
"""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

import msgspec

FORMAT: Final = 1
TEXT_MAX: Final = 500
"""Characters of who, why and ticket."""
NAMED_MAX: Final = 500
"""How many recipients a result names."""

_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=TEXT_MAX)]
ID_MAX: Final = 1_000
"""Characters of an id."""

_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=ID_MAX)]

REBUILT: Final = ("consentry-rebuilt", b"1")
"""Header of findings and duties that are published again at the same revision."""


class UnreadableCommand(Exception):
    """The bytes are not a command that this release knows; the text names the field."""


class ConcernedPerson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom a command concerns, by pseudonym."""

    controller_id: _Id
    subject_id: _Id


class HeldOutput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands under one id on the topic of findings or duties, as the sender read it.

    `record` is the finding or duty of the highest revision, in the single-object encoding and
    without its texts; None where what stands there is none.
    """

    id: _Id
    duty: bool = False
    record: bytes | None = None


class Command(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """The value of a record. `kind` may be one that this release does not know.

    `person` None: all of the partition. `at` is the sender's clock (RFC 3339); what counts is
    the timestamp of the record, which is the broker's. `standing` is what the sender holds the
    state not to say, of kind `retract`; the owner looks for itself.
    """

    format: int
    kind: _Text
    person: ConcernedPerson | None = None
    who: _Text
    why: _Text
    ticket: _Text | None = None
    at: _Text
    standing: tuple[HeldOutput, ...] = ()


class CommandResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker did of a command; `problem` says why it did nothing.

    `command_id` is empty where the key of the record is no id. `counts` are by what was
    counted; `recipients` received data of a person who was erased, the first 500 by id.
    """

    command_id: str
    partition: int
    offset: int
    kind: str | None = None
    done: bool
    problem: str | None = None
    counts: dict[str, int] = {}
    recipients: tuple[str, ...] = ()


class Ongoing(msgspec.Struct, array_like=True):
    """A command that is being carried out in pieces; stored in the progress row.

    `offset` is the record's. Of a rebuild, all subjects before `place` in the store are
    through; of an erasure, `row` is the key of the row that stays; of a retraction, the first
    `taken` of what it names are through. The rest is for the result.
    """

    offset: int
    place: bytes = b""
    row: bytes = b""
    counts: dict[str, int] = {}
    recipients: tuple[str, ...] = ()
    taken: int = 0

    def count(self, what: str, more: int = 1) -> None:
        """So much more of something was done."""
        self.counts[what] = self.counts.get(what, 0) + more


class _Head(msgspec.Struct, frozen=True):
    format: int


def id_of(key: bytes | None) -> str | None:
    """The id of a command in its usual form, or None for a key that is none."""
    try:
        return str(UUID((key or b"").decode("ascii")))
    except ValueError:
        return None


def decode_command(value: bytes | None) -> Command:
    """Read a command. Raises UnreadableCommand with what is wrong and no value."""
    if value is None:
        raise UnreadableCommand("the record has no value")
    try:
        head = msgspec.json.decode(value, type=_Head)
        if head.format != FORMAT:
            raise UnreadableCommand(f"format is {head.format}, and this release reads {FORMAT}")
        return msgspec.json.decode(value, type=Command)
    except msgspec.ValidationError as error:
        # It names the field and the types. A field that is unknown is text of the sender.
        what = str(error)
        raise UnreadableCommand("unknown field" if "unknown field" in what else what) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UnreadableCommand("not a command in JSON") from None


def encode_command(command: Command) -> bytes:
    """The value of the record."""
    return msgspec.json.encode(command)


def encode_result(result: CommandResult) -> tuple[bytes, bytes]:
    """Key and value of the record."""
    name = result.command_id or f"unknown-{result.offset}"
    return f"{name}/{result.partition}".encode(), msgspec.json.encode(result)


def decode_result(value: bytes) -> CommandResult:
    """Read a result. Raises msgspec.MsgspecError."""
    return msgspec.json.decode(value, type=CommandResult)
