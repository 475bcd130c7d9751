"""What is about records of a partition goes on with more partitions on the same topics."""

from __future__ import annotations

import msgspec

from streams.core.instants import Instant
from streams.operate.moving.going_on import GoingOn
from streams.wire.progress import Gap, Paused, Progress, Skip, Window
from streams.wire.sweeps import Basis, Sweep

BASIS = Basis("r1", 4, "v4")
BEFORE = Progress(
    positions={"rekeyed": 7, "data-share": 9},
    skips=(Skip("data-share", 9, "a reason", "an operator", Instant(1)),),
    gaps=(Gap("data-share", 0, 3),),
    windows={"purchase": Window(5, 4)},
    paused={"purchase": Paused(6, 5, 4, Instant(2))},
    basis=BASIS,
    sweep=Sweep(cause="POLICY_CHANGED", at=Instant(3)),
)
GOING = GoingOn({0: BEFORE, 1: Progress(positions={}, basis=BASIS)}, rekeyed={0: 12, 1: 0})


def test_orders_and_pauses_of_a_partition_stay_with_it() -> None:
    same, new = (
        Progress(positions={}, sweep=Sweep(cause="POLICY_CHANGED")),
        Progress(positions={}),
    )
    GOING.carry(0, same)
    GOING.carry(2, new)
    assert (same.skips, same.gaps) == (BEFORE.skips, BEFORE.gaps)
    assert (same.windows, same.paused) == (BEFORE.windows, BEFORE.paused)
    assert same.sweep is not None
    assert same.sweep.at == Instant(3)
    assert (new.skips, new.paused, new.basis) == ((), {}, BASIS)


def test_verdicts_of_several_policies_rest_on_none() -> None:
    other = msgspec.structs.replace(BEFORE, basis=Basis("r1", 5, "v5"))
    state = Progress(positions={})
    GoingOn({0: BEFORE, 1: other}, rekeyed={}).carry(0, state)
    assert state.basis == Basis()


def test_re_keyed_records_are_read_from_where_they_were_sent_again() -> None:
    at = {"rekeyed": 7, "data-share": 9}
    assert GOING.positions(0, at, "rekeyed") == {"rekeyed": 12, "data-share": 9}
    # A new partition has none of before: what was sent to it is still to come.
    assert GOING.positions(5, {"rekeyed": 0}, "rekeyed") == {"rekeyed": 0}
