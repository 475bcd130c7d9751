"""What fires now: for receivers that forget an alert which nobody sends them again."""

from __future__ import annotations

from streams.alerts.alert import Alert
from streams.alerts.alert_builder import group_alert
from streams.alerts.options import AlertOptions
from streams.alerts.policy_state import PolicyState
from streams.alerts.texts import HEARTBEAT
from streams.core.instants import Instant


def standing_alerts(options: AlertOptions, state: PolicyState, now: Instant) -> list[Alert]:
    """Every alert that fires, as it stands now, under the version that was sent last.

    Not the heartbeat, whose staying away says something; and nothing whose next version is on
    its way, so that no earlier state overtakes it.
    """
    on_their_way = {sent.alert.key for sent in state.sent.values()}
    found = []
    for group in state.groups.values():
        if group.firing and group.open and group.key not in on_their_way:
            content = group.content
            route = options.route(content.severity, content.code, content.recipient_id)
            waiver = options.waiver(content.code, content.recipient_id, now)
            found.append(group_alert(options, group, route, waiver))
    made = [summary.alert for summary in state.summaries.values()]
    made += [
        alarm.alert
        for alarm in state.alarms.values()
        if alarm.alert is not None and alarm.firing and alarm.alert.code != HEARTBEAT
    ]
    return found + [alert for alert in made if alert.key not in on_their_way]
