"""A policy on trial on the stored facts of an installation, while its workers run."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

from streams.core.identifiers import parse_subject_key
from streams.core.policy import Policy
from streams.core.restriction import restricted_since
from streams.core.state import EventRow
from streams.errors import ConsentryError
from streams.policy_effect.effect import Effect
from streams.policy_effect.standing import given, published
from streams.settings import Settings
from streams.topics import Party
from streams.transport.state.changelog_restore import unreadable_row
from streams.transport.tasks.state_owner import owner_of, require_own_state
from streams.verify.batch import evaluate
from streams.verify.bus import LiveBus
from streams.verify.in_work import in_work
from streams.verify.pace import Advance, Pace
from streams.verify.spill import Kept, Spill
from streams.verify.stored_rows import NoStateError, StoredRows
from streams.verify.topics import count_partitions
from streams.wire.progress import Progress
from streams.wire.rows import CorruptRow, decode_any

SUBJECTS_AT_ONCE: Final = 500
"""After so many subjects the clients get their turn."""


def try_on_state(
    settings: Settings,
    policy: Policy,
    *,
    numbers: Iterable[int] | None = None,
    limit: int | None = None,
    advance: Advance | None = None,
) -> Effect:
    """Judge the stored facts of the partition numbers (None: all) and compare with what stands.

    Writes nothing to the bus. Takes memory for one subject, the rest is on disk. Raises
    ConsentryError where the state cannot be read, or is another installation's.
    """
    count = count_partitions(settings, Party.POLICY)
    chosen = sorted(set(range(count) if numbers is None else numbers))
    if wrong := [number for number in chosen if not 0 <= number < count]:
        raise ConsentryError(
            f"there is no partition {wrong[0]}", f"The topics have the partitions 0 to {count - 1}."
        )
    effect = Effect() if limit is None else Effect(limit=limit)
    asyncio.run(_try(settings, policy, chosen, effect, Pace(advance)))
    return effect


async def _try(
    settings: Settings, policy: Policy, chosen: Sequence[int], effect: Effect, pace: Pace
) -> None:
    changelog = settings.topics.changelog
    async with LiveBus(settings, pace) as bus:
        for number in chosen:
            end = await bus.end(changelog, number)
            pace.expect(end - await bus.start(changelog, number))
        for number in chosen:
            spill = Spill()
            try:
                rows = StoredRows(bus, changelog, number, spill)
                await rows.advance()
                require_own_state(rows.progress, owner_of(settings), changelog, number)
                await TrialOfPartition(policy, number, changelog, rows.progress, effect).run(
                    spill, pace
                )
                effect.partitions.append(number)
            except NoStateError:
                effect.empty.append(number)
            finally:
                spill.close()


class TrialOfPartition:
    """The stored subjects of one partition number, one after the other."""

    def __init__(
        self, policy: Policy, number: int, changelog: str, progress: Progress, effect: Effect
    ) -> None:
        self._policy = policy
        self._number = number
        self._changelog = changelog
        self._progress = progress
        self._effect = effect

    async def run(self, spill: Spill, pace: Pace) -> None:
        """Judge all of them."""
        pace.expect(spill.count("row"))
        for seen, kept in enumerate(spill.subjects(), 1):
            self._subject(kept)
            pace.did(len(kept.rows))
            if seen % SUBJECTS_AT_ONCE == 0:
                await asyncio.sleep(0)

    def _subject(self, kept: Kept) -> None:
        if in_work(self._progress, kept.subject):
            self._effect.left_out += 1
            return
        try:
            stored = [decode_any(value, key) for key, value in kept.rows]
        except CorruptRow:
            raise unreadable_row(self._changelog, self._number) from None
        # Refused ids have a finding whatever the policy says.
        rows = [row for row in stored if isinstance(row, EventRow)]
        identity = parse_subject_key(kept.subject)
        if not rows or identity is None:
            return
        net = evaluate(*identity, rows, self._policy, self._progress.partition_time)
        # Facts of whom processing is restricted are counted, and shown to nobody (GDPR 18).
        named = restricted_since(stored) is None
        self._effect.add(published(rows), given(net), len(rows), named=named)
