"""Alarms of the policy's own: the heartbeat, silent producers, shares without consent events."""

from __future__ import annotations

from typing import Literal

from streams.alerts import texts
from streams.alerts.alert import Alert
from streams.alerts.options import AlertOptions, milliseconds
from streams.alerts.policy_state import Alarm, PolicyState, Sent
from streams.core.instants import Instant
from streams.core.vocabulary import Severity

CALM_AGAIN = 0.9
"""An alarm on a share ends below this part of its threshold, so that it does not flutter."""


def alarms(options: AlertOptions, book: PolicyState, now: Instant) -> list[Alert]:
    """Alarms that are due now. Quiet hours and floods hold none of them back."""
    return [
        *_heartbeat(options, book, now),
        *_silence(options, book, now),
        *_unconsented(options, book, now),
    ]


def _heartbeat(options: AlertOptions, book: PolicyState, now: Instant) -> list[Alert]:
    table = options.heartbeat
    if table is None or book.sink not in table.sinks:
        return []
    key = "consentry-heartbeat"
    alarm = book.alarms.get(key)
    # One that is still on its way says that the sink is away; more would pile up behind it.
    waits = any(sent.alert.key == key for sent in book.sent.values())
    if waits or (alarm and 0 <= now - alarm.told_at < milliseconds(table.every_s)):
        return []
    text = texts.heartbeat_summary(options.language)
    return [_tell(options, book, key, texts.HEARTBEAT, text, now, severity=Severity.ADVISORY)]


def _silence(options: AlertOptions, book: PolicyState, now: Instant) -> list[Alert]:
    table = options.silence
    if table is None or book.sink not in table.sinks:
        return []
    told = []
    for kind, after_s in sorted(table.after_s.items()):
        last = book.last_events.get(kind)
        if last is None:  # never heard of: there is nothing to be silent since
            continue
        key = f"consentry-silent-{kind}"
        silent = now - last >= milliseconds(after_s)
        if silent != _fires(book, key):
            text = texts.silence_summary(kind, last, options.language, options.time_zone)
            state: Literal["firing", "resolved"] = "firing" if silent else "resolved"
            told.append(_tell(options, book, key, texts.SILENCE, text, now, state=state))
    return told


def _unconsented(options: AlertOptions, book: PolicyState, now: Instant) -> list[Alert]:
    table = options.unconsented
    if table is None or book.sink not in table.sinks or book.shared < table.subjects_min:
        return []
    key = "consentry-unconsented"
    fires = _fires(book, key)
    share = book.unconsented / book.shared
    limit = table.share_above * (CALM_AGAIN if fires else 1)
    if (share > limit) == fires:
        return []
    text = texts.unconsented_summary(book.shared, book.unconsented, options.language)
    state: Literal["firing", "resolved"] = "resolved" if fires else "firing"
    return [_tell(options, book, key, texts.UNCONSENTED, text, now, state=state)]


def _fires(book: PolicyState, key: str) -> bool:
    alarm = book.alarms.get(key)
    return alarm is not None and alarm.firing


def _tell(
    options: AlertOptions,
    book: PolicyState,
    key: str,
    code: str,
    text: str,
    now: Instant,
    *,
    severity: Severity = Severity.HIGH,
    state: Literal["firing", "resolved"] = "firing",
) -> Alert:
    alarm = book.alarms.setdefault(key, Alarm(since=now, told_at=now))
    if state == "firing" and not alarm.firing:
        alarm.since = now
    alarm.firing, alarm.told_at = state == "firing", now
    alarm.version += 1
    alert = Alert(
        key=key,
        version=alarm.version,
        state=state,
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
        action=texts.ACTIONS[code][options.language],
        runbook_url=options.runbook_url,
    )
    book.account.raised += 1
    book.sent[alert.uid] = Sent(alert=alert, items=1)
    return alert
