"""What a run is to be: drawn from its seed, or set by a test."""

from __future__ import annotations

from random import Random
from typing import Any, Final

import msgspec

from tests.faults.strikes import (
    STRIKES,
    brokers,
    commands,
    foreign,
    inside,
    restrictions,
    workers,
)

CERTAIN: Final = (
    *[workers.KILL] * 6,
    brokers.KILL,
    workers.FREEZE,
    commands.ERASE,
    commands.ERASE,
    commands.REBUILD,
    restrictions.RESTRICTED,
    foreign.ENDED,
)
"""What strikes in every run of the long form."""

MORE = 9
"""So many others, drawn by weight."""

STEP_S = 6.0
"""From one death at a step to the next."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One run. `seconds` is how long the stream is spread over; about ten records a subject."""

    seed: int
    subjects: int
    seconds: float
    deck: tuple[str, ...]
    """The strikes in their order."""

    workers: int
    lasting: bool
    """Whether workers have instance ids: static members of the group."""

    settings: dict[str, Any]
    partitions: int = 4
    last_ticks_s: float = 25.0
    """How long differences may last that the next tick can take away."""

    settling_s: float = 300.0
    """How long workers that nothing strikes any more may take to judge the rest."""

    @property
    def names(self) -> list[str | None]:
        """Instance ids of the crew."""
        return [f"w{n}" if self.lasting else None for n in range(self.workers)]


def drawn(seed: int, subjects: int, seconds: float) -> Plan:
    """The plan of a seed, with all kinds of strikes by their weights."""
    rnd = Random(f"{seed}/plan")
    chosen = rnd.choices(list(STRIKES), [one.weight for one in STRIKES.values()], k=MORE)
    deck = [*CERTAIN, *chosen]
    rnd.shuffle(deck)
    lasting = bool(seed % 2)
    return Plan(
        seed=seed,
        subjects=subjects,
        seconds=seconds,
        deck=tuple(deck),
        workers=rnd.choice([1, 2, 2, 3]),
        lasting=lasting,
        settings={
            "session_timeout_s": 8.0,
            "transaction_timeout_s": rnd.choice([8.0, 12.0]),
            "transaction_max_records": rnd.choice([50, 1_000, 20_000]),
            "open_slices": rnd.choice([2, 8]),
            "live_subjects": rnd.choice([200, 100_000]),
            # Nameless workers would share a folder, and a frozen one keep it from the others.
            "store": rnd.choice(["memory", "rocksdb"]) if lasting else "memory",
            "store_write_buffer_bytes": rnd.choice([1 << 20, 64 << 20]),
        },
    )


def every_step(subjects: int) -> Plan:
    """A run in which a worker dies on each side of each step, one after the other."""
    deck = list(inside.EVERY_STEP)
    Random(0).shuffle(deck)
    return Plan(
        seed=0,
        subjects=subjects,
        seconds=len(deck) * STEP_S,
        deck=tuple(deck),
        workers=2,
        lasting=True,
        settings={
            "transaction_max_records": 50,
            "transaction_timeout_s": 12.0,
            "store": "rocksdb",
            "store_write_buffer_bytes": 1 << 20,
        },
    )
