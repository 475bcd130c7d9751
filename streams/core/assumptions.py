"""What was read in favour of lawfulness because a producer left it out (legal model 4.9).

No finding comes of it, but the verdict then rests on an assumption, and the DPO should know
on how many. Whether one is made depends on the event, the registers and the policy alone.
"""

from __future__ import annotations

from typing import Final

import msgspec

from streams.core.events import (
    ConsentChange,
    DataShare,
    Event,
    MarketingMessage,
    Purchase,
    RecipientNotification,
)
from streams.core.identifiers import RecipientId
from streams.core.left_out import left_out
from streams.core.policy import Policy
from streams.core.rules.assess import not_assessed
from streams.core.rules.message_target import is_own_offer
from streams.core.vocabulary import Actor
from streams.core.vocabulary.open_words import meant

_ACTORS: Final = frozenset(actor.value for actor in Actor)


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


def misspelt(event: ConsentChange) -> list[str]:
    """Words that are tolerated, since a withdrawal must not be lost over them (3.2)."""
    found = []
    if event.via is not None and meant("via", event.via) is not None:
        found.append("via")
    if event.actor is not None and event.actor not in _ACTORS:
        found.append("actor")
    return found


def recipient_of(event: Event) -> RecipientId | None:
    """The recipient of a share, the advertiser of a third party's offer, else none."""
    match event:
        case DataShare():
            return event.recipient_id
        case MarketingMessage():
            return None if is_own_offer(event) else event.advertiser_id
        case ConsentChange() | Purchase() | RecipientNotification():
            return None
