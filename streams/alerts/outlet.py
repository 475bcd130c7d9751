"""Where alerts go out: how many an interval may have, what waits, and what is on its way."""

from __future__ import annotations

from typing import Literal

from streams.alerts.alert import Alert
from streams.alerts.option_table import milliseconds
from streams.alerts.options import AlertOptions
from streams.alerts.policy_state import AlertGroup, PolicyState, Sent
from streams.core.instants import Instant

Cause = Literal["quiet", "flood"]
"""Why a group is held back."""


class Outlet:
    """Counts alerts in their interval and notes in the state what they carry."""

    def __init__(self, options: AlertOptions, state: PolicyState) -> None:
        self._state = state
        self._flood_max = options.flood_max
        self._flood_ms = milliseconds(options.flood_interval_s)
        self._window_ms = milliseconds(options.window_s)
        self.deferred = {key for key, group in state.groups.items() if group.deferred}
        """Keys of the groups that are held back."""

    def same_interval(self, one: Instant, other: Instant) -> bool:
        """Whether both lie in one interval of a flood."""
        return one // self._flood_ms == other // self._flood_ms

    def room(self, now: Instant) -> int:
        """How many alerts more this interval may have."""
        state, bucket = self._state, now // self._flood_ms
        if bucket != state.flood_bucket:
            state.flood_bucket, state.flood_count = bucket, 0
        return self._flood_max - state.flood_count

    def use_room(self, now: Instant) -> None:
        """Count an alert in its interval."""
        self.room(now)
        self._state.flood_count += 1

    def defer(self, group: AlertGroup, cause: Cause, now: Instant) -> None:
        """Hold a group back until its cause is over."""
        group.deferred, group.deferred_at, group.due_since = cause, now, None
        self.deferred.add(group.key)

    def undefer(self, group: AlertGroup) -> None:
        """Hold it back no longer."""
        group.deferred = None
        self.deferred.discard(group.key)

    def settle_until_window(self, group: AlertGroup, now: Instant) -> None:
        """Nothing of it is new any more; its next alert waits for the end of a window."""
        self.undefer(group)
        group.changed, group.rose, group.gathered_at, group.due_since = False, False, None, None
        next_end = (now // self._window_ms + 1) * self._window_ms
        group.update_at = Instant(max(group.window_end, next_end))

    def send(
        self, alert: Alert, items: int, now: Instant, found_at: Instant | None = None
    ) -> Alert:
        """Note that an alert is on its way with so many revisions."""
        self._state.sent[alert.uid] = Sent(
            alert=alert, items=items, made_at=now, found_at=found_at or None
        )
        return alert
