"""What was said of whom: where a consent that comes later than it was given is looked for.

A late grant concerns the findings that are later than it, and those that said that nothing
was recorded; it never makes a lawful share unlawful.
"""

from __future__ import annotations

from typing import Final, assert_never

from mypy_extensions import mypyc_attr

from streams.core.event_kinds import (
    event_key,
    is_consent_change,
    is_message,
    is_notification,
    is_purchase,
    is_share,
)
from streams.core.events import (
    ConsentChange,
    DataShare,
    Event,
    MarketingMessage,
)
from streams.core.identifiers import ConsentId, EventKey, RecipientId
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.rules.message_target import consent_target
from streams.core.rules.share_roles import normalise
from streams.core.spans import Order, Spans
from streams.core.state import EventRow
from streams.core.targets import Target
from streams.core.vocabulary import (
    AWAITING_CONSENT,
    Cause,
    Code,
    DutyStatus,
    Purpose,
    Reason,
    Status,
)

FAR_MISS: Final = frozenset({Code.NO_CONSENT, Code.CONSENT_OTHER_PURPOSE})
FAR_REASONS: Final[frozenset[Cause | None]] = frozenset(
    {Reason.NO_RECORD, Reason.GRANTED_LATER, Reason.OTHER_PURPOSE}
)
"""What is said where no consent comes near: then a grant for any purpose is nearer."""

_UNMET: Final = frozenset({DutyStatus.DUE, DutyStatus.OVERDUE, DutyStatus.FULFILLED_LATE})
"""The states of a duty that a consent given again may end."""

_END: Final = Instant(1 << 60)
_RETRACTED: Final = Status.RETRACTED

_Held = tuple[Order, list[Spans[EventKey]]]


@mypyc_attr(acyclic=True)
class FindingIndex:
    """The findings and duties of one subject that consents may still change."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._held: dict[EventKey, _Held] = {}
        self._by_purpose: dict[Purpose, Spans[EventKey]] = {}
        self.far: Spans[EventKey] = Spans()
        """Findings that said that no consent came near."""
        self._awaiting: dict[tuple[Purpose, str], Spans[EventKey]] = {}
        self._citing: dict[ConsentId, Spans[EventKey]] = {}
        self._unmet: dict[RecipientId, Spans[EventKey]] = {}
        self.unmet: Spans[EventKey] = Spans()
        """Signals with a duty that was not fulfilled in time and not cancelled."""

    def note(self, row: EventRow) -> None:
        """Bring the index up to date with what is said of an event."""
        event = row.fact.event
        key = event_key(event)
        self.forget(key)
        places = self._places(row, event)
        if places:
            order: Order = event.occurred_at, "", key
            for spans in places:
                spans.add(order, key)
            self._held[key] = order, places

    def forget(self, key: EventKey) -> None:
        """Nothing is said of an event."""
        held = self._held.pop(key, None)
        if held is not None:
            for spans in held[1]:
                spans.remove(held[0])

    def _places(self, row: EventRow, event: Event) -> list[Spans[EventKey]]:
        if is_consent_change(event):
            return self._unmet_places(row)
        if is_purchase(event) or is_notification(event):
            return []
        spoken = [one.verdict for one in row.published.values() if one.status is not _RETRACTED]
        if not spoken:
            return []
        target = looked_for(event, self._policy)
        purposes = {target.purpose}
        # A consent for these lifts a signal, too.
        if is_share(event):
            purposes.add(event.purpose)
        elif is_message(event):
            purposes.add(Purpose.OWN_DIRECT_MARKETING)
        else:
            assert_never(event)
        places = [_of(self._by_purpose, purpose) for purpose in purposes]
        reasons = {verdict.reason for verdict in spoken}
        if reasons & FAR_REASONS or any(verdict.code in FAR_MISS for verdict in spoken):
            places.append(self.far)
        if reasons & AWAITING_CONSENT:
            whom: str = _ANYBODY if target.recipient_id is None else f"r{target.recipient_id}"
            places.append(_of(self._awaiting, (target.purpose, whom)))
            if target.recipient_category is not None:
                category = f"c{target.recipient_category}"
                places.append(_of(self._awaiting, (target.purpose, category)))
            if is_share(event) and event.consent_ref is not None:
                places.append(_of(self._citing, event.consent_ref))
        return places

    def _unmet_places(self, row: EventRow) -> list[Spans[EventKey]]:
        places = [
            _of(self._unmet, recipient_id)
            for recipient_id, owed in row.duties.items()
            if owed.duty.status in _UNMET
        ]
        return [self.unmet, *places] if places else []

    def said(self, purposes: set[Purpose], since: Instant, until: Instant) -> list[EventKey]:
        """Events with findings that a consent for one of these purposes may change."""
        found: list[EventKey] = []
        for purpose in purposes:
            spans = self._by_purpose.get(purpose)
            if spans is not None:
                found += spans.between(since, until)
        return found

    def awaiting(self, event: ConsentChange) -> list[EventKey]:
        """Events at or before a grant that were said to have none, and that it may be for."""
        purpose = event.purposes[0]
        whom = [_ANYBODY, *(f"r{one}" for one in event.recipient_ids)]
        whom += [f"c{one}" for one in event.recipient_categories]
        found: list[EventKey] = []
        for who in whom:
            spans = self._awaiting.get((purpose, who))
            if spans is not None:
                found += spans.begun(event.occurred_at)
        return found

    def citing(self, consent_id: ConsentId | None) -> list[EventKey]:
        """Events that cite a consent and were said to have none."""
        if consent_id is None:
            return []
        spans = self._citing.get(consent_id)
        return [] if spans is None else list(spans.begun(_END))

    def unmet_towards(
        self, recipient_id: RecipientId, since: Instant, until: Instant
    ) -> list[EventKey]:
        """Signals with an unmet duty towards a recipient."""
        spans = self._unmet.get(recipient_id)
        return [] if spans is None else spans.between(since, until)


_ANYBODY: Final = "*"


def looked_for(event: DataShare | MarketingMessage, policy: Policy) -> Target:
    """What a consent for an event must cover."""
    if is_share(event):
        return normalise(event, policy).target
    if is_message(event):
        return consent_target(event, policy)
    assert_never(event)


def _of(places: dict, key: object) -> Spans[EventKey]:  # type: ignore[type-arg]  # any of them
    spans: Spans[EventKey] | None = places.get(key)
    if spans is None:
        spans = places[key] = Spans()
    return spans
