"""One alert in the place of many: when it is made, when it grows, and when it is resolved.

Each method returns the alerts that it made, in their order.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from streams.alerts.alert import Alert
from streams.alerts.alert_builder import shown_severity, summary_alert, summary_key
from streams.alerts.growth import growth
from streams.alerts.many_texts import many_resolved
from streams.alerts.options import AlertOptions
from streams.alerts.outlet import Cause, Outlet
from streams.alerts.policy_state import AlertGroup, PolicyState, Summary
from streams.core.instants import Instant


class Summaries:
    """The summaries of one sink's policy."""

    def __init__(self, options: AlertOptions, state: PolicyState, outlet: Outlet) -> None:
        self._options = options
        self._state = state
        self._outlet = outlet

    def emit(self, groups: Sequence[AlertGroup], cause: Cause, now: Instant) -> list[Alert]:
        """One alert for all of these, in place of what stood for them before."""
        self._state.summaries_made += 1
        key = summary_key(self._state.sink, cause, now, self._state.summaries_made)
        alert = summary_alert(self._options, groups, cause, now, key)
        self._outlet.use_room(now)
        items, found = self._take_up(groups, now)
        resolved: list[Alert] = []
        # What fires has an alert of its own; of such groups alone, they are what must end it.
        covered = [group for group in groups if not group.firing] or groups
        for group in covered:
            resolved += self.leave(group, now)
            group.summary = alert.key
        open_ = sum(group.open for group in covered)
        keys = [group.key for group in covered]
        self._state.summaries[key] = Summary(
            alert=alert, groups=keys, cause=cause, made_at=now, base=open_, open=open_
        )
        return [*resolved, self._outlet.send(alert, items, now, found)]

    def floods(self, group: AlertGroup, now: Instant) -> bool:
        """Whether the flood that a summary reports still has its interval."""
        summary = self._of(group)
        if summary is None or summary.cause != "flood":
            return False
        return self._outlet.same_interval(summary.made_at, now)

    def join(self, group: AlertGroup, now: Instant) -> bool:
        """Count a new group in a flood that was reported in this interval, if there is one."""
        for summary in self._state.summaries.values():
            if summary.cause == "flood" and self._outlet.same_interval(summary.made_at, now):
                summary.groups.append(group.key)
                summary.open += group.open
                group.summary = summary.alert.key
                return True
        return False

    def rise(self, group: AlertGroup, now: Instant) -> list[Alert]:
        """More in a flood that was reported: it waits, or the whole has grown tenfold."""
        summary = self._of(group)
        assert summary is not None, "floods() is asked first"
        if growth(summary.base, summary.open) <= summary.alert.growth or not self._outlet.room(now):
            if group.deferred is None:
                self._outlet.defer(group, "flood", now)
            return []
        groups = [self._state.groups[key] for key in summary.groups]
        summary.alert = summary_alert(
            self._options,
            groups,
            summary.cause,
            now,
            summary.alert.key,
            version=summary.alert.version + 1,
            growth=growth(summary.base, summary.open),
            fires_since=summary.alert.fires_since,
        )
        self._outlet.use_room(now)
        found = max(one.found_last for one in groups)
        items, _ = self._take_up(groups, now)
        return [self._outlet.send(summary.alert, items, now, found)]

    def count(self, group: AlertGroup, change: int) -> None:
        """So many findings more, or fewer, are open in a group that a summary stands for."""
        summary = self._of(group)
        if summary is not None:
            summary.open += change

    def leave(self, group: AlertGroup, now: Instant) -> list[Alert]:
        """The group is closed or has an alert of its own; the last one to leave resolves it."""
        summary, group.summary = self._of(group), None
        if summary is None:
            return []
        summary.groups = [one for one in summary.groups if one != group.key]
        summary.open -= group.open
        if summary.groups:
            return []
        del self._state.summaries[summary.alert.key]
        resolved = msgspec.structs.replace(
            summary.alert,
            version=summary.alert.version + 1,
            state="resolved",
            summary=many_resolved(summary.alert.count, self._options.language),
            action="",
            explanation="",
            open_count=0,
            provisional_count=0,
        )
        return [self._outlet.send(resolved, 0, now)]

    def _of(self, group: AlertGroup) -> Summary | None:
        return None if group.summary is None else self._state.summaries.get(group.summary)

    def _take_up(self, groups: Sequence[AlertGroup], now: Instant) -> tuple[int, Instant | None]:
        """What all of these have to say goes with one alert: how much, and found since when."""
        items = 0
        # Where one of them was held back on purpose, nothing is late.
        due = [group.due_since for group in groups]
        found = None if None in due else min(one for one in due if one is not None)
        for group in groups:
            items += group.uncounted
            group.uncounted = 0
            self._outlet.settle_until_window(group, now)
            severity = shown_severity(self._options, group, now)
            group.waived = severity is not group.content.severity
        return items, found
