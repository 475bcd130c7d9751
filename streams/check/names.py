"""Controllers and recipients that events name, and which of them differ by case alone."""

from __future__ import annotations

from typing import Final, assert_never

from streams.core.event_kinds import (
    is_consent_change,
    is_message,
    is_notification,
    is_purchase,
    is_share,
)
from streams.core.events import Event

MOST_NAMES: Final = 50_000
"""Controllers, and recipients, that are compared; who has more does not read about them."""


class Names:  # noqa: PLW1641 - no key of anything
    """The controllers and recipients that events named, the first `MOST_NAMES` of each."""

    __slots__ = ("controllers", "recipients")

    def __init__(self) -> None:
        self.controllers: set[str] = set()
        self.recipients: set[str] = set()

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Names)
            and self.controllers == other.controllers
            and self.recipients == other.recipients
        )

    def note(self, event: Event) -> None:
        """Take in those of an event."""
        if len(self.controllers) < MOST_NAMES:
            self.controllers.add(event.controller_id)
        if len(self.recipients) >= MOST_NAMES:
            return
        if is_share(event) or is_notification(event):
            self.recipients.add(event.recipient_id)
        elif is_consent_change(event):
            if event.recipient_ids:
                self.recipients.update(event.recipient_ids[:MOST_NAMES])
        elif is_message(event):
            if event.advertiser_id is not None:
                self.recipients.add(event.advertiser_id)
        elif not is_purchase(event):
            assert_never(event)

    def add(self, other: Names) -> None:
        """Take in those of another part of the events."""
        self.controllers |= other.controllers
        self.recipients |= other.recipients

    @property
    def alike(self) -> dict[str, list[list[str]]]:
        """Names that differ from each other by case alone: different ids, perhaps one meant."""
        return {"controllers": _alike(self.controllers), "recipients": _alike(self.recipients)}


def _alike(names: set[str]) -> list[list[str]]:
    if len(names) >= MOST_NAMES:
        return []  # which of them these are depends on the order of the events
    by_folded: dict[str, list[str]] = {}
    for name in sorted(names):
        by_folded.setdefault(name.casefold(), []).append(name)
    return [same for same in by_folded.values() if len(same) > 1]
