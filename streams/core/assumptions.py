"""What was read in favour of lawfulness because a producer left it out (legal model 4.9).

No finding comes of it, but the verdict then rests on an assumption, and the DPO should know
on how many. Whether one is made depends on the event, the registers and the policy alone.
"""

from __future__ import annotations

import msgspec

from streams.core.events import ConsentChange, Event
from streams.core.left_out import left_out, misspelt, recipient_of
from streams.core.policy import Policy
from streams.core.rules.assess import not_assessed


class Assumption(msgspec.Struct, frozen=True, order=True):
    """One field of one event that was read mildly, with what it is counted by.

    `note`: nothing is assumed; the producer should correct a word that no rule reads.
    """

    field: str
    source_system: str = ""
    recipient_id: str = ""
    note: bool = False


def assumptions(event: Event, policy: Policy) -> list[Assumption]:
    """The assumptions that the verdicts on an event, and on others by it, rest on."""
    if not_assessed(event, policy):
        return []
    source, recipient = event.source_system or "", recipient_of(event) or ""
    found = [Assumption(field, source, recipient) for field in left_out(event, policy)]
    if isinstance(event, ConsentChange):
        found += [Assumption(field, source, recipient, note=True) for field in misspelt(event)]
    return found
