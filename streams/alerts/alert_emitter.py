"""When a group has an alert: at once, at the end of its window, in a summary, or never.

Each method returns the alerts that it made, in their order, and has noted in the state what
they carry.
"""

from __future__ import annotations

import msgspec

from streams.alerts.alert import Alert
from streams.alerts.alert_builder import Cause, group_alert, shown_severity, summary_alert
from streams.alerts.hours import is_quiet
from streams.alerts.option_table import milliseconds
from streams.alerts.options import AlertOptions
from streams.alerts.policy_state import AlertGroup, PolicyState, Sent, Summary
from streams.alerts.routes import Route, Waiver
from streams.core.instants import Instant
from streams.core.vocabulary import Severity


class AlertEmitter:
    """Decides for each group that has changed, and makes its alert."""

    def __init__(self, options: AlertOptions, state: PolicyState) -> None:
        self._options = options
        self._state = state
        self._flood_ms = milliseconds(options.flood_interval_s)
        self._window_ms = milliseconds(options.window_s)
        self._deferred = {key for key, group in state.groups.items() if group.deferred}

    def look(self, group: AlertGroup, now: Instant) -> list[Alert]:
        """Make the alert of a group that has changed, hold it back, or count it as muted."""
        if not group.changed:
            return []
        options, content = self._options, group.content
        route = options.route(content.severity, content.code, content.recipient_id)
        if route is not None and self._state.sink not in route.sinks:
            route = None
        waiver = options.waiver(content.code, content.recipient_id, now)
        if not group.open:
            return self._closed(group, route, waiver, now)
        if route is None:
            self._mute(group, "unrouted")
        elif waiver is not None and route.waived == "mute":
            group.waived = True
            self._mute(group, "waived")
        elif group.summary is not None and not group.rose:
            self._absorb(group)
        elif group.deferred is None and (not group.firing or now >= group.update_at):
            severity = content.severity if waiver is None else Severity.ADVISORY
            if self._holds_quiet(severity, now):
                self._defer(group, "quiet", now)
            elif not self._has_room(now):
                self._defer(group, "flood", now)
            else:
                return self._emit(group, route, waiver, now)
        return []

    def wake(self, group: AlertGroup, now: Instant) -> list[Alert]:
        """Let a group fire as if it were new: the waiver that covered it has run out."""
        self._undefer(group)
        resolved = self._leave_summary(group)
        group.changed, group.changed_at, group.firing, group.waived = True, now, False, False
        return resolved

    def summarise(self, now: Instant) -> list[Alert]:
        """One alert for what quiet hours or a flood held back, once they are over."""
        made: list[Alert] = []
        causes: tuple[Cause, ...] = ("quiet", "flood")
        for cause in causes:
            due = self._due(cause, now)
            if len(due) == 1:
                self._undefer(due[0])
                made += self.look(due[0], now)
            elif due:
                made += self._emit_summary(due, cause, now)
        return made

    def _due(self, cause: Cause, now: Instant) -> list[AlertGroup]:
        """Open groups that were held back for this cause, which is over."""
        quiet = is_quiet(self._options, now)
        due = []
        for key in sorted(self._deferred):
            group = self._state.groups[key]
            if group.deferred != cause or not group.open:
                continue
            severity = shown_severity(self._options, group, now)
            if quiet and severity not in self._options.quiet_passes:
                group.deferred = "quiet"
            elif cause == "quiet" or now // self._flood_ms != group.deferred_at // self._flood_ms:
                due.append(group)
        return due

    def _closed(
        self, group: AlertGroup, route: Route | None, waiver: Waiver | None, now: Instant
    ) -> list[Alert]:
        """Every finding of the group is closed."""
        self._undefer(group)
        if group.firing:
            severity = group.content.severity if waiver is None else Severity.ADVISORY
            return [] if self._holds_quiet(severity, now) else self._emit(group, route, waiver, now)
        if group.summary is not None:
            self._absorb(group)
            return self._leave_summary(group)
        self._mute(group, "waived" if group.waived else "closed_before_told")
        return []

    def _holds_quiet(self, severity: Severity, now: Instant) -> bool:
        return severity not in self._options.quiet_passes and is_quiet(self._options, now)

    def _has_room(self, now: Instant) -> bool:
        """Whether this interval may have another alert; counts nothing."""
        state, bucket = self._state, now // self._flood_ms
        if bucket != state.flood_bucket:
            state.flood_bucket, state.flood_count = bucket, 0
        return state.flood_count < self._options.flood_max

    def _use_room(self, now: Instant) -> None:
        """Count an alert in its interval."""
        self._has_room(now)
        self._state.flood_count += 1

    def _defer(self, group: AlertGroup, cause: Cause, now: Instant) -> None:
        group.deferred, group.deferred_at = cause, now
        self._deferred.add(group.key)

    def _undefer(self, group: AlertGroup) -> None:
        group.deferred = None
        self._deferred.discard(group.key)

    def _mute(self, group: AlertGroup, reason: str) -> None:
        self._undefer(group)
        self._state.account.mute(reason, group.uncounted)
        group.uncounted, group.changed, group.rose = 0, False, False

    def _absorb(self, group: AlertGroup) -> None:
        """The summary has said what is new, in all that matters."""
        self._state.account.grouped += group.uncounted
        group.uncounted, group.changed = 0, False

    def _emit(
        self, group: AlertGroup, route: Route | None, waiver: Waiver | None, now: Instant
    ) -> list[Alert]:
        """The next version of the group's alert, after the summary that it ends, if any."""
        group.version += 1
        group.firing = group.open > 0
        group.waived = waiver is not None
        alert = group_alert(self._options, group, route, waiver)
        if group.firing:
            self._use_room(now)
        resolved = self._leave_summary(group)
        self._settle_until_window(group, now)
        items, group.uncounted = group.uncounted, 0
        return [*resolved, self._send(alert, items)]

    def _settle_until_window(self, group: AlertGroup, now: Instant) -> None:
        """Nothing of it is new any more; its next alert waits for the end of a window."""
        self._undefer(group)
        group.changed, group.rose = False, False
        next_end = (now // self._window_ms + 1) * self._window_ms
        group.update_at = Instant(max(group.window_end, next_end))

    def _emit_summary(self, groups: list[AlertGroup], cause: Cause, now: Instant) -> list[Alert]:
        alert = summary_alert(self._options, self._state.sink, groups, cause, now)
        self._use_room(now)
        items = 0
        covered: list[str] = []
        resolved: list[Alert] = []
        for group in groups:
            items += group.uncounted
            group.uncounted = 0
            self._settle_until_window(group, now)
            if not group.firing:
                resolved += self._leave_summary(group)
                group.summary = alert.key
                severity = shown_severity(self._options, group, now)
                group.waived = severity is not group.content.severity
                covered.append(group.key)
        if covered:
            self._state.summaries[alert.key] = Summary(alert=alert, groups=covered)
        return [*resolved, self._send(alert, items)]

    def _leave_summary(self, group: AlertGroup) -> list[Alert]:
        """The group is closed or has an alert of its own; the last one to leave resolves it."""
        key, group.summary = group.summary, None
        summary = None if key is None else self._state.summaries.get(key)
        if summary is None:
            return []
        summary.groups = [one for one in summary.groups if one != group.key]
        if summary.groups:
            return []
        del self._state.summaries[summary.alert.key]
        version = summary.alert.version + 1
        resolved = msgspec.structs.replace(
            summary.alert, version=version, state="resolved", open_count=0, provisional_count=0
        )
        return [self._send(resolved, 0)]

    def _send(self, alert: Alert, items: int) -> Alert:
        """Note that an alert is on its way with so many revisions."""
        self._state.sent[alert.uid] = Sent(alert=alert, items=items)
        return alert
