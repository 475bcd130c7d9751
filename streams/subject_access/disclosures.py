"""To whom data of a person went, by the stored facts and the register of recipients.

GDPR 15(1)(c) and C-154/21: the actual recipients, processors and joint controllers included
(GDPR 4(9)); whether a share was lawful does not matter here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from streams.core.events import DataShare
from streams.core.identifiers import RecipientId
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.state import EventRow
from streams.core.vocabulary import DataCategory, Purpose, RecipientRole


class Disclosure(NamedTuple):
    """What one recipient received.

    `legal_entity`, `country` and `role` are those of the register at the latest share, None
    where it does not state them; the country and role that producers stated take their place.
    `instants` are those of the shares, the earliest first; `uncategorised` counts the shares
    that state no categories of data.
    """

    recipient_id: RecipientId
    legal_entity: str | None
    country: str | None
    role: RecipientRole | None
    instants: tuple[Instant, ...]
    purposes: tuple[Purpose, ...]
    data_categories: tuple[DataCategory, ...]
    uncategorised: int


def disclosures(rows: Iterable[EventRow], policy: Policy) -> list[Disclosure]:
    """By recipient, the one that received first before the others.

    Payloads that clash over one event id are all counted: each names a recipient.
    """
    shares: dict[RecipientId, list[DataShare]] = defaultdict(list)
    for row in rows:
        event = row.fact.event
        if isinstance(event, DataShare):
            shares[event.recipient_id].append(event)
    found = [_disclosure(of, policy) for of in shares.values()]
    return sorted(found, key=lambda one: (one.instants[0], one.recipient_id))


def _disclosure(shares: list[DataShare], policy: Policy) -> Disclosure:
    shares.sort(key=lambda share: (share.occurred_at, share.event_id))
    last = shares[-1]
    entry = policy.index.recipient(last.recipient_id, last.occurred_at)
    return Disclosure(
        recipient_id=last.recipient_id,
        legal_entity=entry.legal_entity if entry else None,
        country=(entry.country if entry else None) or last.recipient_country,
        role=(entry.role if entry else None) or last.recipient_role,
        instants=tuple(share.occurred_at for share in shares),
        purposes=tuple(sorted({share.purpose for share in shares})),
        data_categories=tuple(sorted({one for share in shares for one in share.data_categories})),
        uncategorised=sum(not share.data_categories for share in shares),
    )
