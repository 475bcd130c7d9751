"""What became of everything that was raised: nothing suppressed is uncounted."""

from __future__ import annotations

from typing import Final

import msgspec

MUTED: Final = (
    "closed_before_told",
    "left",
    "rerouted",
    "retracted_in_hold_down",
    "unknown",
    "unrouted",
    "waived",
)
"""Every reason for which something has no alert; docs/alerts.md says what each means."""


class Accounting(msgspec.Struct, kw_only=True):
    """How all that was raised ended, since the state was first made.

    One is raised for each revision of a finding or duty that is routed to the sink, and
    for each heartbeat or alarm of the policy's own. `delivered` counts those that had
    an alert of their own, `grouped` those that stood in the alert of another one or
    changed nothing that an alert says, `muted` by reason those without any alert,
    `dead_lettered` those of alerts that the sink rejected. `pending` are held back, wait
    for the end of a window, or are on their way.
    """

    raised: int = 0
    delivered: int = 0
    grouped: int = 0
    muted: dict[str, int] = {}
    dead_lettered: int = 0
    pending: int = 0
    duplicates: int = 0
    """Revisions that had been taken before; not raised again."""
    elsewhere: int = 0
    """Revisions that no route leads to this sink; not raised here."""
    forgotten: int = 0
    """Findings that were forgotten while open: their close resolves no alert."""

    def mute(self, reason: str, count: int = 1) -> None:
        """Count what has no alert."""
        if count:
            self.muted[reason] = self.muted.get(reason, 0) + count

    @property
    def accounted(self) -> int:
        """The right side of the equation."""
        sent = self.delivered + self.grouped + self.dead_lettered
        return sent + sum(self.muted.values()) + self.pending

    @property
    def balanced(self) -> bool:
        """Whether raised = delivered + grouped + muted + dead-lettered + pending."""
        return self.raised == self.accounted
