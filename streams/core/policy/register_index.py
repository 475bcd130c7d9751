"""What the registers say of an id at an instant."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

from streams.core.instants import LATEST, Instant
from streams.core.policy.registers import (
    EEA,
    AdequacyEntry,
    NoticeEntry,
    RecipientEntry,
    Registers,
)
from streams.core.vocabulary import TransferMechanism

# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_EEA: Final = EEA
_SCC: Final = TransferMechanism.SCC
_BCR: Final = TransferMechanism.BCR

_LAST: Final = Instant(LATEST - 1)
"""A decision that has no end is in force at the last instant, too."""


class RegisterIndex:
    """Look-ups by id and instant over the registers."""

    def __init__(self, registers: Registers) -> None:
        self._recipients: dict[str, list[RecipientEntry]] = {}
        for entry in sorted(registers.recipients, key=lambda e: e.valid_from):
            self._recipients.setdefault(entry.recipient_id, []).append(entry)
        self._notices: dict[str, list[NoticeEntry]] = {}
        self._marked: dict[str, list[NoticeEntry]] = {}
        for notice in sorted(registers.notices, key=lambda e: e.valid_from):
            self._marked.setdefault(notice.notice_version, []).append(notice)
            if not notice.is_mark:
                self._notices.setdefault(notice.notice_version, []).append(notice)
        self._adequacy: dict[str, list[AdequacyEntry]] = {}
        for decision in registers.adequacy:
            self._adequacy.setdefault(decision.country, []).append(decision)
        self.knows_recipients = registers.knows_recipients
        self.knows_notices = registers.knows_notices

    def lists(self, recipient_id: str) -> bool:
        """Whether the register has an entry of a recipient, of whatever time."""
        return recipient_id in self._recipients

    def recipient(self, recipient_id: str, at: Instant) -> RecipientEntry | None:
        """The entry of a recipient in force at an instant."""
        entries = self._recipients.get(recipient_id)
        if not entries:
            return None
        position = bisect_right(entries, at, key=lambda e: e.valid_from)
        return entries[position - 1] if position else None

    def notice(self, notice_version: str, at: Instant) -> NoticeEntry | None:
        """The entry in force at an instant that says what a notice version informs of."""
        return _in_force(self._notices.get(notice_version), at)

    def is_defective(self, notice_version: str, at: Instant) -> bool:
        """Whether a notice version, or its form, is marked as misleading at an instant."""
        entry = _in_force(self._marked.get(notice_version), at)
        return entry is not None and entry.is_defective

    def adequate(self, country: str, mechanism: TransferMechanism | None, at: Instant) -> bool:
        """Whether a transfer rests on the EEA, a decision in force, or a safeguard."""
        if country in _EEA:
            return True
        if mechanism is _SCC or mechanism is _BCR:
            return True
        at = min(at, _LAST)
        return any(
            decision.valid_from <= at < decision.valid_until
            and (decision.mechanism is None or decision.mechanism is mechanism)
            for decision in self._adequacy.get(country, ())
        )


def _in_force(entries: list[NoticeEntry] | None, at: Instant) -> NoticeEntry | None:
    if not entries:
        return None
    position = bisect_right(entries, at, key=lambda e: e.valid_from)
    return entries[position - 1] if position else None
