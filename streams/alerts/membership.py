"""Findings enter their groups, wait before them, change within them, and leave them.

Each method returns the alerts that follow, in their order.
"""

from __future__ import annotations

from streams.alerts.alert import Alert
from streams.alerts.alert_content import group_key
from streams.alerts.alert_emitter import AlertEmitter
from streams.alerts.closings import MOVED
from streams.alerts.option_table import milliseconds
from streams.alerts.options import AlertOptions
from streams.alerts.policy_state import AlertContent, AlertGroup, Held, Member, PolicyState
from streams.core.instants import Instant


class Membership:
    """Which finding counts in which group."""

    def __init__(self, options: AlertOptions, state: PolicyState, emitter: AlertEmitter) -> None:
        self._window = milliseconds(options.window_s)
        self._state = state
        self._emitter = emitter
        self.changed = {key for key, group in state.groups.items() if group.changed}
        """Keys of groups with something that no alert has said, and of no others."""

    def hold(
        self, identity: str, member: Member, content: AlertContent, items: int, until: Instant
    ) -> None:
        """Keep a PROVISIONAL finding back until its hold-down ends."""
        self._state.held[identity] = Held(until=until, items=items, content=content)
        member.open, member.provisional = True, True

    def release(self, now: Instant) -> list[Alert]:
        """Findings whose hold-down is over enter their groups."""
        alerts: list[Alert] = []
        waiting = sorted((held.until, identity) for identity, held in self._state.held.items())
        for until, identity in waiting:
            if until > now:
                break
            held = self._state.held.pop(identity)
            member = self._state.members[identity]
            member.open = False
            alerts += self.enter(
                member, held.content, now, held.items, provisional=True, was_held=True
            )
        return alerts

    def enter(
        self,
        member: Member,
        content: AlertContent,
        now: Instant,
        items: int,
        *,
        provisional: bool,
        was_held: bool = False,
    ) -> list[Alert]:
        """An open finding enters its group, or is counted again in the one that it is in."""
        alerts: list[Alert] = []
        before = self._group_of(member)
        if before is not None and not _same(before.content, content):
            self._close(member, before, now, MOVED)
            alerts += self.look(before.key, now)
            before = None
        if before is not None and member.open:
            self._revise(member, before, items, provisional=provisional)
            return alerts
        group = before or self._group_for(content, now)
        if before is None:
            group.count += 1
            member.group = group.key
            if content.pseudonym is not None and content.pseudonym not in group.pseudonyms:
                group.pseudonyms = (*group.pseudonyms, content.pseudonym)[:20]
        self._open(member, group, provisional=provisional)
        group.first_at = min(group.first_at, content.occurred_at)
        group.last_at = max(group.last_at, content.occurred_at)
        if content.found_at:
            group.found_first = min(group.found_first or content.found_at, content.found_at)
            group.found_last = max(group.found_last, content.found_at)
        if not was_held and group.deferred is None:
            group.due_since = group.due_since or content.found_at
        group.uncounted += items
        group.rose, group.changed, group.changed_at = True, True, now
        return alerts + self.look(group.key, now)

    def leave(
        self,
        member: Member,
        now: Instant,
        items: int,
        reason: str,
        because: str,
        remains: AlertContent | None = None,
    ) -> list[Alert]:
        """A finding is closed, or no longer this sink's.

        `reason` is what is counted as muted where no group ever had it; `because` what the group
        says of it when it is resolved, and `remains` holds what is left to do.
        """
        group = self._group_of(member)
        if group is None:
            member.open, member.provisional = False, False
            self._state.account.mute(reason, items)
            return []
        if not member.open:
            member.provisional = False
            self._count(group, items)
            return []
        self._close(member, group, now, because)
        if remains is not None:
            group.remains = remains.action_en, remains.action_nl
        group.uncounted += items
        return self.look(group.key, now)

    def look_at_changed(self, now: Instant) -> list[Alert]:
        """Have the emitter look at all that has changed: together first, then each."""
        groups = self._state.groups
        keys = sorted(self.changed)
        alerts = self._emitter.burst([groups[key] for key in keys], now)
        for key in keys:
            alerts += self.look(key, now, ticks=True)
        return alerts

    def look(self, key: str, now: Instant, *, ticks: bool = False) -> list[Alert]:
        """Have the emitter look at a group, and remember whether it must look again."""
        group = self._state.groups[key]
        alerts = self._emitter.look(group, now, ticks=ticks)
        if group.changed:
            self.changed.add(key)
        else:
            self.changed.discard(key)
        return alerts

    def _group_of(self, member: Member) -> AlertGroup | None:
        return None if member.group is None else self._state.groups.get(member.group)

    def _revise(self, member: Member, group: AlertGroup, items: int, *, provisional: bool) -> None:
        """A new reason or the label FINAL, a month later, is no news for those on call."""
        group.provisional += provisional - member.provisional
        member.provisional = provisional
        self._count(group, items)

    def _count(self, group: AlertGroup, items: int) -> None:
        """Revisions that change nothing that an alert says go with its next one, if any."""
        if group.changed:
            group.uncounted += items
        else:
            self._state.account.grouped += items

    def _open(self, member: Member, group: AlertGroup, *, provisional: bool) -> None:
        group.open += 1
        group.provisional += provisional
        self._emitter.summaries.count(group, 1)
        before, member.closed_because = member.closed_because, ""
        if group.closed.get(before):
            group.closed[before] -= 1
        member.open, member.provisional = True, provisional

    def _close(self, member: Member, group: AlertGroup, now: Instant, because: str) -> None:
        """It was open in this group, or the group goes on without it."""
        if member.open:
            self._emitter.summaries.count(group, -1)
            group.closed[because] = group.closed.get(because, 0) + 1
            member.closed_because = because
        group.open -= member.open
        group.provisional -= member.open and member.provisional
        member.open, member.provisional = False, False
        group.changed, group.changed_at = True, now

    def _group_for(self, content: AlertContent, now: Instant) -> AlertGroup:
        key = group_key(content, self._window, now)
        group = self._state.groups.get(key)
        if group is None:
            end = Instant((now // self._window + 1) * self._window)
            group = self._state.groups[key] = AlertGroup(
                key=key,
                content=content,
                window_end=end,
                update_at=end,
                first_at=content.occurred_at,
                last_at=content.occurred_at,
                changed_at=now,
            )
        return group


def _same(one: AlertContent, other: AlertContent) -> bool:
    """Whether two findings may stand in one group."""
    return (one.code, one.severity, one.recipient_id, one.controller_id) == (
        other.code,
        other.severity,
        other.recipient_id,
        other.controller_id,
    )
