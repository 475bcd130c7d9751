"""What the policy remembers: findings, their groups, summaries, and what is on its way."""

from __future__ import annotations

from typing import Final

import msgspec

from streams.alerts.account import Accounting
from streams.alerts.alert import Alert
from streams.core.instants import Instant
from streams.core.vocabulary import Severity

FORMAT: Final = 1
"""Raised when an earlier snapshot can no longer be read. Keys of a snapshot keep their names."""


class Member(msgspec.Struct, kw_only=True, array_like=True):
    """One finding or duty: the newest revision taken, and its group, if it has one."""

    revision: int
    group: str | None
    open: bool
    provisional: bool
    at: Instant
    """When it was taken."""


class Held(msgspec.Struct, kw_only=True):
    """A PROVISIONAL finding that waits, with what is needed to alert about it."""

    until: Instant
    items: int
    """Revisions of it that wait."""
    content: AlertContent = msgspec.field(name="gist")


class AlertContent(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Of one revision, what an alert needs. Ids are shown in safe form already."""

    code: str
    severity: Severity
    recipient_id: str | None
    controller_id: str | None
    shown_recipient: str | None
    shown_controller: str | None
    occurred_at: Instant
    explanation_en: str
    explanation_nl: str
    action_en: str
    action_nl: str
    citations: tuple[str, ...]
    pseudonym: str | None
    """None unless the route switched pseudonyms on."""


class AlertGroup(msgspec.Struct, kw_only=True):
    """Findings of one code, severity, recipient and controller, within one window."""

    key: str
    content: AlertContent = msgspec.field(name="gist")
    """Of the first of them."""
    window_end: Instant
    update_at: Instant
    """From when there may be a next version of its alert."""
    version: int = 0
    firing: bool = False
    """Whether an alert said that it fires."""
    summary: str | None = None
    """The key of the summary that stands in place of an alert of its own."""
    changed: bool = False
    """Whether there is something that no alert has said."""
    deferred: str | None = None
    """Why it is held back: `quiet` or `flood`."""
    deferred_at: Instant = Instant(0)
    rose: bool = False
    """Whether findings were added or came back since the last alert."""
    waived: bool = False
    count: int = 0
    open: int = 0
    provisional: int = 0
    first_at: Instant
    last_at: Instant
    uncounted: int = msgspec.field(default=0, name="unsaid")
    """Revisions that no alert has carried yet."""
    pseudonyms: tuple[str, ...] = ()
    changed_at: Instant


class Summary(msgspec.Struct, kw_only=True):
    """One alert in the place of many; it resolves when all its groups are closed."""

    alert: Alert
    groups: list[str]


class Sent(msgspec.Struct, kw_only=True):
    """An alert on its way, and how many revisions it carries."""

    alert: Alert
    items: int


class Alarm(msgspec.Struct, kw_only=True):
    """An alarm of the policy's own: a silent producer, shares without consent, the heartbeat."""

    version: int = 0
    firing: bool = False
    since: Instant
    sent_at: Instant = msgspec.field(name="told_at")


class PolicyState(msgspec.Struct, kw_only=True):
    """The whole state; a snapshot is this, in MessagePack."""

    format: int = FORMAT
    sink: str
    members: dict[str, Member] = {}
    held: dict[str, Held] = {}
    groups: dict[str, AlertGroup] = {}
    summaries: dict[str, Summary] = {}
    sent: dict[str, Sent] = {}
    alarms: dict[str, Alarm] = {}
    flood_bucket: int = -1
    flood_count: int = msgspec.field(default=0, name="flood_told")
    """Alerts made in the interval `flood_bucket`."""
    swept_at: Instant = Instant(0)
    last_events: dict[str, Instant] = {}
    shared: int = 0
    unconsented: int = 0
    account: Accounting = msgspec.field(default_factory=Accounting)

    def pending(self) -> int:
        """Everything that is held back or on its way, counted from what there is."""
        return (
            sum(held.items for held in self.held.values())
            + sum(group.uncounted for group in self.groups.values())
            + sum(sent.items for sent in self.sent.values())
        )
