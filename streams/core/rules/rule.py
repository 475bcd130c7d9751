"""What a rule says of itself: where the norm has it, what it judges, what it reads.

Each module of this folder that gives codes declares its rule at its head. Two things follow.
A reader finds the section of the norm, and by each code its texts and articles (`streams.core.
codes`). And `streams.core.affected` can be held to it: when a fact arrives late, the events
whose rules read such facts are the ones to judge again.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from streams.core.codes import CODES
from streams.core.events import Event
from streams.core.vocabulary import Code

Fields = frozenset[str]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One question of the norm.

    `norm` names the section and step of docs/legal-model.md. `judges` is the type of event that
    its findings stand on. `reads` names, by type, the fields of *other* events of the person
    that its verdict or duty depends on; beside them every rule reads its own event, the
    registers and the policy. An event's `event_id` decides among equal instants and is read
    wherever anything is.
    """

    norm: str
    judges: type[Event]
    codes: tuple[Code, ...]
    reads: Mapping[type[Event], Fields] = {}

    @property
    def statutes(self) -> tuple[str, ...]:
        """What its codes cite, each once: provisions, decisions, positions of the regulator."""
        cited = [citation.text for code in self.codes for citation in CODES[code].citations]
        return tuple(dict.fromkeys(cited))


IDENTITY: Fields = frozenset({"event_id", "controller_id", "subject_id"})
"""What makes an event the one it is; with another, it is another event."""

VALIDITY: Fields = frozenset(
    {
        "recorded_at", "consent_method", "notice_version", "evidence_ref", "separate_act",
        "bundled_with_terms", "condition_of_service", "age_band", "under_guardianship",
        "guardian_consent",
    }
)  # fmt: skip
"""What T7 to T11 read of a grant (4.2), its scope beside it: the notice must state that."""

SCOPE: Fields = frozenset(
    {
        "occurred_at", "action", "purposes", "recipient_ids", "recipient_categories", "channels",
        "topics", "consent_id",
    }
)  # fmt: skip
"""Whom and what a grant or a signal is for, and since when (4.1)."""
