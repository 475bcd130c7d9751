"""When what was published of an event must be looked at again: at the end of a term (4.4, 4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from streams.core.identifiers import RecipientId, Slot
from streams.core.instants import Instant
from streams.core.state import Published, PublishedDuty
from streams.core.vocabulary import DutyStatus, Status

# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_RETRACTED: Final = Status.RETRACTED
_DUE: Final = DutyStatus.DUE


def next_deadline(
    published: Mapping[Slot, Published], duties: Mapping[RecipientId, PublishedDuty]
) -> Instant | None:
    """The instant strictly after which a tick has work to do, or None."""
    found: Instant | None = None
    for one in published.values():
        end = label_due(one)
        if end is not None and (found is None or end < found):
            found = end
    for owed in duties.values():
        end = overdue_after(owed)
        if end is not None and (found is None or end < found):
            found = end
    return found


def label_due(published: Published) -> Instant | None:
    """The instant strictly after which the label FINAL must be published, or None.

    What was retracted is not published again for the label's sake.
    """
    if published.final or published.status is _RETRACTED:
        return None
    return published.final_at


def overdue_after(owed: PublishedDuty) -> Instant | None:
    """The instant strictly after which a duty is overdue, or None."""
    duty = owed.duty
    return duty.due_at if duty.status is _DUE else None
