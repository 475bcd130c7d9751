"""When a group is told: at once, at the end of its window, in a summary, or not at all."""

from __future__ import annotations

from hashlib import sha256
from typing import Literal

import msgspec

from streams.alerts import texts
from streams.alerts.alert import Alert
from streams.alerts.hours import is_quiet, local_text
from streams.alerts.options import AlertOptions, Route, Waiver, milliseconds
from streams.alerts.policy_state import AlertGroup, PolicyState, Sent, Summary
from streams.core.instants import Instant
from streams.core.vocabulary import Severity
from streams.siem import words

_HEAVIEST_FIRST = list(Severity)


class AlertEmitter:
    """Makes alerts of groups and notes in the book what they carried."""

    def __init__(self, options: AlertOptions, book: PolicyState) -> None:
        self._options = options
        self._book = book
        self._flood_ms = milliseconds(options.flood_interval_s)
        self._window_ms = milliseconds(options.window_s)
        self._deferred = {key for key, group in book.groups.items() if group.deferred}

    def look(self, group: AlertGroup, now: Instant, out: list[Alert]) -> None:
        """Tell a group that has changed, hold it back, or count it as told or muted."""
        if not group.changed:
            return
        options, gist = self._options, group.gist
        route = options.route(gist.severity, gist.code, gist.recipient_id)
        if route is not None and self._book.sink not in route.sinks:
            route = None
        waiver = options.waiver(gist.code, gist.recipient_id, now)
        if not group.open:
            self._closed(group, route, waiver, now, out)
        elif route is None:
            self._mute(group, "unrouted")
        elif waiver is not None and route.waived == "mute":
            group.waived = True
            self._mute(group, "waived")
        elif group.summary is not None and not group.rose:
            self._absorb(group)
        elif group.deferred is None and (not group.firing or now >= group.update_at):
            severity = gist.severity if waiver is None else Severity.ADVISORY
            if self._holds_quiet(severity, now):
                self._defer(group, "quiet", now)
            elif not self._has_room(now):
                self._defer(group, "flood", now)
            else:
                self._tell(group, route, waiver, now, out)

    def wake(self, group: AlertGroup, now: Instant, out: list[Alert]) -> None:
        """Let a group fire as if it were new: the waiver that covered it has run out."""
        self._undefer(group)
        self._leave_summary(group, out)
        group.changed, group.changed_at, group.firing, group.waived = True, now, False, False

    def summarise(self, now: Instant, out: list[Alert]) -> None:
        """Tell in one alert what quiet hours or a flood held back, once they are over."""
        quiet = is_quiet(self._options, now)
        for cause in ("quiet", "flood"):
            due = []
            for key in sorted(self._deferred):
                group = self._book.groups[key]
                if group.deferred != cause or not group.open:
                    continue
                if quiet and self._shown_severity(group, now) not in self._options.quiet_passes:
                    group.deferred = "quiet"
                elif cause == "quiet" or now // self._flood_ms != (
                    group.deferred_at // self._flood_ms
                ):
                    due.append(group)
            if len(due) == 1:
                self._undefer(due[0])
                self.look(due[0], now, out)
            elif due:
                self._tell_many(due, cause, now, out)

    def _closed(
        self,
        group: AlertGroup,
        route: Route | None,
        waiver: Waiver | None,
        now: Instant,
        out: list[Alert],
    ) -> None:
        """Every finding of the group is closed."""
        self._undefer(group)
        if group.firing:
            severity = group.gist.severity if waiver is None else Severity.ADVISORY
            if not self._holds_quiet(severity, now):
                self._tell(group, route, waiver, now, out)
        elif group.summary is not None:
            self._absorb(group)
            self._leave_summary(group, out)
        else:
            self._mute(group, "waived" if group.waived else "closed_before_told")

    def _holds_quiet(self, severity: Severity, now: Instant) -> bool:
        return severity not in self._options.quiet_passes and is_quiet(self._options, now)

    def _shown_severity(self, group: AlertGroup, now: Instant) -> Severity:
        waived = self._options.waiver(group.gist.code, group.gist.recipient_id, now)
        return group.gist.severity if waived is None else Severity.ADVISORY

    def _has_room(self, now: Instant) -> bool:
        """Whether this interval may have another alert; counts nothing."""
        book, bucket = self._book, now // self._flood_ms
        if bucket != book.flood_bucket:
            book.flood_bucket, book.flood_told = bucket, 0
        return book.flood_told < self._options.flood_max

    def _defer(self, group: AlertGroup, cause: Literal["quiet", "flood"], now: Instant) -> None:
        group.deferred, group.deferred_at = cause, now
        self._deferred.add(group.key)

    def _undefer(self, group: AlertGroup) -> None:
        group.deferred = None
        self._deferred.discard(group.key)

    def _mute(self, group: AlertGroup, reason: str) -> None:
        self._undefer(group)
        self._book.account.mute(reason, group.unsaid)
        group.unsaid, group.changed, group.rose = 0, False, False

    def _absorb(self, group: AlertGroup) -> None:
        """What is new was told by the summary in all that matters."""
        self._book.account.grouped += group.unsaid
        group.unsaid, group.changed = 0, False

    def _tell(
        self,
        group: AlertGroup,
        route: Route | None,
        waiver: Waiver | None,
        now: Instant,
        out: list[Alert],
    ) -> None:
        options, gist = self._options, group.gist
        language = options.language
        runbook = options.runbook_url
        if route is not None:
            language = route.language or language
            runbook = route.runbook_url or runbook
        group.version += 1
        group.firing = group.open > 0
        group.waived = waiver is not None
        alert = Alert(
            key=group.key,
            version=group.version,
            state="firing" if group.firing else "resolved",
            severity=gist.severity if waiver is None else Severity.ADVISORY,
            code=gist.code,
            title=words.title(gist.code),
            recipient_id=gist.shown_recipient,
            controller_id=gist.shown_controller,
            count=group.count,
            open_count=group.open,
            provisional_count=group.provisional,
            first_at=group.first_at,
            last_at=group.last_at,
            summary=texts.group_summary(group, language, options.time_zone),
            action=texts.group_action(group, language),
            citations=gist.citations,
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
        if group.firing:
            self._has_room(now)
            self._book.flood_told += 1
        self._leave_summary(group, out)
        self._said(group, now)
        self._send(alert, group.unsaid, out)
        group.unsaid = 0

    def _said(self, group: AlertGroup, now: Instant) -> None:
        """Nothing of it is new any more; the next telling waits for the end of a window."""
        self._undefer(group)
        group.changed, group.rose = False, False
        next_end = (now // self._window_ms + 1) * self._window_ms
        group.update_at = Instant(max(group.window_end, next_end))

    def _tell_many(
        self, groups: list[AlertGroup], cause: str, now: Instant, out: list[Alert]
    ) -> None:
        options, sink = self._options, self._book.sink
        digest = sha256(f"{sink}\0{cause}\0{now}".encode()).hexdigest()[:32]
        severities = {self._shown_severity(group, now) for group in groups}
        alert = Alert(
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
        self._has_room(now)
        self._book.flood_told += 1
        items = 0
        covered = []
        for group in groups:
            items += group.unsaid
            group.unsaid = 0
            self._said(group, now)
            if not group.firing:
                self._leave_summary(group, out)
                group.summary = alert.key
                group.waived = self._shown_severity(group, now) is not group.gist.severity
                covered.append(group.key)
        if covered:
            self._book.summaries[alert.key] = Summary(alert=alert, groups=covered)
        self._send(alert, items, out)

    def _leave_summary(self, group: AlertGroup, out: list[Alert]) -> None:
        """The group is closed or has an alert of its own; the last one to go resolves it."""
        key, group.summary = group.summary, None
        summary = None if key is None else self._book.summaries.get(key)
        if summary is None:
            return
        summary.groups = [one for one in summary.groups if one != group.key]
        if summary.groups:
            return
        del self._book.summaries[summary.alert.key]
        version = summary.alert.version + 1
        resolved = msgspec.structs.replace(
            summary.alert, version=version, state="resolved", open_count=0, provisional_count=0
        )
        self._send(resolved, 0, out)

    def _send(self, alert: Alert, items: int, out: list[Alert]) -> None:
        self._book.sent[alert.uid] = Sent(alert=alert, items=items)
        out.append(alert)
