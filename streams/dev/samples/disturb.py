"""What networks and producers do to a stream: late, again, and twice under one id.

None of it changes the truth, except that a conflict is itself a finding.
"""

from __future__ import annotations

from math import ceil
from random import Random

import msgspec

from streams.core.events import DataShare, MarketingMessage
from streams.core.instants import Duration, Instant, days, hours
from streams.core.vocabulary import Code, LegalBasis, Protection
from streams.dev.samples.options import SampleOptions
from streams.dev.samples.records import SampleRecord
from streams.dev.samples.truth import ExpectedFinding

_MINUTE = 60_000


class Disturber:
    """Applies the options to records in a fixed order, each kind from its own seed."""

    def __init__(self, options: SampleOptions) -> None:
        self._options = options
        self.findings: list[ExpectedFinding] = []

    def disorder(self, records: list[SampleRecord]) -> int:
        """Delay some records in place: mostly by minutes to hours, some by days. How many?"""
        rng = self._rng("disorder")
        chosen = self._chosen(rng, len(records), self._options.disorder)
        for index in chosen:
            delay = (
                rng.randrange(_MINUTE, hours(9))
                if rng.random() < 0.6
                else rng.randrange(hours(9), days(25))
            )
            late = Instant(records[index].arrives_at + delay)
            records[index] = msgspec.structs.replace(records[index], arrives_at=late)
        return len(chosen)

    def duplicates(self, records: list[SampleRecord]) -> list[SampleRecord]:
        """Second deliveries, some of them with another trace id, which is no other payload."""
        rng = self._rng("duplicates")
        copies = []
        for index in self._chosen(rng, len(records), self._options.duplicates):
            record = records[index]
            event = record.event
            if event is not None and rng.random() < 0.3:
                event = msgspec.structs.replace(event, trace_id=f"retry-{index:x}")
            delay = rng.randrange(500, _MINUTE) if rng.random() < 0.7 else rng.randrange(days(9))
            again = Instant(record.arrives_at + delay)
            copies.append(msgspec.structs.replace(record, event=event, arrives_at=again))
        return copies

    def conflicts(self, records: list[SampleRecord]) -> list[SampleRecord]:
        """Other payloads under an id already used, recorded later: the first one counts.

        They are worse than the original and may arrive before it, so that a run which
        went by arrival would find what is not there.
        """
        rng = self._rng("conflicts")
        candidates = [
            record for record in records if isinstance(record.event, (DataShare, MarketingMessage))
        ]
        others = []
        for index in self._chosen(rng, len(candidates), self._options.conflicts):
            record = candidates[index]
            event = record.event
            assert event is not None  # candidates hold shares and messages only
            recorded = Instant(event.recorded_at + rng.randrange(_MINUTE, hours(1)))
            if isinstance(event, DataShare):
                event = msgspec.structs.replace(
                    event,
                    recorded_at=recorded,
                    recipient_country="BR" if event.recipient_country == "US" else "US",
                    legal_basis_claimed=LegalBasis.VITAL_INTEREST,
                    protection=Protection.NONE,
                )
            elif isinstance(event, MarketingMessage):
                event = msgspec.structs.replace(
                    event, recorded_at=recorded, contains_promotion=True, unsubscribe_present=False
                )
            shift = Duration(rng.randrange(-20 * _MINUTE, 40 * _MINUTE))
            others.append(
                msgspec.structs.replace(
                    record, event=event, arrives_at=Instant(record.arrives_at + shift)
                )
            )
            self.findings.append(
                ExpectedFinding(
                    subject_id=record.subject_id,
                    event_id=event.event_id,
                    code=Code.EVENT_ID_CONFLICT,
                    story="two-payloads-one-id",
                )
            )
        return others

    def _rng(self, what: str) -> Random:
        return Random(f"{self._options.seed}/{what}")

    @staticmethod
    def _chosen(rng: Random, size: int, rate: float) -> list[int]:
        return sorted(rng.sample(range(size), min(size, ceil(size * rate))))
