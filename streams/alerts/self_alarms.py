"""Alarms of the policy's own: the heartbeat, silent producers, shares without consent events."""

from __future__ import annotations

from streams.alerts import texts
from streams.alerts.alert import Alert
from streams.alerts.option_table import milliseconds
from streams.alerts.options import AlertOptions
from streams.alerts.policy_state import Alarm, PolicyState, Sent
from streams.core.instants import Instant
from streams.core.vocabulary import Severity

CALM_AGAIN = 0.9
"""An alarm on a share ends below this part of its threshold, so that it does not flutter."""


def alarms(options: AlertOptions, state: PolicyState, now: Instant) -> list[Alert]:
    """Alarms that are due now. Quiet hours and floods hold none of them back."""
    return [
        *_heartbeat(options, state, now),
        *_silence(options, state, now),
        *_unconsented(options, state, now),
    ]


def _heartbeat(options: AlertOptions, state: PolicyState, now: Instant) -> list[Alert]:
    table = options.heartbeat
    if table is None or state.sink not in table.sinks:
        return []
    key = "consentry-heartbeat"
    alarm = state.alarms.get(key)
    # One that is still on its way says that the sink is away; more would pile up behind it.
    waits = any(sent.alert.key == key for sent in state.sent.values())
    if waits or (alarm and 0 <= now - alarm.sent_at < milliseconds(table.every_s)):
        return []
    text = texts.heartbeat_summary(options.language)
    return [_alarm(options, state, key, texts.HEARTBEAT, text, now, severity=Severity.ADVISORY)]


def _silence(options: AlertOptions, state: PolicyState, now: Instant) -> list[Alert]:
    table = options.silence
    if table is None or state.sink not in table.sinks:
        return []
    due = []
    for kind, after_s in sorted(table.after_s.items()):
        last = state.last_events.get(kind)
        if last is None:  # never heard of: there is nothing to be silent since
            continue
        key = f"consentry-silent-{kind}"
        silent = now - last >= milliseconds(after_s)
        if silent != _fires(state, key):
            text = texts.silence_summary(
                kind, last, options.language, options.time_zone, firing=silent
            )
            due.append(_alarm(options, state, key, texts.SILENCE, text, now, firing=silent))
    return due


def _unconsented(options: AlertOptions, state: PolicyState, now: Instant) -> list[Alert]:
    table = options.unconsented
    if table is None or state.sink not in table.sinks or state.shared < table.subjects_min:
        return []
    key = "consentry-unconsented"
    fires = _fires(state, key)
    share = state.unconsented / state.shared
    limit = table.share_above * (CALM_AGAIN if fires else 1)
    if (share > limit) == fires:
        return []
    text = texts.unconsented_summary(state.shared, state.unconsented, options.language)
    return [_alarm(options, state, key, texts.UNCONSENTED, text, now, firing=not fires)]


def _fires(state: PolicyState, key: str) -> bool:
    alarm = state.alarms.get(key)
    return alarm is not None and alarm.firing


def _alarm(
    options: AlertOptions,
    state: PolicyState,
    key: str,
    code: str,
    text: str,
    now: Instant,
    *,
    severity: Severity = Severity.HIGH,
    firing: bool = True,
) -> Alert:
    alarm = state.alarms.setdefault(key, Alarm(since=now, sent_at=now))
    if firing and not alarm.firing:
        alarm.since = now
    alarm.firing, alarm.sent_at = firing, now
    alarm.version += 1
    alert = Alert(
        key=key,
        version=alarm.version,
        state="firing" if firing else "resolved",
        severity=severity,
        code=code,
        title=texts.TITLES[code][options.language],
        recipient_id=None,
        controller_id=None,
        count=0,
        open_count=0,
        first_at=alarm.since,
        last_at=now,
        summary=text,
        action=texts.ACTIONS[code][options.language] if firing else "",
        fires_since=alarm.since,
        time_zone=options.time_zone,
        language=options.language,
        runbook_url=options.runbook_url,
    )
    state.account.raised += 1
    alarm.alert = alert
    state.sent[alert.uid] = Sent(alert=alert, items=1, made_at=now)
    return alert
