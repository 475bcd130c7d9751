"""What a sample is made from; the same options make the same bytes."""

from __future__ import annotations

from typing import Final

import msgspec

from streams.core.instants import Instant, parse_instant
from streams.errors import ConsentryError

EARLIEST_UNTIL: Final = parse_instant("2024-07-01T00:00:00.000Z")
"""The stories' law: adequacy and calling rules are those from the summer of 2023 on."""

LATEST_UNTIL: Final = parse_instant("9999-01-01T00:00:00.000Z")
"""A wrong clock and late arrivals lead some weeks beyond the end."""


class SampleOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Size, seed, end and troubles of a sample.

    `until`: the instant at which the sample ends. Rates are shares of the good records:
    `disorder` arrive late, `duplicates` arrive again, `conflicts` are a second payload
    under an id already used, `bad` cannot be judged. A rate above 0 gives at least
    one record, `bad` one of each kind of trouble; 0 gives none.
    """

    subjects: int
    seed: int
    until: Instant
    disorder: float = 0.03
    duplicates: float = 0.02
    conflicts: float = 0.001
    bad: float = 0.001

    def checked(self) -> SampleOptions:
        """These options. Raises ConsentryError when no sample can be made from them."""
        if self.subjects < 1:
            raise ConsentryError("a sample needs at least one subject", "Give a number above 0.")
        if self.until < EARLIEST_UNTIL:
            raise ConsentryError(
                "a sample cannot end before 2024-07-01: its stories play under later law",
                "Give a later instant.",
            )
        if self.until > LATEST_UNTIL:
            raise ConsentryError(
                "a sample cannot end in the last year of the calendar", "Give an earlier instant."
            )
        for name in ("disorder", "duplicates", "conflicts", "bad"):
            if not 0 <= getattr(self, name) <= 1:
                raise ConsentryError(
                    f"{name} is a share of the records", "Give a number from 0 to 1."
                )
        return self
