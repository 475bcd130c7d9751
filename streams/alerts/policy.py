"""The alert policy of one sink: revisions of findings in, alerts out, all accounted for.

Each sink has a policy of its own, as it has a consumer group of its own. Instants come in;
the same calls give the same alerts, also when a snapshot was taken and restored between
any two of them.

What calls it keeps this order: take revisions; write the snapshot; then commit their
offsets. A crash between the two brings revisions again that the snapshot knows, and they are
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
from streams.alerts.alert_content import content_of, is_open, is_provisional
from streams.alerts.alert_emitter import AlertEmitter
from streams.alerts.closings import LEFT, REROUTED, closed_because
from streams.alerts.forgetting import forget_old
from streams.alerts.membership import Membership
from streams.alerts.option_table import milliseconds
from streams.alerts.options import AlertOptions
from streams.alerts.policy_state import FORMAT, Member, PolicyState
from streams.alerts.standing import standing_alerts
from streams.core.findings import OutputRecord
from streams.core.instants import Instant

SWEEP_EVERY_MS = 60_000


class UpdateLike(Protocol):
    """What is read of a `FindingUpdate`."""

    @property
    def record(self) -> OutputRecord:
        """The finding or duty."""

    @property
    def identity(self) -> str:
        """Its name over its whole life."""


class AlertPolicy:
    """Decides for one sink; holds no clock and does no I/O."""

    def __init__(self, options: AlertOptions, sink: str) -> None:
        """`sink` is the name in `[sinks.NAME]`; routes that do not name it are not taken."""
        self._options = options
        self._use(PolicyState(sink=sink))

    def take(self, update: UpdateLike, now: Instant) -> list[Alert]:
        """Take one revision; the alerts that follow at once. Taken before: none."""
        state, record, identity = self._state, update.record, update.identity
        member = state.members.get(identity)
        if member is not None and record.revision <= member.revision:
            state.account.duplicates += 1
            return []
        route = self._options.route(record.severity, record.code, record.recipient_id)
        here = route is not None and state.sink in route.sinks
        if not here and (member is None or not member.open):
            state.account.elsewhere += 1
            return []
        state.account.raised += 1
        content = content_of(record, pseudonyms=route is not None and here and route.pseudonyms)
        if member is None:
            member = state.members[identity] = Member(
                revision=0, group=None, open=False, provisional=False, at=now
            )
        member.revision, member.at = record.revision, now
        held = state.held.pop(identity, None)
        items = 1 + (0 if held is None else held.items)
        provisional = is_provisional(record)
        if not here:
            # Revised into something that goes to another sink: here it is over.
            return self._membership.leave(member, now, items, "rerouted", REROUTED)
        if not is_open(record):
            reason = "unknown" if held is None else "retracted_in_hold_down"
            because = closed_because(record)
            return self._membership.leave(member, now, items, reason, because, content)
        if member.group is None and provisional and route is not None and route.hold_down_s:
            until = Instant(now + milliseconds(route.hold_down_s)) if held is None else held.until
            self._membership.hold(identity, member, content, items, until)
            return self._membership.release(now)
        return self._membership.enter(member, content, now, items, provisional=provisional)

    def forget(self, identity: str, now: Instant) -> list[Alert]:
        """The person of a finding or duty has left: nothing of it is remembered any more.

        For its group it is closed. Returns the alerts that follow.
        """
        member = self._state.members.get(identity)
        if member is None:
            return []
        held = self._state.held.pop(identity, None)
        items = 0 if held is None else held.items
        alerts = self._membership.leave(member, now, items, "left", LEFT)
        del self._state.members[identity]
        return alerts

    def tick(self, now: Instant) -> list[Alert]:
        """What time alone brings: the ends of windows, hold-downs, quiet hours, waivers."""
        alerts = self._membership.release(now)
        if not 0 <= now - self._state.swept_at < SWEEP_EVERY_MS:
            self._state.swept_at = now
            alerts += self._wake_waived(now)
            forget_old(self._options, self._state, now)
            self._membership.changed.intersection_update(self._state.groups)
        alerts += self._membership.look_at_changed(now)
        alerts += self._emitter.summarise(now)
        groups = self._state.groups
        self._membership.changed = {key for key in self._membership.changed if groups[key].changed}
        alerts += self_alarms.alarms(self._options, self._state, now)
        return alerts

    def has_open(self, identity: str) -> bool:
        """Whether a finding or duty is remembered as open."""
        member = self._state.members.get(identity)
        return member is not None and member.open

    def routes(self, update: UpdateLike) -> bool:
        """Whether a revision leads to this sink; `take` may be given all of them."""
        record = update.record
        route = self._options.route(record.severity, record.code, record.recipient_id)
        return route is not None and self._state.sink in route.sinks

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
            self._state.last_events[kind] = max(at, self._state.last_events.get(kind, at))
        if shared is not None:
            self._state.shared = shared
        if unconsented is not None:
            self._state.unconsented = unconsented

    def moved(self, ends: Mapping[str, int]) -> set[str]:
        """Note where inputs end now; those that ended elsewhere at the look before.

        Where one ends at 0, nobody ever wrote to it.
        """
        before, self._state.input_ends = self._state.input_ends, dict(ends)
        return {name for name, end in ends.items() if end != before.get(name, 0)}

    def settle(self, uid: str, *, delivered: bool) -> Instant | None:
        """Say how an alert ended: the sink has it, or it is among the dead letters.

        Returns when the finding was found that it reports first; None for what the policy held
        back on purpose, and for updates and resolves. An uid that is not on its way is settled
        already, and nothing is counted twice.
        """
        sent = self._state.sent.pop(uid, None)
        if sent is None or not sent.items:
            return None
        account = self._state.account
        if delivered:
            account.delivered += 1
            account.grouped += sent.items - 1
        else:
            account.dead_lettered += sent.items
        return sent.found_at

    @property
    def waits_since(self) -> Instant | None:
        """When the alert was made that has been on its way for longest; None: none is."""
        made = [sent.made_at for sent in self._state.sent.values() if sent.made_at]
        return min(made, default=None)

    @property
    def on_their_way(self) -> list[Alert]:
        """Alerts that are not settled, in the order in which they were made."""
        return [sent.alert for sent in self._state.sent.values()]

    def standing(self, now: Instant) -> list[Alert]:
        """What fires now and is not on its way; sending it again is nothing new."""
        return standing_alerts(self._options, self._state, now)

    @property
    def accounting(self) -> Accounting:
        """How everything ended so far; `pending` is counted from what is held."""
        account = self._state.account
        return msgspec.structs.replace(
            account, muted=dict(account.muted), pending=self._state.pending()
        )

    def snapshot(self) -> bytes:
        """The whole state. It holds ids of findings and recipients: keep it as findings are."""
        return msgspec.msgpack.encode(self._state)

    def restore(self, data: bytes) -> None:
        """Go on from a snapshot, also one that was made with other options.

        Raises ValueError, without anything of the content, for a snapshot of another sink
        or format and for what is none.
        """
        try:
            found = msgspec.msgpack.decode(data, type=_Version).format
            if found != FORMAT:
                raise ValueError(f"the snapshot has format {found}, not {FORMAT}")
            state = msgspec.msgpack.decode(data, type=PolicyState)
        except msgspec.MsgspecError:
            raise ValueError("this is no snapshot of an alert policy") from None
        if state.sink != self._state.sink:
            raise ValueError("the snapshot is that of another sink")
        self._use(state)

    def _use(self, state: PolicyState) -> None:
        """Decide about this state from now on."""
        self._state = state
        self._emitter = AlertEmitter(self._options, state)
        self._membership = Membership(self._options, state, self._emitter)

    def _wake_waived(self, now: Instant) -> list[Alert]:
        """Groups that a waiver no longer covers."""
        alerts: list[Alert] = []
        for group in self._state.groups.values():
            covered = self._options.waiver(group.content.code, group.content.recipient_id, now)
            if group.waived and covered is None and group.open:
                alerts += self._emitter.wake(group, now)
                self._membership.changed.add(group.key)
        return alerts


class _Version(msgspec.Struct):
    format: int
