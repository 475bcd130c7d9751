"""Where a finding stands on its event: the slot that follows from its code (legal model 3.9).

A rule names a code and nothing else. At most one finding stands in a slot, so codes of one
family exclude each other: a verdict that changes its code stays the same finding.
"""

from __future__ import annotations

from typing import Final

from streams.core.codes import CODES, CodeEntry
from streams.core.identifiers import RecipientId, Slot
from streams.core.vocabulary import Code, Family


def _slot(entry: CodeEntry) -> Slot:
    # Faults of a record exclude nothing: more than one can stand on it.
    if entry.family is Family.Q:
        return Slot(f"{entry.family}:{entry.name}")
    return Slot(entry.family.value)


SLOTS: Final[dict[Code, Slot]] = {
    code: _slot(entry) for code, entry in CODES.items() if entry.family is not Family.O_NOTIFY
}
"""The slot of every code but those of duties, of which there is one for each recipient."""

_OF_DUTIES: Final = f"{Family.O_NOTIFY}:"


def duty_slot(recipient_id: RecipientId) -> Slot:
    """The slot of O01 and O02: one per trigger and recipient."""
    return Slot(f"{_OF_DUTIES}{recipient_id}")


def recipient_of(slot: Slot) -> RecipientId | None:
    """The recipient that a slot of duties is for; None for any other slot."""
    return RecipientId(slot.removeprefix(_OF_DUTIES)) if slot.startswith(_OF_DUTIES) else None
