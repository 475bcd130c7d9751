"""Grants by what they may cover: a purpose and recipient, then data, channel and topic.

A grant stands under everything that it may be asked for, with the first of T7 to T11 that it
fails there, as long as it may be relied on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mypy_extensions import mypyc_attr

from streams.core.consent_tests import ConsentTest
from streams.core.events import ConsentChange
from streams.core.identifiers import ConsentId, RecipientId
from streams.core.instants import LATEST, Instant
from streams.core.policy import Policy
from streams.core.rules.consent_validity import defects
from streams.core.signals import NAMED_ONLY_CHANNELS, Grant
from streams.core.spans import Spans
from streams.core.targets import Target
from streams.core.vocabulary import (
    CALLS,
    EXPLICIT_METHODS,
    SPECIAL_CATEGORIES,
    ContactDetail,
    DataCategory,
)

Need = tuple[str, str, int]
"""What a grant may have to cover beside purpose and recipient, a topic where it is limited to
some, and the first of T7 to T11 that it fails. A channel and a data category can have one
name, so channels are marked; those of calls once more as they count under P25."""


Shape = tuple[object, ...]
"""All of a grant that decides on its places. As objects: it is made for one look-up."""


VALID: Final = 0
"""The place of grants that fail none of T7 to T11; others stand at their first failure."""


_EXPLICIT: Final = -1


_NOTHING_ELSE: Final = ""


_ANY_CHANNEL: Final = ">*"


_UNDER_P25: Final = "!"


_ALL_TOPICS: Final = ""


FOREVER: Final = Instant(LATEST + 1)
"""The end of what does not end."""


@mypyc_attr(acyclic=True)
class GrantGroup:
    """The grants for one purpose that name one recipient, or one category of recipients."""

    __slots__ = ("_covering", "every", "expiring")

    def __init__(self) -> None:
        self.every: Spans[Grant] = Spans()
        """All of them, until they are replaced."""
        self.expiring: Spans[Grant] = Spans()
        """Those with an expiry, until they are replaced."""
        self._covering: dict[Need, Spans[Grant]] = {}

    def covering(self, category: DataCategory | None, first_failure: int) -> Spans[Grant] | None:
        """Those that cover a category of data (None: whichever), by what they fail first.

        They stand until they are replaced or expire.
        """
        return self._covering.get((category or _NOTHING_ELSE, _ALL_TOPICS, first_failure))

    def on_message(self, target: Target, first_failure: int) -> list[Spans[Grant] | None]:
        """Those that cover the channel and topic of a message (T5), as `covering`."""
        channel = target.channel
        assert channel is not None  # or it is no message
        suffix = _UNDER_P25 if target.verified_phone else ""
        names = [f">{channel}{suffix}"]
        if channel not in NAMED_ONLY_CHANNELS:
            names.append(f"{_ANY_CHANNEL}{suffix}")
        topics = [_ALL_TOPICS] if target.topic is None else [_ALL_TOPICS, target.topic]
        return [self._covering.get((n, topic, first_failure)) for n in names for topic in topics]

    def explicit(self, category: DataCategory) -> Spans[Grant] | None:
        """The valid ones given explicitly for a special category."""
        return self._covering.get((category, _ALL_TOPICS, _EXPLICIT))

    def relied_on(self, target: Target) -> Iterator[tuple[DataCategory | None, bool, Spans[Grant]]]:
        """The valid ones by what they cover for a target: a category, and if explicitly.

        For a message, of which no data are asked, only those that cover it (T5).
        """
        if target.channel is not None:
            for found in self.on_message(target, VALID):
                if found is not None:
                    yield None, False, found
            return
        for category in (None, *DataCategory):
            found = self.covering(category, VALID)
            if found is not None:
                yield category, False, found
                if category is not None and (given := self.explicit(category)) is not None:
                    yield category, True, given

    def place(self, need: Need) -> Spans[Grant]:
        """Where a grant stands as long as it may be relied on, made if there is none."""
        spans = self._covering.get(need)
        if spans is None:
            spans = self._covering[need] = Spans()
        return spans


@mypyc_attr(acyclic=True)
class ForPurpose:
    """The grants for one purpose."""

    __slots__ = ("anyone", "by_category", "by_recipient", "newest_of_id", "of_id")

    def __init__(self) -> None:
        self.anyone = GrantGroup()
        self.by_recipient: dict[RecipientId, GrantGroup] = {}
        self.by_category: dict[str, GrantGroup] = {}
        self.of_id: dict[ConsentId, Spans[Grant]] = {}
        self.newest_of_id: Spans[Grant] = Spans()
        """Those with an id, until the next one with the same id."""

    def groups(self, event: ConsentChange) -> list[GrantGroup]:
        """Every group that a grant belongs to, the one of all first."""
        found = [self.anyone]
        for recipient_id in dict.fromkeys(event.recipient_ids):
            group = self.by_recipient.get(recipient_id)
            if group is None:
                group = self.by_recipient[recipient_id] = GrantGroup()
            found.append(group)
        for category in dict.fromkeys(event.recipient_categories):
            group = self.by_category.get(category)
            if group is None:
                group = self.by_category[category] = GrantGroup()
            found.append(group)
        return found


def needs_of(grant: Grant, policy: Policy) -> list[Need]:
    """What a grant may cover, with its first failure among T7 to T11."""
    failed = defects(grant, policy)
    first = int(failed[0]) if failed else VALID
    needs: list[Need] = [(_NOTHING_ELSE, _ALL_TOPICS, first)]
    needs += [(category, _ALL_TOPICS, first) for category in grant.categories]
    for topic in grant.named_topics or (_ALL_TOPICS,):
        needs += [(name, topic, failure) for name, failure in _channels(grant, first)]
    if not failed and grant.event.consent_method in EXPLICIT_METHODS:
        special = [c for c in grant.categories if c in SPECIAL_CATEGORIES]
        needs += [(category, _ALL_TOPICS, _EXPLICIT) for category in special]
    return needs


def shape_of(grant: Grant, policy: Policy) -> Shape:
    """What grants have in common that have the same needs and belong to the same groups."""
    event = grant.event
    failed = defects(grant, policy)
    return (
        grant.purpose,
        event.recipient_ids,
        event.recipient_categories,
        event.data_categories,
        event.channels,
        event.topics,
        failed[0] if failed else None,
        ContactDetail.PHONE in event.verified_contact,
        event.consent_method in EXPLICIT_METHODS,
    )


def _channels(grant: Grant, first: int) -> list[tuple[str, int]]:
    """The channels that a grant covers, with what it fails first there."""
    under_p25 = first
    if ContactDetail.PHONE not in grant.event.verified_contact:
        unproven = int(ConsentTest.DEMONSTRABLE)
        under_p25 = min(first, unproven) if first else unproven
    if not grant.named_channels:
        return [(_ANY_CHANNEL, first), (f"{_ANY_CHANNEL}{_UNDER_P25}", under_p25)]
    found = [(f">{channel}", first) for channel in grant.named_channels]
    calls = grant.named_channels & CALLS
    return found + [(f">{channel}{_UNDER_P25}", under_p25) for channel in calls]
