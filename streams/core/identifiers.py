"""Who and what: the identifiers that events carry and findings are addressed by."""

from __future__ import annotations

from hashlib import sha1
from typing import Final, NewType
from unicodedata import category, is_normalized
from uuid import UUID

ControllerId = NewType("ControllerId", str)
SubjectId = NewType("SubjectId", str)
"""A keyed pseudonym of the person (GDPR 4(5)); never a plain hash of contact data."""
EventId = NewType("EventId", str)
EventKey = NewType("EventKey", str)
"""An event within its subject: its type and its id (`streams.core.events.event_key`)."""
RecipientId = NewType("RecipientId", str)
ConsentId = NewType("ConsentId", str)
PurchaseId = NewType("PurchaseId", str)
Topic = NewType("Topic", str)
"""The controller's own id of a newsletter, list or programme."""
PayloadHash = NewType("PayloadHash", str)
"""SHA-256 of the canonical JSON form, 64 hexadecimal digits (legal model 4.5)."""
SubjectKey = NewType("SubjectKey", bytes)
"""`controller_id 0x1F subject_id` in UTF-8: the Kafka key of every input."""
Slot = NewType("Slot", str)
"""The place of a finding on its event: one per family (legal model 3.9)."""
ViolationId = NewType("ViolationId", str)

KEY_SEPARATOR = "\x1f"
_FINDINGS: Final = UUID("6f6e7365-6e74-5279-8000-636f6e736e74").bytes
_VARIANT: Final = "89ab" * 4
"""Of RFC 9562, 4.1: the two highest bits of a hexadecimal digit are 10."""


NOBODY: Final = frozenset(
    {
        "null", "undefined", "none", "nil", "nan", "n/a", "unknown", "anonymous", "guest",
        "[object object]", "00000000-0000-0000-0000-000000000000",
    }
)  # fmt: skip
"""What programs write where they know nobody: all of these would be one person, and the consent of
one visitor would cover the data of all others. In capitals they are written too."""
_LONGEST_OF_NOBODY: Final = 36


def means_nobody(text: str) -> bool:
    """Whether a text in the place of a person is a placeholder. Pseudonyms are longer than any."""
    return len(text) <= _LONGEST_OF_NOBODY and text.lower() in NOBODY


def subject_key(controller_id: str, subject_id: str) -> SubjectKey:
    """The Kafka key of a subject."""
    return SubjectKey(f"{controller_id}{KEY_SEPARATOR}{subject_id}".encode())


def parse_subject_key(key: bytes | None) -> tuple[ControllerId, SubjectId] | None:
    """Controller and subject of a Kafka key, or None for a key of another form."""
    if not key:
        return None
    try:
        controller_id, separator, subject_id = key.decode().partition(KEY_SEPARATOR)
    except UnicodeDecodeError:
        return None
    if not separator or not controller_id or not subject_id or KEY_SEPARATOR in subject_id:
        return None
    return ControllerId(controller_id), SubjectId(subject_id)


def id_fault(text: str) -> str | None:
    """What is wrong with how an id is written (legal model 3.2), in words; None: nothing.

    Ids are compared character by character, so they are written in one way only.
    """
    if text.isascii() and text.isprintable():
        at_end = text[:1] == " " or text[-1:] == " "
        return "must not begin or end with a blank" if at_end else None
    if not is_normalized("NFC", text):
        return "must be in Unicode NFC (composed letters, as most systems write them)"
    kinds = [category(character) for character in text]
    if any(kind in ("Cc", "Cf", "Zl", "Zp") for kind in kinds):
        return "must not hold control, format or line-separating characters"
    if kinds and "Zs" in (kinds[0], kinds[-1]):
        return "must not begin or end with a blank"
    return None


def violation_id(
    controller_id: str, subject_id: str, event_type: str, event_id: str, slot: str
) -> ViolationId:
    """The address of a finding or duty: the same wherever and whenever it is judged.

    `event_type` is empty for a record that is of no type.
    """
    name = KEY_SEPARATOR.join((controller_id, subject_id, event_type, event_id, slot))
    # As `uuid.uuid5` says it, without the object in between, which costs as much as all else.
    digits = sha1(_FINDINGS + name.encode(), usedforsecurity=False).hexdigest()
    variant = _VARIANT[int(digits[16], 16)]
    return ViolationId(
        f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"
    )
