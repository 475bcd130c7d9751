"""Groups and findings that were unchanged for long enough are forgotten, and counted."""

from __future__ import annotations

from streams.alerts.option_table import milliseconds
from streams.alerts.options import AlertOptions
from streams.alerts.policy_state import PolicyState
from streams.core.instants import Instant


def forget_old(options: AlertOptions, state: PolicyState, now: Instant) -> None:
    """Remove what `retention_s` no longer covers, and the oldest above `remembered_max`.

    Only groups that have nothing to say; findings that were in none go by the same age.
    """
    kept_ms = milliseconds(options.retention_s)
    settled = [group for group in state.groups.values() if not group.changed]
    settled.sort(key=lambda group: (group.changed_at, group.key))
    over = len(state.members) - options.remembered_max
    gone: set[str] = set()
    for group in settled:
        aged = now >= max(group.changed_at + kept_ms, group.window_end)
        if not aged and over <= 0:
            break
        gone.add(group.key)
        over -= group.count
        state.account.forgotten += group.open
        # Nothing is uncounted in it: a group that has something to say is kept.
        state.account.grouped += group.uncounted
        del state.groups[group.key]
    for identity, member in list(state.members.items()):
        waits = identity in state.held
        loose = member.group is None and not waits and now - member.at >= kept_ms
        if loose or member.group in gone:
            del state.members[identity]
    for key, summary in list(state.summaries.items()):
        summary.groups = [one for one in summary.groups if one in state.groups]
        if not summary.groups:
            del state.summaries[key]
