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
    closed_because: str = ""
    """Why it is closed, by `closings`; empty while it is open, and of before that was kept."""


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
    found_at: Instant = Instant(0)
    """When it was found; 0 in snapshots of before that was kept."""


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
    woken: bool = False
    """Whether an alert of before a waiver ran out still fires at the receiver, and none since."""
    count: int = 0
    open: int = 0
    provisional: int = 0
    first_at: Instant
    last_at: Instant
    uncounted: int = msgspec.field(default=0, name="unsaid")
    """Revisions that no alert has carried yet."""
    pseudonyms: tuple[str, ...] = ()
    changed_at: Instant
    gathered_at: Instant | None = None
    """Until when its first alert waits for more; None where it does not."""
    base: int = 0
    """How many were open when it began to fire; growth is counted from there."""
    growth: int = 0
    """How often they have become ten times as many since, as far as an alert has said it."""
    fires_since: Instant | None = None
    due_since: Instant | None = None
    """When what no alert has said yet was found first; None where it is held back on purpose."""
    found_first: Instant = Instant(0)
    found_last: Instant = Instant(0)
    """When the first and the last of them were found."""
    closed: dict[str, int] = {}
    """How many are closed, by why."""
    remains: tuple[str, str] | None = None
    """What is left to do, in English and Dutch, of the one that was closed last."""


class Summary(msgspec.Struct, kw_only=True):
    """One alert in the place of many; it resolves when all its groups are closed.

    `base` is how many findings were open when it began to fire, `open` how many are now.
    """

    alert: Alert
    groups: list[str]
    cause: str = ""
    made_at: Instant = Instant(0)
    base: int = 0
    open: int = 0


class Sent(msgspec.Struct, kw_only=True):
    """An alert on its way, and how many revisions it carries."""

    alert: Alert
    items: int
    made_at: Instant = Instant(0)
    found_at: Instant | None = None
    """When what it says first was found; None where the policy held it back on purpose."""


class Alarm(msgspec.Struct, kw_only=True):
    """An alarm of the policy's own: a silent producer, shares without consent, the heartbeat."""

    version: int = 0
    firing: bool = False
    since: Instant
    sent_at: Instant = msgspec.field(name="told_at")
    alert: Alert | None = None
    """As it was sent last."""


class PolicyState(msgspec.Struct, kw_only=True):
    """The whole state; a snapshot is this, in MessagePack."""

    format: int = FORMAT
    sink: str
    members: dict[str, Member] = {}
    held: dict[str, Held] = {}
    groups: dict[str, AlertGroup] = {}
    summaries: dict[str, Summary] = {}
    summaries_made: int = 0
    sent: dict[str, Sent] = {}
    alarms: dict[str, Alarm] = {}
    flood_bucket: int = -1
    flood_count: int = msgspec.field(default=0, name="flood_told")
    """Alerts made in the interval `flood_bucket`."""
    gathers_until: Instant = Instant(0)
    """The end of the present gathering, which every group that is new meanwhile joins."""
    swept_at: Instant = Instant(0)
    last_events: dict[str, Instant] = {}
    input_ends: dict[str, int] = {}
    """Where each partition of the inputs ended at the last look, as TOPIC/NUMBER."""
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
