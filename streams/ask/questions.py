"""Lines that ask: a person each, or a whole hypothetical share or message.

What cannot be read is an answer of its own, a `BadLine`: it never reads as covered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Final, NamedTuple

import msgspec

from streams.core.events import DataShare, MarketingMessage
from streams.core.identifiers import (
    ControllerId,
    SubjectId,
    SubjectKey,
    id_fault,
    means_nobody,
    subject_key,
)
from streams.core.instants import format_instant
from streams.core.law import GDPR_APPLIES
from streams.core.vocabulary import EventType, LegalBasis
from streams.errors import ConsentryError
from streams.wire.decode import MAX_BYTES, Rejected, decode
from streams.wire.errors import WireError
from streams.wire.field_specs import MAX_TEXT
from streams.wire.guard import look_of
from streams.wire.jsonl import read_json
from streams.wire.pii import raw_kind

AskedEvent = DataShare | MarketingMessage
"""What may be asked about; facts about a person are no questions."""

_BOM: Final = b"\xef\xbb\xbf"
_PERSON: Final = frozenset({"controller_id", "subject_id"})
_EVENTS: Final = (EventType.DATA_SHARE, EventType.MARKETING_MESSAGE)
_PLACEHOLDER: Final = "ask"
_NO_TIME: Final = format_instant(GDPR_APPLIES)


class Question(NamedTuple):
    """One line. Where it is not `dated`, the event is asked about as of the state or `--at`.

    `raw` is the line as it came, without its end.
    """

    number: int
    raw: bytes
    key: SubjectKey
    event: AskedEvent
    dated: bool


class BadLine(NamedTuple):
    """A line that cannot be read, and why; never a value of it."""

    number: int
    reason: str


class Questions:
    """Reads lines. `template` is the share that a line asks about which names a person only."""

    def __init__(self, template: DataShare | None, controller: str | None) -> None:
        self._template = template
        self._controller = controller

    def read(self, file: BinaryIO) -> Iterator[Question | BadLine]:
        """Each line that is not empty, in order."""
        for number, line in enumerate(_lines(file), 1):
            raw = line.rstrip(b"\r\n")
            raw = raw.removeprefix(_BOM) if number == 1 else raw
            if not raw.strip():
                continue
            try:
                yield self._read(number, raw)
            except WireError as error:
                field = "" if error.field is None else f"{error.field}: "
                yield BadLine(number, f"{field}{error.reason}")

    def again(self, number: int, raw: bytes) -> Question:
        """A question that was read before. Raises WireError for a line that is none."""
        return self._read(number, raw)

    def _read(self, number: int, raw: bytes) -> Question:
        if len(raw) > MAX_BYTES:
            raise WireError(f"the line is longer than {MAX_BYTES} bytes")
        if not raw.lstrip().startswith(b"{"):
            try:
                return self._person(number, raw, {"subject_id": raw.decode()})
            except UnicodeDecodeError:
                raise WireError("the line is not UTF-8") from None
        record = read_json(raw)
        if "event_type" in record:
            return _event(number, raw, record)
        if further := sorted(record.keys() - _PERSON):
            raise WireError(
                f"{len(further)} fields beside controller_id and subject_id; a whole share or "
                "message states its event_type"
            )
        return self._person(number, raw, record)

    def _person(self, number: int, raw: bytes, record: dict[str, Any]) -> Question:
        if self._template is None:
            raise WireError("names a person only; say what is asked: --recipient and --purpose")
        controller = _id("controller_id", record.get("controller_id") or self._controller)
        subject = _id("subject_id", record.get("subject_id"))
        event = msgspec.structs.replace(
            self._template, controller_id=ControllerId(controller), subject_id=SubjectId(subject)
        )
        return Question(number, raw, subject_key(controller, subject), event, dated=False)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines, of which no more is held than shows that one is too long."""
    while line := file.readline(MAX_BYTES + 2):
        yield line
        while len(line) > MAX_BYTES + 1 and not line.endswith(b"\n"):
            line = file.readline(MAX_BYTES + 2)
            if not line:
                return


def share_template(recipient: str, purpose: str, categories: Sequence[str]) -> DataShare:
    """The share that lines with a person ask about, claimed to rest on consent.

    Role, kind and country are left to the register. Raises ConsentryError for what no share
    can hold.
    """
    record = {
        "event_type": EventType.DATA_SHARE.value,
        "event_id": _PLACEHOLDER,
        "controller_id": _PLACEHOLDER,
        "subject_id": _PLACEHOLDER,
        "occurred_at": _NO_TIME,
        "recorded_at": _NO_TIME,
        "recipient_id": recipient,
        "purpose": purpose,
        "data_categories": list(categories),
        "legal_basis_claimed": LegalBasis.CONSENT.value,
    }
    try:
        event = _decoded(record)
    except WireError as error:
        raise ConsentryError(
            f"no share is like that: {error.field or 'the share'}: {error.reason}",
            "Correct --recipient, --purpose or --category; docs/events.md has their values.",
        ) from None
    assert isinstance(event, DataShare)
    return event


def _event(number: int, raw: bytes, record: dict[str, Any]) -> Question:
    dated = record.get("occurred_at") is not None
    stated = {"event_id": f"{_PLACEHOLDER}-{number}", "occurred_at": _NO_TIME}
    filled = record | {name: one for name, one in stated.items() if record.get(name) is None}
    filled.setdefault("recorded_at", filled["occurred_at"])
    event = _decoded(filled)
    key = subject_key(event.controller_id, event.subject_id)
    return Question(number, raw, key, event, dated=dated)


def _decoded(record: dict[str, Any]) -> AskedEvent:
    """The event as its topic would hold it. Raises WireError for anything else."""
    read = decode(msgspec.json.encode(record), None)
    if isinstance(read, Rejected):
        raise WireError(read.dead_letter.reason, read.dead_letter.field)
    event = read.event
    if not isinstance(event, DataShare | MarketingMessage):
        names = " and ".join(_EVENTS)
        raise WireError(f"only events of the types {names} can be asked about", "event_type")
    if read.unknown_fields:
        raise WireError(f"{read.unknown_fields} fields that no event of its type has")
    return event


def _id(field: str, value: object) -> str:
    """An id as events have them. Raises WireError."""
    if value is None:
        more = "; add --controller" if field == "controller_id" else ""
        raise WireError(f"is missing{more}", field)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT:
        raise WireError(f"must be a text of 1 to {MAX_TEXT} characters", field)
    if fault := id_fault(value):
        raise WireError(fault, field)
    if field == "subject_id" and means_nobody(value):
        raise WireError("is a placeholder for nobody; ask with pseudonyms", field)
    if raw_kind(value, look_of(field)) is not None:
        raise WireError("holds a raw personal value; ask with pseudonyms", field)
    return value
