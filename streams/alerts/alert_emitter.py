"""When a group has an alert: when it has gathered, grown, at the end of its window, or never.

Each method returns the alerts that it made, in their order, and has noted in the state what
they carry.
"""

from __future__ import annotations

from collections.abc import Iterable

from streams.alerts.alert import Alert
from streams.alerts.alert_builder import group_alert, shown_severity
from streams.alerts.growth import growth
from streams.alerts.hours import is_quiet
from streams.alerts.option_table import milliseconds
from streams.alerts.options import AlertOptions
from streams.alerts.outlet import Cause, Outlet
from streams.alerts.policy_state import AlertGroup, PolicyState
from streams.alerts.routes import Route, Waiver
from streams.alerts.summaries import Summaries
from streams.core.instants import Instant
from streams.core.vocabulary import Severity


class AlertEmitter:
    """Decides for each group that has changed, and makes its alert."""

    def __init__(self, options: AlertOptions, state: PolicyState) -> None:
        self._options = options
        self._state = state
        self._gather_ms = milliseconds(options.gather_s)
        self._outlet = Outlet(options, state)
        self.summaries = Summaries(options, state, self._outlet)

    def look(self, group: AlertGroup, now: Instant, *, ticks: bool = False) -> list[Alert]:
        """Make the alert of a group that has changed, hold it back, or count it as muted.

        What has gathered goes out at a tick alone, so that all that is due then is seen together.
        """
        if not group.changed:
            return []
        route, waiver = self._route(group), self._waiver(group, now)
        if not group.open:
            return self._closed(group, route, waiver, now)
        if route is None:
            self._mute(group, "unrouted")
        elif waiver is not None and route.waived == "mute":
            group.waived = True
            self._mute(group, "waived")
        elif group.summary is not None and not group.rose and not group.firing:
            self._absorb(group)
        elif self._in_flood(group, now):
            return self.summaries.rise(group, now)
        elif group.deferred is None and self._has_news(group, now):
            if self._waits(group, now, ticks=ticks):
                return []
            return self._emit(group, route, waiver, now)
        return []

    def burst(self, groups: Iterable[AlertGroup], now: Instant) -> list[Alert]:
        """More groups have gathered than this interval has room for: one alert for all of them."""
        due = [group for group in groups if self._has_gathered(group, now)]
        if not 1 <= self._outlet.room(now) < len(due):
            return []
        return self.summaries.emit(due, "flood", now)

    def wake(self, group: AlertGroup, now: Instant) -> list[Alert]:
        """Let a group fire as if it were new: the waiver that covered it has run out."""
        self._outlet.undefer(group)
        resolved = self.summaries.leave(group, now)
        group.woken = group.woken or group.firing
        group.changed, group.changed_at, group.firing, group.waived = True, now, False, False
        return resolved

    def summarise(self, now: Instant) -> list[Alert]:
        """One alert for what quiet hours or a flood held back, once they are over."""
        made: list[Alert] = []
        causes: tuple[Cause, ...] = ("quiet", "flood")
        for cause in causes:
            due = self._due(cause, now)
            if len(due) == 1:
                self._outlet.undefer(due[0])
                due[0].gathered_at = now
                made += self.look(due[0], now, ticks=True)
            elif due:
                made += self.summaries.emit(due, cause, now)
        return made

    def _due(self, cause: Cause, now: Instant) -> list[AlertGroup]:
        """Open groups that were held back for this cause, which is over."""
        quiet = is_quiet(self._options, now)
        due = []
        for key in sorted(self._outlet.deferred):
            group = self._state.groups[key]
            if group.deferred != cause or not group.open:
                continue
            severity = shown_severity(self._options, group, now)
            if quiet and severity not in self._options.quiet_passes:
                group.deferred = "quiet"
            elif cause == "quiet" or not self._outlet.same_interval(now, group.deferred_at):
                due.append(group)
        return due

    def _closed(
        self, group: AlertGroup, route: Route | None, waiver: Waiver | None, now: Instant
    ) -> list[Alert]:
        """Every finding of the group is closed."""
        self._outlet.undefer(group)
        if group.firing or group.woken:
            held = self._holds_quiet(group, now)
            return [] if held else self._emit(group, route, waiver, now)
        if group.summary is not None:
            self._absorb(group)
            return self.summaries.leave(group, now)
        self._mute(group, "waived" if group.waived else "closed_before_told")
        return []

    def _route(self, group: AlertGroup) -> Route | None:
        content = group.content
        route = self._options.route(content.severity, content.code, content.recipient_id)
        return None if route is None or self._state.sink not in route.sinks else route

    def _waiver(self, group: AlertGroup, now: Instant) -> Waiver | None:
        return self._options.waiver(group.content.code, group.content.recipient_id, now)

    def _holds_quiet(self, group: AlertGroup, now: Instant) -> bool:
        severity = group.content.severity if self._waiver(group, now) is None else Severity.ADVISORY
        return severity not in self._options.quiet_passes and is_quiet(self._options, now)

    def _waits(self, group: AlertGroup, now: Instant, *, ticks: bool) -> bool:
        """Whether what a group has to say waits: for quiet hours, for more, for the flood."""
        if self._holds_quiet(group, now):
            self._outlet.defer(group, "quiet", now)
        elif self._gathers(group, now, ticks=ticks):
            pass
        elif not self._outlet.room(now):
            self._outlet.defer(group, "flood", now)
        else:
            return False
        return True

    def _in_flood(self, group: AlertGroup, now: Instant) -> bool:
        """Whether a group without an alert of its own belongs to a flood that was reported.

        One that is new becomes part of it.
        """
        if group.firing or self.summaries.floods(group, now):
            return not group.firing
        new = group.summary is None and group.deferred is None
        if not new or not self._gather_ms or self._holds_quiet(group, now):
            return False
        return self.summaries.join(group, now)

    def _has_news(self, group: AlertGroup, now: Instant) -> bool:
        """Whether it is new, has grown tenfold, or its window is over."""
        if not group.firing or now >= group.update_at:
            return True
        return growth(group.base, group.open) > group.growth

    def _gathers(self, group: AlertGroup, now: Instant, *, ticks: bool) -> bool:
        """Whether a group that is new waits for more of its kind."""
        if group.firing or not self._gather_ms:
            return False
        if group.gathered_at is None:
            # Together with all that is new meanwhile: many groups at once are one page.
            if now >= self._state.gathers_until:
                self._state.gathers_until = Instant(now + self._gather_ms)
            group.gathered_at = self._state.gathers_until
        return not ticks or now < group.gathered_at

    def _has_gathered(self, group: AlertGroup, now: Instant) -> bool:
        """Whether a look at a tick would have it fire, if there were room."""
        if group.firing or not group.open or group.deferred or not group.changed:
            return False
        if group.gathered_at is None or now < group.gathered_at:
            return False
        if group.summary is not None and (not group.rose or self.summaries.floods(group, now)):
            return False
        route = self._route(group)
        if route is None or (route.waived == "mute" and self._waiver(group, now) is not None):
            return False
        return not self._holds_quiet(group, now)

    def _mute(self, group: AlertGroup, reason: str) -> None:
        self._outlet.undefer(group)
        self._state.account.mute(reason, group.uncounted)
        group.uncounted, group.changed, group.rose = 0, False, False
        group.gathered_at = group.due_since = None

    def _absorb(self, group: AlertGroup) -> None:
        """The summary has said what is new, in all that matters."""
        self._state.account.grouped += group.uncounted
        group.uncounted, group.changed = 0, False

    def _emit(
        self, group: AlertGroup, route: Route | None, waiver: Waiver | None, now: Instant
    ) -> list[Alert]:
        """The next version of the group's alert, after the summary that it ends, if any."""
        found = None
        grown = group.firing and growth(group.base, group.open) > group.growth
        if group.open and not group.firing:
            # What it grew to before it woke still fires under keys of its own.
            grew = group.growth if group.woken else 0
            group.base, group.growth, group.fires_since = group.open, grew, now
            found = group.due_since
        elif grown:
            group.growth, found = growth(group.base, group.open), group.found_last
        group.version += 1
        group.firing = group.open > 0
        group.woken = False
        group.waived = waiver is not None
        alert = group_alert(self._options, group, route, waiver, grown=grown)
        if group.firing:
            self._outlet.use_room(now)
        resolved = self.summaries.leave(group, now)
        self._outlet.settle_until_window(group, now)
        items, group.uncounted = group.uncounted, 0
        return [*resolved, self._outlet.send(alert, items, now, found)]
