"""The alert policy of one sink: letters in, alerts out, everything accounted for.

Each sink has a policy of its own, as it has a consumer group of its own. Instants come in;
the same calls give the same alerts, also when a snapshot was taken and restored between
any two of them.

What calls it keeps this order: take letters; write the snapshot; then commit their
offsets. A crash between the two brings letters again that the snapshot knows, and they are
duplicates. Alerts stay in the snapshot until `settle` says how they ended: after `restore`,
`on_their_way` gives those to send again, under the same uids.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from streams.alerts import self_alarms
from streams.alerts.account import Accounting
from streams.alerts.alert import Alert
from streams.alerts.alert_content import gist_of, group_key, is_open, is_provisional
from streams.alerts.alert_emitter import AlertEmitter
from streams.alerts.options import AlertOptions, milliseconds
from streams.alerts.policy_state import FORMAT, AlertContent, AlertGroup, Held, Member, PolicyState
from streams.core.instants import Instant
from streams.siem.lifecycle import Told

SWEEP_EVERY_MS = 60_000


class UpdateLike(Protocol):
    """What is read of a letter."""

    @property
    def told(self) -> Told:
        """The finding or duty."""

    @property
    def identity(self) -> str:
        """Its name over its whole life."""


class AlertPolicy:
    """Decides for one sink; holds no clock and does no I/O."""

    def __init__(self, options: AlertOptions, sink: str) -> None:
        """`sink` is the name in `[sinks.NAME]`; routes that do not name it are not taken."""
        self._options = options
        self._window = milliseconds(options.window_s)
        self._book = PolicyState(sink=sink)
        self._telling = AlertEmitter(options, self._book)
        self._changed: set[str] = set()
        """Groups to look at; what changed or is deferred, and no other, is in it."""

    def take(self, letter: UpdateLike, now: Instant) -> list[Alert]:
        """Take one revision; what is to be told now. Taken before: nothing."""
        book, told, identity = self._book, letter.told, letter.identity
        out: list[Alert] = []
        member = book.members.get(identity)
        if member is not None and told.revision <= member.revision:
            book.account.duplicates += 1
            return out
        route = self._options.route(told.severity, told.code, told.recipient_id)
        here = route is not None and book.sink in route.sinks
        if not here and (member is None or not member.open):
            book.account.elsewhere += 1
            return out
        book.account.raised += 1
        gist = gist_of(told, pseudonyms=route is not None and here and route.pseudonyms)
        opens = is_open(told)
        if member is None:
            member = book.members[identity] = Member(
                revision=0, group=None, open=False, provisional=False, at=now
            )
        member.revision, member.at = told.revision, now
        held = book.held.pop(identity, None)
        items = 1 + (0 if held is None else held.items)
        provisional = is_provisional(told)
        if not here:
            # Revised into something that another sink is told: here it is over.
            self._leave(member, now, items, "rerouted", out)
        elif not opens:
            reason = "unknown" if held is None else "retracted_in_hold_down"
            self._leave(member, now, items, reason, out)
        elif member.group is None and provisional and route is not None and route.hold_down_s:
            wait = milliseconds(route.hold_down_s)
            until = Instant(now + wait) if held is None else held.until
            book.held[identity] = Held(until=until, items=items, gist=gist)
            member.open, member.provisional = True, True
            self._release(now, out)
        else:
            self._enter(member, gist, now, items, provisional=provisional, out=out)
        return out

    def forget(self, identity: str, now: Instant) -> list[Alert]:
        """The person of a finding or duty has left: nothing of it is remembered any more.

        For its group it is closed. Returns the alerts that follow.
        """
        out: list[Alert] = []
        member = self._book.members.get(identity)
        if member is None:
            return out
        held = self._book.held.pop(identity, None)
        self._leave(member, now, 0 if held is None else held.items, "left", out)
        del self._book.members[identity]
        return out

    def tick(self, now: Instant) -> list[Alert]:
        """What time alone brings: the ends of windows, hold-downs, quiet hours, waivers."""
        out: list[Alert] = []
        self._release(now, out)
        if not 0 <= now - self._book.swept_at < SWEEP_EVERY_MS:
            self._book.swept_at = now
            self._sweep(now, out)
        for key in sorted(self._changed):
            self._look(key, now, out)
        self._telling.summarise(now, out)
        self._changed = {key for key in self._changed if self._book.groups[key].changed}
        out += self_alarms.alarms(self._options, self._book, now)
        return out

    def routes(self, letter: UpdateLike) -> bool:
        """Whether a letter leads to this sink; `take` may be given all of them."""
        told = letter.told
        route = self._options.route(told.severity, told.code, told.recipient_id)
        return route is not None and self._book.sink in route.sinks

    def observe(
        self,
        last_events: Mapping[str, Instant] | None = None,
        *,
        shared: int | None = None,
        unconsented: int | None = None,
    ) -> None:
        """Take note of what findings do not say; alarms come with the next tick.

        `last_events` are the instants of the latest events by kind of input
        (`EventType`). `shared` is how many subjects have a share, `unconsented` of how many
        of them no consent event was ever seen.
        """
        for kind, at in (last_events or {}).items():
            self._book.last_events[kind] = max(at, self._book.last_events.get(kind, at))
        if shared is not None:
            self._book.shared = shared
        if unconsented is not None:
            self._book.unconsented = unconsented

    def settle(self, uid: str, *, delivered: bool) -> None:
        """Say how an alert ended: the sink has it, or it is among the dead letters.

        An uid that is not on its way is settled already, and nothing is counted twice.
        """
        sent = self._book.sent.pop(uid, None)
        if sent is None or not sent.items:
            return
        account = self._book.account
        if delivered:
            account.delivered += 1
            account.grouped += sent.items - 1
        else:
            account.dead_lettered += sent.items

    @property
    def on_their_way(self) -> list[Alert]:
        """Alerts that are not settled, in the order in which they were made."""
        return [sent.alert for sent in self._book.sent.values()]

    @property
    def accounting(self) -> Accounting:
        """How everything ended so far; `pending` is counted anew from what is held."""
        account = self._book.account
        return msgspec.structs.replace(
            account, muted=dict(account.muted), pending=self._book.pending()
        )

    def snapshot(self) -> bytes:
        """The whole state. It holds ids of findings and recipients: keep it as findings are."""
        return msgspec.msgpack.encode(self._book)

    def restore(self, data: bytes) -> None:
        """Go on from a snapshot, also one that was made with other options.

        Raises ValueError, without anything of the content, for a snapshot of another sink
        or format and for what is none.
        """
        try:
            found = msgspec.msgpack.decode(data, type=_Version).format
            if found != FORMAT:
                raise ValueError(f"the snapshot has format {found}, not {FORMAT}")
            book = msgspec.msgpack.decode(data, type=PolicyState)
        except msgspec.MsgspecError:
            raise ValueError("this is no snapshot of an alert policy") from None
        if book.sink != self._book.sink:
            raise ValueError("the snapshot is that of another sink")
        self._book = book
        self._telling = AlertEmitter(self._options, book)
        self._changed = {key for key, group in book.groups.items() if group.changed}

    def _enter(
        self,
        member: Member,
        gist: AlertContent,
        now: Instant,
        items: int,
        *,
        provisional: bool,
        out: list[Alert],
    ) -> None:
        """An open finding enters its group, or is counted anew in the one that it is in."""
        before = None if member.group is None else self._book.groups.get(member.group)
        if before is not None and not _same(before.gist, gist):
            self._close(member, before, now)
            self._look(before.key, now, out)
            before = None
        was_open = member.open and before is not None
        group = before or self._group(gist, now)
        if was_open:
            # A new reason or the label FINAL, a month later, is no news for those on call.
            group.provisional += provisional - member.provisional
            member.provisional = provisional
            if group.changed:
                group.unsaid += items
            else:
                self._book.account.grouped += items
            return
        if before is None:
            group.count += 1
            member.group = group.key
            if gist.pseudonym is not None and gist.pseudonym not in group.pseudonyms:
                group.pseudonyms = (*group.pseudonyms, gist.pseudonym)[:20]
        group.open += 1
        group.provisional += provisional
        member.open, member.provisional = True, provisional
        group.first_at = min(group.first_at, gist.occurred_at)
        group.last_at = max(group.last_at, gist.occurred_at)
        group.unsaid += items
        group.rose, group.changed, group.changed_at = True, True, now
        self._look(group.key, now, out)

    def _leave(
        self, member: Member, now: Instant, items: int, reason: str, out: list[Alert]
    ) -> None:
        """A finding is closed, or no longer this sink's; `reason` counts where nobody knew."""
        group = None if member.group is None else self._book.groups.get(member.group)
        if group is None or not member.open:
            member.open, member.provisional = False, False
            if group is None:
                self._book.account.mute(reason, items)
            elif group.changed:
                group.unsaid += items
            else:
                self._book.account.grouped += items
            return
        self._close(member, group, now)
        group.unsaid += items
        self._look(group.key, now, out)

    def _close(self, member: Member, group: AlertGroup, now: Instant) -> None:
        group.open -= member.open
        group.provisional -= member.open and member.provisional
        member.open, member.provisional = False, False
        group.changed, group.changed_at = True, now

    def _group(self, gist: AlertContent, now: Instant) -> AlertGroup:
        key = group_key(gist, self._window, now)
        group = self._book.groups.get(key)
        if group is None:
            end = Instant((now // self._window + 1) * self._window)
            group = self._book.groups[key] = AlertGroup(
                key=key,
                gist=gist,
                window_end=end,
                update_at=end,
                first_at=gist.occurred_at,
                last_at=gist.occurred_at,
                changed_at=now,
            )
        return group

    def _look(self, key: str, now: Instant, out: list[Alert]) -> None:
        group = self._book.groups[key]
        self._telling.look(group, now, out)
        if group.changed:
            self._changed.add(key)
        else:
            self._changed.discard(key)

    def _release(self, now: Instant, out: list[Alert]) -> None:
        """Findings whose hold-down is over enter their groups."""
        due = sorted((held.until, who) for who, held in self._book.held.items())
        for until, who in due:
            if until > now:
                break
            held = self._book.held.pop(who)
            member = self._book.members[who]
            member.open = False
            self._enter(member, held.gist, now, held.items, provisional=True, out=out)

    def _sweep(self, now: Instant, out: list[Alert]) -> None:
        """Let go of what is remembered for long enough; wake what a waiver no longer covers."""
        book = self._book
        for group in book.groups.values():
            covered = self._options.waiver(group.gist.code, group.gist.recipient_id, now)
            if group.waived and covered is None and group.open:
                self._telling.wake(group, now, out)
                self._changed.add(group.key)
        kept_ms = milliseconds(self._options.retention_s)
        settled = [group for group in book.groups.values() if not group.changed]
        settled.sort(key=lambda group: (group.changed_at, group.key))
        over = len(book.members) - self._options.remembered_max
        gone: set[str] = set()
        for group in settled:
            aged = now >= max(group.changed_at + kept_ms, group.window_end)
            if not aged and over <= 0:
                break
            gone.add(group.key)
            over -= group.count
            book.account.forgotten += group.open
            # Nothing is unsaid in it: a group that has something to say is kept.
            book.account.grouped += group.unsaid
            del book.groups[group.key]
        for who, member in list(book.members.items()):
            loose = member.group is None and who not in book.held and now - member.at >= kept_ms
            if loose or member.group in gone:
                del book.members[who]
        for key, summary in list(book.summaries.items()):
            summary.groups = [one for one in summary.groups if one in book.groups]
            if not summary.groups:
                del book.summaries[key]


class _Version(msgspec.Struct):
    format: int


def _same(one: AlertContent, other: AlertContent) -> bool:
    """Whether two findings may stand in one group."""
    return (one.code, one.severity, one.recipient_id, one.controller_id) == (
        other.code,
        other.severity,
        other.recipient_id,
        other.controller_id,
    )
