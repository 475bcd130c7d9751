"""What stands in the alerts of groups: one of a group, one of many that were held back."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from streams.alerts import group_texts, many_texts, texts
from streams.alerts.alert import Alert
from streams.alerts.hours import local_text
from streams.alerts.options import AlertOptions
from streams.alerts.policy_state import AlertGroup
from streams.alerts.routes import Route, Waiver
from streams.core.instants import Instant
from streams.core.vocabulary import Severity
from streams.siem import words

_HEAVIEST_FIRST = list(Severity)


def shown_severity(options: AlertOptions, group: AlertGroup, now: Instant) -> Severity:
    """The severity of its alerts: ADVISORY while a waiver covers the group."""
    waiver = options.waiver(group.content.code, group.content.recipient_id, now)
    return group.content.severity if waiver is None else Severity.ADVISORY


def group_alert(
    options: AlertOptions,
    group: AlertGroup,
    route: Route | None,
    waiver: Waiver | None,
    *,
    grown: bool = False,
) -> Alert:
    """The alert of a group as it stands, under the group's present version.

    `grown`: it is sent since there are ten times as many. Without a route (the table has changed since) it has the general language and runbook.
    """
    content = group.content
    language = options.language
    runbook = options.runbook_url
    if route is not None:
        language = route.language or language
        runbook = route.runbook_url or runbook
    return Alert(
        key=group.key,
        version=group.version,
        state="firing" if group.firing else "resolved",
        severity=content.severity if waiver is None else Severity.ADVISORY,
        code=content.code,
        title=words.title(content.code),
        recipient_id=content.shown_recipient,
        controller_id=content.shown_controller,
        count=group.count,
        open_count=group.open,
        provisional_count=group.provisional,
        first_at=group.first_at,
        last_at=group.last_at,
        summary=group_texts.group_summary(group, language, grown=grown),
        action=group_texts.group_action(group, language),
        explanation=group_texts.group_explanation(group, language),
        growth=group.growth,
        fires_since=group.fires_since,
        time_zone=options.time_zone,
        language=language,
        citations=content.citations,
        pseudonyms=group.pseudonyms if route is not None and route.pseudonyms else (),
        waiver=None
        if waiver is None
        else group_texts.waiver_text(
            waiver.reason,
            waiver.owner,
            local_text(options.time_zone, waiver.expires_at),
            language,
        ),
        runbook_url=runbook,
    )


def summary_key(sink: str, cause: str, now: Instant, number: int) -> str:
    """The key of the one alert in the place of those that were held back until now.

    `number` counts those of the sink: two can be due at one instant.
    """
    digest = sha256(f"{sink}\0{cause}\0{now}\0{number}".encode()).hexdigest()[:32]
    return f"consentry-summary-{digest}"


def summary_alert(
    options: AlertOptions,
    groups: Sequence[AlertGroup],
    cause: str,
    now: Instant,
    key: str,
    *,
    version: int = 1,
    growth: int = 0,
    fires_since: Instant | None = None,
) -> Alert:
    """One alert in place of those of several groups; its severity is that of the heaviest."""
    severities = {shown_severity(options, group, now) for group in groups}
    return Alert(
        key=key,
        version=version,
        state="firing",
        severity=min(severities, key=_HEAVIEST_FIRST.index),
        code=texts.SUMMARY,
        title=texts.TITLES[texts.SUMMARY][options.language],
        recipient_id=None,
        controller_id=None,
        count=sum(group.count for group in groups),
        open_count=sum(group.open for group in groups),
        provisional_count=sum(group.provisional for group in groups),
        first_at=min(group.first_at for group in groups),
        last_at=max(group.last_at for group in groups),
        summary=many_texts.many_summary(groups, options.language),
        action=many_texts.many_action(groups, options.language),
        explanation=many_texts.many_explanation(groups, cause, options.language),
        growth=growth,
        fires_since=fires_since or now,
        time_zone=options.time_zone,
        language=options.language,
        runbook_url=options.runbook_url,
    )
