"""What stands in the alerts of groups: one of a group, one of many that were held back."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Literal

from streams.alerts import texts
from streams.alerts.alert import Alert
from streams.alerts.hours import local_text
from streams.alerts.options import AlertOptions
from streams.alerts.policy_state import AlertGroup
from streams.alerts.routes import Route, Waiver
from streams.core.instants import Instant
from streams.core.vocabulary import Severity
from streams.siem import words

Cause = Literal["quiet", "flood"]
"""Why a group is held back."""

_HEAVIEST_FIRST = list(Severity)


def shown_severity(options: AlertOptions, group: AlertGroup, now: Instant) -> Severity:
    """The severity of its alerts: ADVISORY while a waiver covers the group."""
    waiver = options.waiver(group.content.code, group.content.recipient_id, now)
    return group.content.severity if waiver is None else Severity.ADVISORY


def group_alert(
    options: AlertOptions, group: AlertGroup, route: Route | None, waiver: Waiver | None
) -> Alert:
    """The alert of a group as it stands, under the group's present version.

    Without a route (the table has changed since) it has the general language and runbook.
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
        summary=texts.group_summary(group, language, options.time_zone),
        action=texts.group_action(group, language),
        citations=content.citations,
        pseudonyms=group.pseudonyms if route is not None and route.pseudonyms else (),
        waiver=None
        if waiver is None
        else texts.waiver_text(
            waiver.reason,
            waiver.owner,
            local_text(options.time_zone, waiver.expires_at),
            language,
        ),
        runbook_url=runbook,
    )


def summary_alert(
    options: AlertOptions, sink: str, groups: Sequence[AlertGroup], cause: Cause, now: Instant
) -> Alert:
    """One alert in place of those of several groups; its severity is that of the heaviest."""
    digest = sha256(f"{sink}\0{cause}\0{now}".encode()).hexdigest()[:32]
    severities = {shown_severity(options, group, now) for group in groups}
    return Alert(
        key=f"consentry-summary-{digest}",
        version=1,
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
        summary=texts.many_summary(groups, cause, options.language),
        action=texts.ACTIONS[texts.SUMMARY][options.language],
        runbook_url=options.runbook_url,
    )
